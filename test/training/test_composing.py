# Copyright 2026 fakeface_ros maintainers
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

"""Composed scenes hold the faces where they say, and twins differ in nothing but the portrait."""

import cv2
import numpy as np
import pytest

from training.composed_scenes import KINDS, plan_scene
from training.composing import (
    FACE_WIDTHS_PX,
    HEIGHT_PX,
    WIDTH_PX,
    Scene,
    compose,
    outline,
)

FRAMES = 45
SEEDS = range(20)
ROOM = np.full((FRAMES, HEIGHT_PX, WIDTH_PX, 3), 128, np.uint8)
WHITE, BLACK = (np.full((512, 512, 3), grey, np.uint8) for grey in (255, 0))


def quiet(scene: Scene, frames: int = 3) -> Scene:
    """The same without noise."""
    return Scene(scene.walks, scene.rooms[:frames], scene.seed, scene.blur_px, 0.0, 95)


def test_twins_are_alike_but_for_the_face():
    scene = plan_scene("wandering", 3, ROOM[:3])
    twins = zip(compose(scene, [WHITE]), compose(scene, [BLACK]), strict=True)
    for (one, other), width in zip(twins, scene.walks[0].widths, strict=True):
        changed = (one != other).any(axis=2)
        rows, columns = np.nonzero(changed)
        side = 1.2 * width / 0.537 + 64  # tilt, blur and blocks of JPEG reach further
        assert 0 < np.ptp(rows) < side
        assert 0 < np.ptp(columns) < side
        assert not np.ptp(one[~changed].astype(int) - other[~changed])


def test_a_scene_is_the_same_each_time():
    first, second = (
        list(compose(plan_scene("crossing", 1, ROOM[:2]), [WHITE, BLACK])) for _ in range(2)
    )
    assert np.array_equal(first, second)


def test_the_face_is_where_the_truth_says():
    portrait = np.full((1000, 1000, 3), 128, np.uint8)
    # A white block as large as MTCNN's box in an aligned square.
    portrait[188:912, 228:766] = 255
    for seed in range(5):
        scene = quiet(plan_scene("wandering", seed, ROOM))
        for frame, box in zip(compose(scene, [portrait]), scene.walks[0].boxes, strict=False):
            mask = cv2.threshold(frame[..., 1], 190, 255, cv2.THRESH_BINARY)[1]
            x, y, width, height = cv2.boundingRect(mask)
            cut = np.clip(box, 0, (WIDTH_PX, HEIGHT_PX) * 2)
            assert np.allclose((x, y, x + width, y + height), cut, atol=0.12 * (box[3] - box[1]))


def test_walks_stay_in_sight_and_in_size():
    for seed in SEEDS:
        (walk,) = plan_scene("wandering", seed, ROOM).walks
        low, high = FACE_WIDTHS_PX
        assert (walk.widths >= low - 1e-6).all()
        assert (walk.widths <= high + 1e-6).all()
        steps = np.linalg.norm(np.diff(walk.centres, axis=0), axis=1)
        assert (steps < 0.35 * walk.widths[1:]).all()
        middle = (walk.boxes[:, :2] + walk.boxes[:, 2:]) / 2
        assert (middle > 0).all()
        assert (middle < (WIDTH_PX, HEIGHT_PX)).all()


def test_an_object_hides_the_face_for_the_time_that_was_asked_for():
    for seed in SEEDS:
        hidden = plan_scene("hidden", seed, ROOM).hidden()[:, 0] > 0.25
        frames = np.flatnonzero(hidden)
        assert 0.3 * 30 - 3 <= len(frames) <= 0.8 * 30 + 3
        assert np.ptp(frames) == len(frames) - 1
        assert not hidden[0]
        assert not hidden[-1]


def test_crossing_faces_are_apart_before_and_after():
    for seed in SEEDS:
        scene = plan_scene("crossing", seed, ROOM)
        hidden = scene.hidden()
        assert hidden[[0, -1]].max() < 0.35
        assert hidden[:, 0].max() > 0.25
        assert not hidden[:, 1].any(), "the second is in front"
        first, second = (walk.centres[:, 0] for walk in scene.walks)
        assert np.sign(first - second)[0] == -np.sign(first - second)[-1]


def test_the_outline_leaves_out_the_caption_and_keeps_the_face():
    """StyleGAN2's own portraits say so in the lowest 2 % of the right fifth."""
    opacity = outline(256)
    assert opacity[-5:, 204:].max() < 0.1
    assert opacity[:16, :16].max() == opacity[-16:, -16:].max() == 0
    assert opacity[48:230, 60:196].min() == 1
    assert np.abs(np.diff(opacity, axis=0)).max() < 0.1


@pytest.mark.parametrize("kind", KINDS)
def test_classes_play_no_part_in_a_plan(kind):
    """The number alone decides, also for twins of a scene with two faces."""
    one, other = (plan_scene(kind, 7, ROOM) for _ in range(2))
    for a, b in zip(one.walks, other.walks, strict=True):
        assert np.array_equal(a.boxes, b.boxes)
    assert (one.blur_px, one.noise, one.jpeg_quality) == (
        other.blur_px,
        other.noise,
        other.jpeg_quality,
    )

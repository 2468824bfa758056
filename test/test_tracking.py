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

"""Ids follow faces: while they move, hide, cross, come and go."""

import numpy as np
import pytest

from fakeface_ros.vision.tracking import MAX_MISSED_FRAMES, Tracker

NONE = np.zeros((0, 4))


def ids(tracker: Tracker, boxes) -> list[str]:
    return [track.id for track in tracker.update(np.array(boxes).reshape(-1, 4))]


def box(x: float, y: float = 0.0, side: float = 50.0) -> list[float]:
    """A face centred at (x, y)."""
    return [x - side / 2, y - side / 2, side, side]


def shaken(boxes, random: np.random.Generator) -> np.ndarray:
    """Boxes as a detector finds them: each edge off by 2 % of the face."""
    boxes = np.array(boxes)
    return boxes + random.normal(0, 0.02, boxes.shape) * boxes[:, 2:3]


def test_two_moving_faces_keep_their_ids_in_any_order():
    tracker = Tracker()
    assert ids(tracker, [box(0), box(200)]) == ["1", "2"]
    assert ids(tracker, [box(190), box(10)]) == ["2", "1"]
    assert ids(tracker, [box(20)]) == ["1"]


def test_a_face_that_moves_faster_than_its_own_size_is_followed():
    tracker = Tracker()
    assert [ids(tracker, [box(0.75 * k * k)]) for k in range(50)] == [["1"]] * 50


def test_frames_that_were_skipped_do_not_end_an_id():
    """A robot under load processes now every frame, now every third."""
    tracker = Tracker()
    random = np.random.default_rng(0)
    position, said = 0.0, set()
    for _ in range(40):
        position += 12 * random.integers(1, 4)
        said |= set(ids(tracker, [box(position)]))
    assert said == {"1"}


@pytest.mark.parametrize("speed", [0.0, 4.0], ids=["standing", "walking"])
@pytest.mark.parametrize("hidden", [1, 9, 24, MAX_MISSED_FRAMES])
def test_a_face_that_was_hidden_keeps_its_id(speed, hidden):
    tracker = Tracker()
    random = np.random.default_rng(hidden)
    for k in range(20):
        ids(tracker, shaken([box(speed * k)], random))
    for _ in range(hidden):
        assert ids(tracker, NONE) == []
    assert ids(tracker, shaken([box(speed * (20 + hidden))], random)) == ["1"]


def test_a_face_may_stop_while_it_is_hidden():
    tracker = Tracker()
    for k in range(20):
        ids(tracker, [box(5 * k)])
    for _ in range(20):
        ids(tracker, NONE)
    assert ids(tracker, [box(120)]) == ["1"]


@pytest.mark.parametrize("drop", [0.0, 20.0], ids=["one behind the other", "in part"])
@pytest.mark.parametrize("sides", [(60.0, 60.0), (50.0, 65.0)], ids=["alike", "near and far"])
@pytest.mark.parametrize("speed", [2.0, 8.0])
def test_faces_that_cross_keep_their_ids(drop, sides, speed):
    """The one behind is not found while the one in front covers it."""
    for seed in range(5):
        tracker, random = Tracker(), np.random.default_rng(seed)
        frames = int(400 / speed)
        for k in range(frames):
            left, right = -200 + speed * k, 200 - speed * k
            boxes = [box(left, drop, sides[0]), box(right, 0, sides[1])]
            visible = boxes if abs(left - right) > 40 else boxes[1:]
            said = ids(tracker, shaken(visible, random))
            assert said == (["1", "2"] if len(visible) == 2 else ["2"]), (seed, k)


def test_a_new_face_does_not_inherit():
    """Where one vanishes and another comes clearly elsewhere, or of another size."""
    for newcomer in (box(100), box(0, 90), box(5, 5, 95), box(0, 0, 28)):
        for absence in (0, 5, 25):
            tracker = Tracker()
            for _ in range(20):
                ids(tracker, [box(0)])
            for _ in range(absence):
                ids(tracker, NONE)
            assert ids(tracker, [newcomer]) == ["2"], (newcomer, absence)


def test_a_newcomer_takes_no_id_from_a_face_that_stays():
    tracker = Tracker()
    ids(tracker, [box(0)])
    assert sorted(ids(tracker, [box(2), box(10)])) == ["1", "2"]
    assert ids(tracker, [box(30), box(2), box(300)])[1:] == ["1", "3"]


def test_many_faces_keep_their_ids():
    """A group of 40 that sways and blinks, found in any order."""
    tracker, random = Tracker(), np.random.default_rng(0)
    places = np.array([box(90 * (k % 8), 90 * (k // 8)) for k in range(40)])
    names = np.array(ids(tracker, places))
    assert len(set(names)) == 40
    for k in range(60):
        sway = np.array([15 * np.sin(k / 8), 4 * np.cos(k / 5), 0, 0])
        seen = random.permutation(40)[: int(random.integers(30, 41))]
        assert ids(tracker, shaken(places[seen] + sway, random)) == names[seen].tolist()


def test_a_long_absence_or_a_reset_ends_an_id_for_good():
    tracker = Tracker()
    ids(tracker, [box(0)])
    for _ in range(MAX_MISSED_FRAMES + 1):
        ids(tracker, NONE)
    assert ids(tracker, [box(0)]) == ["2"]
    tracker.reset()
    assert ids(tracker, [box(0)]) == ["3"]


def test_a_box_without_area_does_no_harm():
    tracker = Tracker()
    assert ids(tracker, [[5, 5, 0, 0], box(100)]) == ["1", "2"]
    assert ids(tracker, [[5, 5, 0, 0], box(100)]) == ["1", "2"]


def test_evidence_stays_with_the_face():
    tracker = Tracker()
    (track,) = tracker.update(np.array([box(0)]))
    track.evidence.add(2.0)
    assert tracker.update(np.array([box(3)]))[0].evidence.mean == 2.0

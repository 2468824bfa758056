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

"""Crops are FFHQ's: the quad's geometry, the pixels under it, and what lies outside the frame."""

import cv2
import numpy as np
import pytest

from fakeface_ros.vision.alignment import (
    align_faces,
    central_halves,
    ffhq_quads,
    quad_sides,
    quad_transform,
    resize_crop,
    visible_fractions,
)
from fakeface_ros.vision.detection import MtcnnDetector

UPRIGHT = np.array([[[40, 50], [80, 50], [60, 70], [45, 90], [75, 90]]], np.float32)


def test_quad_of_an_upright_face_by_hand():
    # Eyes 40 px apart, mouth 40 px below: across = (80, 0) by the longer of 2 x 40 and 1.8 x 40.
    quad = ffhq_quads(UPRIGHT)[0]
    np.testing.assert_allclose(quad, [[-20, -26], [-20, 134], [140, 134], [140, -26]], atol=1e-9)
    assert quad_sides(quad[None]) == pytest.approx([160])


@pytest.mark.parametrize("degrees", [-30, 10, 90, 180])
def test_quad_turns_and_scales_with_the_face(degrees):
    angle = np.radians(degrees)
    turn = 1.7 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = ffhq_quads(UPRIGHT @ turn.T + (300, 200))
    np.testing.assert_allclose(turned, ffhq_quads(UPRIGHT) @ turn.T + (300, 200), atol=1e-4)


def test_crop_shows_what_lies_under_the_quad():
    frame = np.zeros((400, 400, 3), np.uint8)
    frame[..., 0] = np.arange(400) * 255 // 400  # blue grows with x
    frame[..., 2] = (np.arange(400) * 255 // 400)[:, None]  # red grows with y
    points = UPRIGHT + 100
    crop = align_faces(frame, points, 32)[0]
    quad = ffhq_quads(points)[0]
    steps = (np.arange(32) + 0.5) / 32
    expected = (quad[0, 0] + steps * 160) * 255 / 400
    np.testing.assert_allclose(crop[16, :, 2], expected, atol=1.5)  # RGB: blue is last
    np.testing.assert_allclose(crop[:, 16, 0], (quad[0, 1] + steps * 160) * 255 / 400, atol=1.5)


def test_shrinking_filters_instead_of_aliasing():
    frame = np.zeros((600, 600, 3), np.uint8)
    frame[:, ::2] = 255
    crop = align_faces(frame, UPRIGHT * 3 + 60, 64)[0]
    assert abs(crop.astype(int) - 128).max() < 20


def test_transform_maps_the_corners_of_the_crop_to_the_quad():
    quad = ffhq_quads(UPRIGHT)[0]
    matrix = quad_transform(quad, 100)
    np.testing.assert_allclose(matrix @ (-0.5, -0.5, 1) + 0.5, quad[0], atol=1e-9)
    np.testing.assert_allclose(matrix @ (99.5, 99.5, 1) + 0.5, quad[2], atol=1e-9)


def test_visible_fraction_at_an_edge():
    quads = ffhq_quads(UPRIGHT + 100)
    assert visible_fractions(quads, 400, 400) == pytest.approx([1])
    assert visible_fractions(quads, 160, 400) == pytest.approx([0.5], abs=0.04)
    assert visible_fractions(quads, 10, 10) == pytest.approx([0])


def test_central_half_has_the_centre_and_half_the_side():
    quads = ffhq_quads(UPRIGHT)
    halves = central_halves(quads)
    np.testing.assert_allclose(halves.mean(axis=1), quads.mean(axis=1))
    assert quad_sides(halves) == pytest.approx(quad_sides(quads) / 2)


def test_resize_crop_shrinks_by_area_and_swaps_to_rgb():
    image = np.zeros((256, 256, 3), np.uint8)
    image[:, ::2, 0] = 200
    crop = resize_crop(image, 128)
    assert crop.shape == (128, 128, 3)
    assert np.unique(crop[..., 2]) == [100]
    assert not crop[..., :2].any()


def test_aligned_faces_come_back_as_they_were(shared_data):
    """The quad found on aligned 256 px faces is nearly the whole picture."""
    detector = MtcnnDetector(min_face_px=20)
    files = sorted((shared_data / "faces" / "dev_real").iterdir())[:40]
    quads = []
    for file in files:
        found = detector.detect(cv2.imread(str(file)))
        if len(found):
            largest = (found.boxes[:, 2] * found.boxes[:, 3]).argmax()
            quads.append(ffhq_quads(found.landmarks[largest : largest + 1])[0])
    assert len(quads) >= 38
    centres = np.mean(quads, axis=1)
    assert np.linalg.norm(np.median(centres, axis=0) - 128) < 3
    assert np.median(quad_sides(np.stack(quads))) == pytest.approx(256, abs=8)

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

"""A face is judged where it is large enough and eyes to mouth lie in the frame."""

import numpy as np

from fakeface_ros.vision.alignment import ffhq_quads, quad_sides
from fakeface_ros.vision.fitness import MIN_CROP_PX, unfit_reasons

FACE = np.array([[30, 40], [70, 40], [50, 62], [34, 84], [66, 84]], np.float32)
"""Landmarks of a face about 100 px wide, its corner at (0, 0)."""


def reason(landmarks, width_px=640, height_px=480):
    return unfit_reasons(landmarks[None], np.zeros((height_px, width_px, 3), np.uint8))[0]


def moved(x_px, y_px):
    return FACE + np.array([x_px, y_px], np.float32)


def test_a_whole_face_is_fit():
    assert reason(FACE + 200) == ""


def test_a_small_face_is_too_small():
    side_px = float(quad_sides(ffhq_quads(FACE[None]))[0])
    assert reason(FACE * (MIN_CROP_PX * 1.05 / side_px) + 100) == ""
    assert reason(FACE * (MIN_CROP_PX * 0.95 / side_px) + 100) == "too small"


def test_hair_may_be_cut_off_but_not_an_eye():
    assert reason(moved(300, -5)) == ""
    assert reason(moved(300, -45)) == "cut by the edge of the frame"
    assert reason(moved(-50, 200)) == "cut by the edge of the frame"
    assert reason(moved(580, 200)) == "cut by the edge of the frame"


def test_each_face_has_its_own_reason():
    frame = np.zeros((480, 640, 3), np.uint8)
    faces = np.stack([FACE + 200, FACE * 0.1 + 200, moved(580, 200)])
    expected = ["", "too small", "cut by the edge of the frame"]
    assert unfit_reasons(faces, frame) == expected
    assert unfit_reasons(faces[:0], frame) == []

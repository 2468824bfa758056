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

"""Levels are what OpenCV's area filter gives."""

import cv2
import numpy as np
import pytest

from fakeface_ros.vision.area_products import shrink
from fakeface_ros.vision.pyramid import Pyramid


def _pyramid(frame):
    pyramid = Pyramid()
    pyramid.take(frame)
    return pyramid


@pytest.mark.parametrize("frame_size", [(480, 640), (97, 61), (1, 1), (12, 2000), (641, 703)])
@pytest.mark.parametrize("scale", [1.0, 0.9, 0.3, 0.25, 0.151, 0.0391])
def test_levels_equal_those_of_the_area_filter(frame_size, scale):
    frame = np.random.default_rng(0).integers(0, 256, (*frame_size, 3), np.uint8)
    size = tuple(max(int(side * scale), 1) for side in frame_size[::-1])
    wanted = cv2.resize(frame.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    level = _pyramid(frame).level(*size)
    assert level.shape == (size[1], size[0], 3)
    assert level.dtype == np.float32
    assert level.flags.c_contiguous
    np.testing.assert_allclose(level, wanted, atol=0.001)


def test_lines_of_any_length_are_made_of_all_that_they_cover():
    random = np.random.default_rng(0)
    for _ in range(200):
        height, width = random.integers(1, 120, 2)
        size = int(random.integers(1, width + 1)), int(random.integers(1, height + 1))
        frame = random.integers(0, 256, (height, width, 3), np.uint8)
        wanted = cv2.resize(frame.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        for picture in (frame, frame.astype(np.float32)):
            np.testing.assert_allclose(shrink(picture, *size), wanted, atol=0.001)


@pytest.mark.parametrize("frame_size", [(3000, 4000), (4000, 3000)])
@pytest.mark.parametrize("times", [4, 10])
def test_a_white_frame_whose_sum_overflows_32_bits_is_white(frame_size, times):
    pyramid = _pyramid(np.full((*frame_size, 3), 255, np.uint8))
    height, width = (side // times for side in frame_size)
    np.testing.assert_allclose(pyramid.level(width, height), 255, atol=0.02)


@pytest.mark.parametrize("times", [1, 12])
def test_of_one_frame_after_another_the_last_one_counts(times):
    random, pyramid = np.random.default_rng(0), Pyramid()
    for height, width in ((48, 64), (48, 64), (30, 80), (48, 64)):
        frame = random.integers(0, 256, (height * times, width * times, 3), np.uint8)
        pyramid.take(frame)
        for size in ((40, 20), (6, 4)):
            np.testing.assert_array_equal(pyramid.level(*size), _pyramid(frame).level(*size))


def test_a_part_of_a_frame_and_a_mirrored_one_are_shrunk_as_their_copies():
    frame = np.random.default_rng(0).integers(0, 256, (900, 1000, 3), np.uint8)
    for view in (frame[5::2, ::-1], frame[::-1], frame[:, :, ::-1], frame[50:90, 10:60]):
        for size in ((40, 20), (6, 4)):
            copy = _pyramid(np.ascontiguousarray(view)).level(*size)
            np.testing.assert_array_equal(_pyramid(view).level(*size), copy)

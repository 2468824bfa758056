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

from fakeface_ros.vision.pyramid import Pyramid


@pytest.mark.parametrize("frame_size", [(480, 640), (97, 61), (1, 1), (12, 2000)])
@pytest.mark.parametrize("scale", [1.0, 0.9, 0.3, 0.25, 0.151, 0.0391])
def test_levels_equal_those_of_the_area_filter(frame_size, scale):
    frame = np.random.default_rng(0).integers(0, 256, (*frame_size, 3), np.uint8)
    size = tuple(max(int(side * scale), 1) for side in frame_size[::-1])
    wanted = cv2.resize(frame.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    level = Pyramid(frame).level(*size)
    assert level.shape == (size[1], size[0], 3)
    assert level.dtype == np.float32
    np.testing.assert_allclose(level, wanted, atol=0.02)


@pytest.mark.parametrize("frame_size", [(3000, 4000), (4000, 3000)])
def test_a_white_frame_whose_sum_overflows_32_bits_is_white(frame_size):
    level = Pyramid(np.full((*frame_size, 3), 255, np.uint8))
    height, width = (side // 4 for side in frame_size)
    np.testing.assert_allclose(level.level(width, height), 255, atol=0.02)


def test_one_frame_after_another_in_the_same_buffers():
    random, buffers = np.random.default_rng(0), {}
    for frame_size in ((48, 64), (48, 64), (30, 80), (48, 64)):
        frame = random.integers(0, 256, (*frame_size, 3), np.uint8)
        for size in ((40, 20), (6, 4)):
            level = Pyramid(frame, buffers).level(*size)
            np.testing.assert_array_equal(level, Pyramid(frame).level(*size))
    assert {name: array.shape for name, array in buffers.items()} == {
        "fixed": (48, 64, 3),
        "sums": (49, 65, 3),
    }

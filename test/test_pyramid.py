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

from fakeface_ros.parallel import Workers
from fakeface_ros.vision import pyramid
from fakeface_ros.vision.pyramid import shrink


def _levels(frame, *sizes, threads=1):
    return list(shrink(frame, sizes, Workers(threads)))


def _by_opencv(frame, size):
    return cv2.resize(frame.astype(np.float32), size, interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("frame_size", [(480, 640), (97, 61), (1, 1), (12, 2000), (641, 703)])
def test_levels_equal_those_of_the_area_filter(frame_size):
    frame = np.random.default_rng(0).integers(0, 256, (*frame_size, 3), np.uint8)
    sizes = [
        (max(int(frame_size[1] * scale), 1), max(int(frame_size[0] * scale), 1))
        for scale in (1.0, 0.9, 0.3, 0.25, 0.151, 0.0771, 0.0391, 0.02)
    ]
    for size, level in zip(sizes, _levels(frame, *sizes), strict=True):
        assert level.shape == (size[1], size[0], 3)
        assert level.dtype == np.float32
        assert level.flags.c_contiguous
        np.testing.assert_allclose(level, _by_opencv(frame, size), atol=0.001)


@pytest.mark.parametrize("strip_px", [1, 5, 48])
def test_lines_of_any_length_are_made_of_all_that_they_cover(monkeypatch, strip_px):
    monkeypatch.setattr(pyramid, "_STRIP_PX", strip_px)
    monkeypatch.setattr(pyramid, "_BAND_VALUES", 2000)
    monkeypatch.setattr(pyramid, "_plan", pyramid._plan.__wrapped__)  # kept ones are of 48 rows
    random = np.random.default_rng(0)
    for _ in range(100):
        height, width = random.integers(1, 120, 2)
        size = int(random.integers(1, width + 1)), int(random.integers(1, height + 1))
        frame = random.integers(0, 256, (height, width, 3), np.uint8)
        (level,) = _levels(frame, size)
        np.testing.assert_allclose(level, _by_opencv(frame, size), atol=0.001)


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_change_nothing(threads):
    frame = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    sizes = (192, 144), (96, 72), (17, 12)
    for level, alone in zip(
        _levels(frame, *sizes, threads=threads), _levels(frame, *sizes), strict=True
    ):
        np.testing.assert_array_equal(level, alone)


@pytest.mark.parametrize("frame_size", [(3000, 4000), (4000, 3000)])
def test_a_white_frame_is_white(frame_size):
    sizes = [(frame_size[1] // times, frame_size[0] // times) for times in (4, 10)]
    for level in _levels(np.full((*frame_size, 3), 255, np.uint8), *sizes):
        np.testing.assert_allclose(level, 255, atol=0.02)


def test_a_part_of_a_frame_and_a_mirrored_one_are_shrunk_as_their_copies():
    frame = np.random.default_rng(0).integers(0, 256, (900, 1000, 3), np.uint8)
    for view in (frame[5::2, ::-1], frame[::-1], frame[:, :, ::-1], frame[50:90, 10:60]):
        copies = _levels(np.ascontiguousarray(view), (40, 20), (6, 4))
        for level, copy in zip(_levels(view, (40, 20), (6, 4)), copies, strict=True):
            np.testing.assert_array_equal(level, copy)

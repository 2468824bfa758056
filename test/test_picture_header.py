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

"""Sizes read from headers, and nothing believed of broken ones."""

import struct

import cv2
import numpy as np
import pytest

from fakeface_ros.picture_header import picture_size


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize(("width", "height"), [(640, 480), (1, 1), (3, 1000)])
def test_size_of_what_opencv_writes(suffix, width, height):
    _, data = cv2.imencode(suffix, np.zeros((height, width, 3), np.uint8))
    assert picture_size(data.tobytes()) == (width, height)


def test_progressive_jpeg():
    flags = [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    _, data = cv2.imencode(".jpg", np.zeros((20, 30, 3), np.uint8), flags)
    assert picture_size(memoryview(data.tobytes())) == (30, 20)


def test_padding_and_other_segments_come_before_the_frame_header():
    comment = b"\xff\xfe" + struct.pack(">H", 7) + b"hello"
    frame = b"\xff\xff\xff\xc2" + struct.pack(">HBHHB", 17, 8, 11, 22, 3) + bytes(9)
    assert picture_size(b"\xff\xd8" + comment + frame) == (22, 11)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "starts with nothing"),
        (b"GIF89a", "neither JPEG nor PNG"),
        (b"\xff\xd8\xff\xe0\x00\x10", "ends before its size"),
        (b"\xff\xd8" + bytes(20), "broken at byte 2"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "ends before its size"),
    ],
)
def test_what_is_no_picture_is_said_so(data, message):
    with pytest.raises(ValueError, match=message):
        picture_size(data)


def test_no_mutation_of_a_header_hangs_or_crashes():
    random = np.random.default_rng(0)
    for suffix in (".jpg", ".png"):
        whole = cv2.imencode(suffix, np.zeros((20, 30, 3), np.uint8))[1]
        for _ in range(2000):
            data = whole.copy()
            data[random.integers(0, len(data), 4)] = random.integers(0, 256, 4)
            try:
                width, height = picture_size(data[: random.integers(0, len(data))].tobytes())
            except ValueError:
                continue
            assert width >= 0
            assert height >= 0

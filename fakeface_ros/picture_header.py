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

"""Size of a JPEG or PNG picture from its header, before anything is decoded.

A kilobyte of PNG can declare a gigabyte of pixels; who knows the size first can refuse it first.
"""

from __future__ import annotations

import struct

PNG_START = b"\x89PNG\r\n\x1a\n"
JPEG_START = b"\xff\xd8"
# Frame headers SOF0 to SOF15 without DHT, JPG and DAC, which share their range (ITU-T T.81, B.1).
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})


def picture_size(data: bytes | memoryview) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        ValueError: the data is neither JPEG nor PNG, or ends before it says its size.
    """
    start = bytes(data[:8])
    if start == PNG_START:
        return _png_size(data)
    if start.startswith(JPEG_START):
        return _jpeg_size(data)
    raise ValueError(f"neither JPEG nor PNG: it starts with {start.hex(' ') or 'nothing'}")


def _png_size(data: bytes | memoryview) -> tuple[int, int]:
    if len(data) < 24 or bytes(data[12:16]) != b"IHDR":
        raise ValueError(f"PNG data of {len(data)} bytes ends before its size")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _jpeg_size(data: bytes | memoryview) -> tuple[int, int]:
    position = 2
    while position + 9 <= len(data):
        if data[position] != 0xFF:
            raise ValueError(f"JPEG data is broken at byte {position}")
        marker = data[position + 1]
        if marker == 0xFF:  # padding before a marker
            position += 1
        elif marker in _JPEG_WITHOUT_LENGTH:
            position += 2
        elif marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        else:
            position += 2 + struct.unpack(">H", data[position + 2 : position + 4])[0]
    raise ValueError(f"JPEG data of {len(data)} bytes ends before its size")

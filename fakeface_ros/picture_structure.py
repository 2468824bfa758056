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

"""What must hold of a JPEG or PNG file before a decoder is let at it.

Decoders believe what files say: OpenCV's takes the four gigabytes that a PNG chunk claims to have,
inflates without end what no pixel needs, decodes as many scans as a JPEG likes to have, and fills
with grey what is missing. None of it is needed for a picture that an encoder wrote.
"""

from __future__ import annotations

import struct
import zlib

from fakeface_ros.picture_header import JPEG_START, PNG_START, picture_size

MAX_JPEG_SCANS = 64
"""The longest usual script, progressive in four components, has 24; each costs a whole pass."""

MAX_PNG_CHUNKS = 1000
"""Without IDAT, of which large pictures have many."""

_JPEG_END = b"\xff\xd9"
_JPEG_SCAN = b"\xff\xda"  # within coded data 0xFF is followed by 0: this is no pixel's value
_END_WITHIN = 4096  # cameras pad what they send


def check_structure(data: bytes) -> None:
    """Check JPEG and PNG data; other data is passed over.

    Raises:
        ValueError: the data is truncated, damaged, or would cost a decoder more than its picture.
    """
    if data.startswith(JPEG_START):
        _check_jpeg(data)
    elif data.startswith(PNG_START):
        _check_png(data)


def _check_jpeg(data: bytes) -> None:
    if _JPEG_END not in data[-_END_WITHIN:]:
        raise ValueError(f"the JPEG data is truncated ({len(data)} bytes without an end marker)")
    scans = data.count(_JPEG_SCAN)
    if scans > MAX_JPEG_SCANS:
        raise ValueError(f"the JPEG data has {scans} scans, at most {MAX_JPEG_SCANS} are decoded")


def _check_png(data: bytes) -> None:
    view = memoryview(data)
    width, height = picture_size(view)
    # Four values of 16 bits a pixel, a filter byte a row in each of the interlaced passes, and
    # what deflate adds to data that it cannot pack.
    longest = int((8 * width + 8) * (height + 8) * 1.01) + 1000
    position, pixels, others, name = len(PNG_START), 0, 0, b""
    while name != b"IEND":
        content = position + 8
        if content > len(data):
            raise ValueError(f"the PNG data is truncated ({len(data)} bytes without an end)")
        size, name = struct.unpack(">I4s", view[position:content])
        end = content + size
        if end + 4 > len(data):
            raise ValueError(
                f"the PNG data is truncated: chunk {_shown(name)} at byte {position} says it has "
                f"{size} bytes, {max(len(data) - content, 0)} are left"
            )
        if struct.unpack(">I", view[end : end + 4])[0] != zlib.crc32(view[position + 4 : end]):
            raise ValueError(
                f"the PNG data is damaged: chunk {_shown(name)} at byte {position} does not match "
                "its checksum"
            )
        if name == b"IDAT":
            pixels += size
        else:
            others += 1
        if pixels > longest:
            raise ValueError(
                f"the PNG data has more than the {longest} bytes that {width} x {height} pixels "
                "can need"
            )
        if others > MAX_PNG_CHUNKS:
            raise ValueError(f"the PNG data has more than {MAX_PNG_CHUNKS} chunks beside pixels")
        position = end + 4


def _shown(name: bytes) -> str:
    return repr(name)[1:]

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

"""JPEG and PNG pictures that no encoder wrote.

Each is made from a number alone, so that a failing one can be made again.
"""

from __future__ import annotations

import array

import numpy as np
from fuzz_images import stamp
from kinds_of_pictures import PICTURES, chunk, chunks
from sensor_msgs.msg import CompressedImage


def picture(number: int) -> CompressedImage:
    """A compressed image with a picture that was whole before something happened to it."""
    rng = np.random.default_rng((2, number))
    sources = list(PICTURES.values())
    data = sources[rng.integers(len(sources))]
    if rng.random() > 0.1:
        change = _PNG_CHANGES if data.startswith(b"\x89PNG") and rng.random() < 0.5 else _CHANGES
        for _ in range(rng.integers(1, 4)):
            data = change[rng.integers(len(change))](rng, data)
    message = CompressedImage(format=str(rng.choice(["jpeg", "png", "", "bgr8; jpeg compressed"])))
    message.data = array.array("B", data)
    stamp(rng, message)
    return message


def _flip(rng: np.random.Generator, data: bytes) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    reach = min(len(data), 700 if rng.random() < 0.7 else len(data))
    for position in rng.integers(0, reach, rng.integers(1, 6)):
        changed[position] = rng.choice([0, 0xFF, 0xD8, 0xDA, 0xC0, 0xC2, rng.integers(256)])
    return bytes(changed)


def _truncate(rng: np.random.Generator, data: bytes) -> bytes:
    end = rng.choice([b"", b"\xff\xd9", data[-12:]])
    return data[: rng.integers(0, len(data) + 1)] + bytes(end)


def _repeat(rng: np.random.Generator, data: bytes) -> bytes:
    start, end = sorted(int(p) for p in rng.integers(0, len(data) + 1, 2))
    return data[:end] + data[start:end] + data[end:]


def _remove(rng: np.random.Generator, data: bytes) -> bytes:
    start = int(rng.integers(0, len(data) + 1))
    return data[:start] + data[start + int(rng.integers(1, 200)) :]


def _splice(rng: np.random.Generator, data: bytes) -> bytes:
    other = list(PICTURES.values())[rng.integers(len(PICTURES))]
    return data[: rng.integers(0, len(data) + 1)] + other[rng.integers(0, len(other)) :]


def _change_chunk(rng: np.random.Generator, data: bytes) -> bytes:
    """Another content, length or name of one chunk, its checksum made right again."""
    parts = chunks(data)
    if not parts:
        return data
    number = int(rng.integers(len(parts)))
    changed = b""
    for index, (name, content) in enumerate(parts):
        size = None
        if index == number:
            kind = rng.integers(4)
            if kind == 0:
                content = _flip(rng, content)
            elif kind == 1:
                size = int(rng.choice([0, 1, 2**31 - 1, 2**32 - 1, len(content) + 1]))
            elif kind == 2:
                name = bytes(rng.choice([b"IHDR", b"PLTE", b"tRNS", b"acTL", b"fcTL", b"iCCP"]))
            else:
                changed += chunk(name, content)
        changed += chunk(name, content, size)
    return data[:8] + changed


_CHANGES = (_flip, _truncate, _repeat, _remove, _splice)
_PNG_CHANGES = (_change_chunk,)

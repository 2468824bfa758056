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

"""Near-duplicate pictures: a 256-bit difference hash, and every pair that differs in few bits."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

SIDE = 16
BITS = SIDE * SIDE
NEAR_BITS = 12
"""Hashes that differ in at most so many bits are of one picture, saved in two ways."""


def difference_hash(crop: np.ndarray) -> str:
    """Whether each cell of a 16 x 16 grid is brighter than its right neighbour.

    After Krawetz, "Kind of like that" (2013), with 256 bits, since aligned faces share a coarse
    layout.

    Args:
        crop: (S, S, 3) uint8 RGB.

    Returns:
        64 hex digits.
    """
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    cells = cv2.resize(grey, (SIDE + 1, SIDE), interpolation=cv2.INTER_AREA)
    return np.packbits(cells[:, :-1] > cells[:, 1:]).tobytes().hex()


def near_pairs(
    hashes: list[str], near_bits: int = NEAR_BITS, chunk: int = 1024
) -> Iterator[tuple[int, int]]:
    """Every pair (i, j), i < j, whose hashes differ in at most `near_bits` bits.

    Exact, by matrix products of +1/-1 bits; needs chunk * n * 4 bytes besides n * 1 KiB.
    """
    if not hashes:
        return
    packed = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(
        len(hashes), BITS // 8
    )
    signs = np.unpackbits(packed, axis=1).astype(np.float32) * 2.0 - 1.0
    least = BITS - 2 * near_bits  # the product of two hashes is BITS - 2 * (bits that differ)
    for start in range(0, len(signs), chunk):
        products = signs[start : start + chunk] @ signs[start:].T
        for row, column in np.argwhere(products >= least):
            if row < column:
                yield start + int(row), start + int(column)

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

"""A frame shrunk to many sizes by area, without reading all of it again for each."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np

_MUCH_SMALLER = 4
"""Times smaller at which sums are faster than OpenCV, whose time falls little with the size."""


class Pyramid:
    """Levels of a frame as cv2.resize with INTER_AREA gives them of float32, to 0.02 grey levels.

    Small levels come from one integral image, as in Crow, "Summed-area tables for texture
    mapping" (1984): between pixels it is bilinear, so a level's pixel is a difference of four of
    its values, and a level costs what it has pixels and not what the frame has.
    """

    def __init__(self, frame: np.ndarray, buffers: dict[str, np.ndarray] | None = None):
        """Take a frame, (H, W, 3) uint8.

        buffers: what the last frame's pyramid needed, of which this one makes use; None needs its
        own. Large arrays that come and go leave gaps, and a process that grows.
        """
        self._frame = frame
        self._height, self._width = frame.shape[:2]
        self._buffers = {} if buffers is None else buffers

    @cached_property
    def _fixed(self) -> np.ndarray:
        """256 times the frame, uint16: as exact as need be in half the memory of float32."""
        fixed = self._buffer("fixed", self._frame.shape, np.uint16)
        return np.left_shift(self._frame, 8, out=fixed, dtype=np.uint16)

    @cached_property
    def _sums(self) -> np.ndarray:
        """((H + 1) * (W + 1), 3) int32."""
        sums = self._buffer("sums", (self._height + 1, self._width + 1, 3), np.int32)
        return cv2.integral(self._frame, sums).reshape(-1, 3)

    def _buffer(self, name: str, shape: tuple[int, ...], dtype: type) -> np.ndarray:
        kept = self._buffers.get(name)
        if kept is None or kept.shape != shape:
            kept = self._buffers[name] = np.empty(shape, dtype)
        return kept

    def level(self, width_px: int, height_px: int) -> np.ndarray:
        """(height_px, width_px, 3) float32 in [0, 255]; neither side larger than the frame's."""
        if self.is_large(width_px, height_px):
            size = (width_px, height_px)
            level = cv2.resize(self._fixed, size, interpolation=cv2.INTER_AREA).astype(np.float32)
            level /= 256
            return level
        return self._from_sums(width_px, height_px)

    def is_large(self, width_px: int, height_px: int) -> bool:
        """Whether OpenCV makes this level, in one call beside which other threads may run."""
        return width_px * _MUCH_SMALLER > self._width or height_px * _MUCH_SMALLER > self._height

    def _from_sums(self, width_px: int, height_px: int) -> np.ndarray:
        row, row_rest = _edges(self._height, height_px)
        column, column_rest = _edges(self._width, width_px)
        length = 3 * len(column)
        places = (row * (self._width + 1))[:, None] + np.concatenate([column, column + 1])
        above = self._sums.take(places, axis=0).reshape(len(row), 2 * length)
        places += self._width + 1
        below = self._sums.take(places, axis=0).reshape(len(row), 2 * length)
        # Whole numbers as long as they are large: whole rows between two edges, then the rests.
        below -= above
        parts = below.astype(np.float32)  # NumPy's sums of two types go through small buffers
        parts *= row_rest[:, None]
        bands = parts[1:] - parts[:-1]
        bands += (above[1:] - above[:-1]).astype(np.float32)
        left, right = bands[:, :length], bands[:, length:]
        right -= left
        right *= np.repeat(column_rest, 3)
        right += left
        level = right[:, 3:] - right[:, :-3]
        level *= np.float32(width_px * height_px / (self._width * self._height))
        return level.reshape(height_px, width_px, 3)


def _edges(length_px: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges of `count` equal parts along a side: whole pixels before each, and the rest."""
    edges = np.arange(count + 1) * (length_px / count)
    whole = np.minimum(edges.astype(np.int64), length_px - 1)
    return whole, (edges - whole).astype(np.float32)

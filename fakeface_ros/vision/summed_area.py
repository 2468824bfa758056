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

"""Shrinking by area from one integral image, without reading all of a picture for each size.

As in Crow, "Summed-area tables for texture mapping" (1984): between pixels the integral image is
bilinear, so a pixel of the result is a difference of four of its values, and a result costs what
it has pixels and not what the picture has.
"""

from __future__ import annotations

import threading

import cv2
import numpy as np

_CHANNELS = 3


class SummedArea:
    """Sums over one picture after another. Several threads may shrink at the same time."""

    def __init__(self) -> None:
        self._sums = np.empty((0, 0, _CHANNELS), np.int32)
        self._picture: np.ndarray | None = None
        self._lock = threading.Lock()

    def take(self, picture: np.ndarray) -> None:
        """The next one, (H, W, 3) uint8, which is summed when it is first needed."""
        self._picture = picture

    def _of_picture(self) -> np.ndarray:
        """((H + 1) * (W + 1), 3) int32, in the place of the last picture's.

        Large arrays that come and go leave gaps, and a process that grows.
        """
        with self._lock:
            if self._picture is not None:
                height, width, _ = self._picture.shape
                shape = (height + 1, width + 1, _CHANNELS)
                if self._sums.shape != shape:
                    self._sums = np.empty(shape, np.int32)
                cv2.integral(self._picture, self._sums)
                self._picture = None
            return self._sums

    def shrink(self, width_px: int, height_px: int) -> np.ndarray:
        """(height_px, width_px, 3) float32, as cv2.resize with INTER_AREA, to 0.02 grey levels."""
        sums = self._of_picture()
        height, width = sums.shape[0] - 1, sums.shape[1] - 1
        sums = sums.reshape(-1, _CHANNELS)
        row, row_rest = _edges(height, height_px)
        column, column_rest = _edges(width, width_px)
        length = _CHANNELS * len(column)
        places = (row * (width + 1))[:, None] + np.concatenate([column, column + 1])
        above = sums.take(places, axis=0).reshape(len(row), 2 * length)
        places += width + 1
        below = sums.take(places, axis=0).reshape(len(row), 2 * length)
        # Whole numbers as long as they are large: whole rows between two edges, then the rests.
        below -= above
        parts = below.astype(np.float32)  # NumPy's sums of two types go through small buffers
        parts *= row_rest[:, None]
        bands = parts[1:] - parts[:-1]
        bands += (above[1:] - above[:-1]).astype(np.float32)
        left, right = bands[:, :length], bands[:, length:]
        right -= left
        right *= np.repeat(column_rest, _CHANNELS)
        right += left
        result = right[:, _CHANNELS:] - right[:, :-_CHANNELS]
        result *= np.float32(width_px * height_px / (width * height))
        return result.reshape(height_px, width_px, _CHANNELS)


def _edges(length_px: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges of `count` equal parts along a side: whole pixels before each, and the rest."""
    edges = np.arange(count + 1) * (length_px / count)
    whole = np.minimum(edges.astype(np.int64), length_px - 1)
    return whole, (edges - whole).astype(np.float32)

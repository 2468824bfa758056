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

"""Shrinking by area to several small sizes, from integral images of a picture's bands of rows.

As in Crow, "Summed-area tables for texture mapping" (1984): between pixels the integral image is
bilinear, so a pixel of the result is a difference of four of its values, and a result costs what
it has pixels and not what the picture has. A whole picture's would take four times its memory.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

_CHANNELS = 3
_BAND_VALUES = 1 << 21
"""Of a picture summed at once, in 8 MB: more of them save no time."""


class SummedArea:
    """Shrinks one picture after another, in the same memory.

    Large arrays that come and go leave gaps, and a process that grows.
    """

    def __init__(self) -> None:
        self._sums = np.empty((0, 0, _CHANNELS), np.int32)

    def shrink(self, picture: np.ndarray, sizes: Sequence[tuple[int, int]]) -> list[np.ndarray]:
        """A picture, (H, W, 3) uint8, to sizes of width and height in pixels, at most its own.

        Returns:
            (height, width, 3) float32 each, as cv2.resize with INTER_AREA, to 0.02 grey levels.
        """
        rows, columns, _ = picture.shape
        results = [np.zeros((height, width * _CHANNELS), np.float32) for width, height in sizes]
        across = [
            _whole_and_rest(np.arange(width + 1) * (columns / width), columns)
            for width, _ in sizes
        ]
        band = min(max(_BAND_VALUES // (columns * _CHANNELS), 1), rows)
        if self._sums.shape[:2] != (band + 1, columns + 1):
            self._sums = np.empty((band + 1, columns + 1, _CHANNELS), np.int32)
        for top in range(0, rows, band):
            bottom = min(top + band, rows)
            sums = self._sums[: bottom - top + 1]
            cv2.integral(picture[top:bottom], sums)
            for result, column_edges in zip(results, across, strict=True):
                row_px = rows / len(result)
                first, last = int(top / row_px), min(int(np.ceil(bottom / row_px)), len(result))
                edges = np.arange(first, last + 1) * row_px
                row_edges = _whole_and_rest(np.clip(edges - top, 0, bottom - top), bottom - top)
                _add(result[first:last], sums, row_edges, column_edges)
        for result in results:
            result *= np.float32(result.size / (rows * columns * _CHANNELS))
        return [result.reshape(len(result), -1, _CHANNELS) for result in results]


def _add(
    result: np.ndarray,
    sums: np.ndarray,
    row_edges: tuple[np.ndarray, np.ndarray],
    column_edges: tuple[np.ndarray, np.ndarray],
) -> None:
    """Add to rows, (n, width * 3), the summed pixels between n + 1 and width + 1 edges."""
    (row, row_rest), (column, column_rest) = row_edges, column_edges
    line = sums.shape[1]
    length = _CHANNELS * len(column)
    values = sums.reshape(-1, _CHANNELS)
    places = (row * line)[:, None] + np.concatenate([column, column + 1])
    above = values.take(places, axis=0).reshape(len(row), 2 * length)
    places += line
    below = values.take(places, axis=0).reshape(len(row), 2 * length)
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
    result += right[:, _CHANNELS:] - right[:, :-_CHANNELS]


def _whole_and_rest(edges: np.ndarray, length_px: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole pixels before each edge, fewer than the length, and what is left."""
    whole = np.minimum(edges.astype(np.int64), length_px - 1)
    return whole, (edges - whole).astype(np.float32)

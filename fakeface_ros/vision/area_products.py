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

"""Shrinking by area as two products with matrices that are zero but for a band.

A line of the result, be it a row or a column, is a weighted sum of the few lines of the picture
that it covers. Lines side by side come from windows of one length, the same step apart, and one
call multiplies all of them: in half the time of OpenCV's resize, and with seldom a need for
Python's lock, which other threads' work would wait for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

_STRIP_VALUES = 1 << 19
"""Of a uint8 picture in float32 at once: 2 MB, what a processor's caches hold."""

_CHANNELS = 3
_LINES_TO_A_WINDOW = range(2, 9)
"""Fewer leave the processor waiting for memory, of more the weights are mostly zeros."""


def shrink(picture: np.ndarray, width_px: int, height_px: int) -> np.ndarray:
    """As cv2.resize with INTER_AREA gives it of float32.

    Args:
        picture: (H, W, 3) float32 in C order, or uint8, which is converted a strip at a time.
        width_px: of the result, at most W.
        height_px: of the result, at most H.

    Returns:
        (height_px, width_px, 3) float32.
    """
    height, width, _ = picture.shape
    result = np.empty((height_px, width_px * _CHANNELS), np.float32)
    converts = picture.dtype != np.float32
    strip_px = max(_STRIP_VALUES // (width * _CHANNELS), 1) if converts else height
    columns = _windows(width, width_px, width)
    for rows in _windows(height, height_px, strip_px):
        strip = picture[rows.source : rows.end].astype(np.float32, "C", copy=False)
        shrunk = _shrink_rows(strip.reshape(len(strip), -1), rows)
        target = result[rows.target : rows.target + len(shrunk)]
        for some in columns:
            _shrink_columns(shrunk, some, target)
    return result.reshape(height_px, width_px, _CHANNELS)


@dataclass(frozen=True, eq=False)
class _Windows:
    """Some lines of the result, and what they are made of.

    Attributes:
        weights: (N, lines, length) float32: what each window's lines of the picture count.
        source: line of the picture at which the first window begins.
        step: from one window's beginning to the next.
        target: the first of the result's lines.
    """

    weights: np.ndarray
    source: int
    step: int
    target: int

    @property
    def end(self) -> int:
        """Line of the picture at which the last window ends."""
        return self.source + (len(self.weights) - 1) * self.step + self.weights.shape[2]

    @cached_property
    def pixel_weights(self) -> np.ndarray:
        """The same from the right, (N, length * 3, lines * 3), each channel from its own."""
        weights = np.einsum("nlk,cd->nkcld", self.weights, np.eye(_CHANNELS, dtype=np.float32))
        count, length, _, lines, _ = weights.shape
        return weights.reshape(count, length * _CHANNELS, lines * _CHANNELS)


def _shrink_rows(rows: np.ndarray, windows: _Windows) -> np.ndarray:
    """Rows of the result, (n, k), from the picture's that the windows cover, (m, k)."""
    count, _, length = windows.weights.shape
    values = rows.shape[1]
    sources = _view(rows, 0, (count, length, values), (windows.step * values, values, 1))
    return np.matmul(windows.weights, sources).reshape(-1, values)


def _shrink_columns(rows: np.ndarray, windows: _Windows, result: np.ndarray) -> None:
    """Columns of rows of the result, (n, w * 3), from those rows as wide as before, (n, W * 3)."""
    count, length, made = windows.pixel_weights.shape
    sources = _view(
        rows,
        windows.source * _CHANNELS,
        (count, len(rows), length),
        (windows.step * _CHANNELS, rows.shape[1], 1),
    )
    targets = _view(
        result, windows.target * _CHANNELS, (count, len(rows), made), (made, result.shape[1], 1)
    )
    np.matmul(sources, windows.pixel_weights, out=targets)


def _view(
    values: np.ndarray, first: int, shape: tuple[int, ...], steps: tuple[int, ...]
) -> np.ndarray:
    """Some of contiguous values; steps are in values. NumPy checks that they lie inside."""
    size = values.itemsize
    return np.ndarray(
        shape, values.dtype, values, first * size, tuple(step * size for step in steps)
    )


@lru_cache(maxsize=64)
def _windows(length_px: int, count: int, most_px: int) -> list[_Windows]:
    """How `count` lines are made of `length_px`, in groups that need about most_px each."""
    choice = [lines for lines in _LINES_TO_A_WINDOW if lines <= count] or [count]
    options = [_groups(length_px, count, most_px, lines) for lines in choice]
    groups = min(options, key=lambda option: max(_reach(length_px, count, g)[2] for g in option))
    return [_weigh(length_px, count, starts) for starts in groups]


def _groups(length_px: int, count: int, most_px: int, lines: int) -> list[range]:
    """First lines of windows for so many lines each, and of a smaller one for what is left over.

    A range's step is the number of lines to each of its windows.
    """
    done = count - count % lines
    size = math.ceil(done / lines / math.ceil(length_px / most_px)) * lines
    groups = [range(first, min(first + size, done), lines) for first in range(0, done, size)]
    return [*groups, range(done, count, count - done)] if done < count else groups


def _reach(length_px: int, count: int, starts: range) -> tuple[int, int, int]:
    """Where a group's first window begins, the step to the next, and the length that all need."""
    source, step = starts[0] * length_px // count, starts.step * length_px // count
    ends = [-(-(start + starts.step) * length_px // count) for start in starts]
    return source, step, max(end - source - step * i for i, end in enumerate(ends))


def _weigh(length_px: int, count: int, starts: range) -> _Windows:
    """Weights by how much of each line of the picture lies in a line of the result.

    In whole numbers: a line of the picture has `count` parts and one of the result `length_px`.
    """
    source, step, length = _reach(length_px, count, starts)
    line = np.array(starts)[:, None, None] + np.arange(starts.step)[:, None]
    pixel = source + step * np.arange(len(starts))[:, None, None] + np.arange(length)
    begin = np.maximum(pixel * count, line * length_px)
    end = np.minimum((pixel + 1) * count, (line + 1) * length_px)
    weights = np.maximum(end - begin, 0) / length_px
    return _Windows(weights.astype(np.float32), source, step, starts[0])

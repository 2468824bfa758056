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

"""A frame shrunk by area to every level of a pyramid, read once.

A row of a level is a weighted sum of the few rows of the frame that it covers. The frame is taken
in strips of rows, which a processor's cache holds, and one matrix product gives what a strip adds
to the rows of all levels. The columns of those few rows are shrunk by OpenCV. To shrink the frame
anew for each level takes more than twice as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from fakeface_ros.parallel import Workers, shares

_CHANNELS = 3
_STRIP_PX = 48
"""Rows of the frame to a product: of fewer it is inefficient, of more the weights are mostly 0."""
_BAND_VALUES = 1 << 19
"""Of rows as wide as the frame that one thread holds, 2 MB, before their columns are shrunk."""


def shrink(
    frame: np.ndarray, sizes: Sequence[tuple[int, int]], workers: Workers
) -> Iterator[np.ndarray]:
    """The frame in each of the sizes, as cv2.resize with INTER_AREA gives it of float32.

    Args:
        frame: (H, W, 3) uint8.
        sizes: width and height in pixels, neither larger than the frame's.
        workers: that share the frame; they are free again once this returns.

    Returns:
        (height, width, 3) float32 in [0, 255] each, put together as it is asked for.
    """
    if not sizes:
        return iter(())
    height, width, _ = frame.shape
    weights, levels = _plan(height, tuple(height_px for _, height_px in sizes))
    widths = [width_px for width_px, _ in sizes]
    strips, lines, _ = weights.shape
    parts = [
        np.empty((strips, level.lines, width_px, _CHANNELS), np.float32)
        for level, width_px in zip(levels, widths, strict=True)
    ]

    def shrink_band(band: range) -> None:
        rows = np.empty((lines, len(band), width * _CHANNELS), np.float32)
        for place, strip in enumerate(band):
            values = frame[strip * _STRIP_PX : (strip + 1) * _STRIP_PX]
            values = values.reshape(len(values), -1).astype(np.float32)
            np.matmul(weights[strip, :, : len(values)], values, out=rows[:, place])
        rows = rows.reshape(lines, len(band), width, _CHANNELS)
        for level, width_px, part in zip(levels, widths, parts, strict=True):
            own = rows[level.first : level.first + level.lines].reshape(-1, width, _CHANNELS)
            shrunk = cv2.resize(own, (width_px, len(own)), interpolation=cv2.INTER_AREA)
            shrunk = shrunk.reshape(level.lines, len(band), width_px, _CHANNELS)
            part[band.start : band.stop] = shrunk.swapaxes(0, 1)

    workers.map(shrink_band, _bands(strips, lines * width * _CHANNELS, workers.count))
    return (level.put_together(part) for level, part in zip(levels, parts, strict=True))


def _bands(strips: int, values: int, threads: int) -> list[range]:
    """Strips, of so many values each, in bands of nearly the same size, as many to each thread."""
    count = math.ceil(strips * values / _BAND_VALUES / threads) * threads
    return [band for band in shares(strips, count) if band]


@dataclass(frozen=True, eq=False)
class _Level:
    """How a level is put together from what each strip adds to its rows.

    Attributes:
        first: of the rows that a strip's product gives, the first that is this level's.
        lines: how many of them are, the same for every strip.
        sums: for the first, second, ... part of a row: rows (n,), and which parts (n,) of those of
            all strips in a row. Only rows that reach into several strips have several.
    """

    first: int
    lines: int
    sums: list[tuple[np.ndarray, np.ndarray]]

    def put_together(self, parts: np.ndarray) -> np.ndarray:
        """(strips, lines, width, 3) -> (height, width, 3)."""
        parts = parts.reshape(-1, *parts.shape[2:])
        result = parts.take(self.sums[0][1], axis=0)
        for rows, which in self.sums[1:]:
            result[rows] += parts[which]
        return result


@lru_cache(maxsize=8)
def _plan(length: int, counts: tuple[int, ...]) -> tuple[np.ndarray, list[_Level]]:
    """Weights (strips, lines of all levels, rows of a strip) float32, and the levels.

    Args:
        length: rows of the frame.
        counts: of each level, its rows.
    """
    starts = np.arange(0, length, _STRIP_PX)
    ends = np.minimum(starts + _STRIP_PX, length)
    weights: list[np.ndarray] = []
    levels: list[_Level] = []
    first = 0
    for count in counts:
        begun, done = starts * count // length, -(-ends * count // length)
        lines = int((done - begun).max())
        rows = begun[:, None] + np.arange(lines)
        weights.append(_weights(rows, starts, length, count))
        levels.append(_Level(first, lines, _sums(rows, rows < done[:, None])))
        first += lines
    return np.concatenate(weights, axis=1), levels


def _weights(rows: np.ndarray, starts: np.ndarray, length: int, count: int) -> np.ndarray:
    """By how much of each row of the frame lies in a row of the level, (strips, lines, rows).

    In whole numbers: a row of the frame has `count` parts and one of the level `length`.
    """
    own = rows[:, :, None] * length
    frame = (starts[:, None] + np.arange(_STRIP_PX))[:, None] * count
    inside = np.minimum(frame + count, own + length) - np.maximum(frame, own)
    return (np.maximum(inside, 0) / length).astype(np.float32)


def _sums(rows: np.ndarray, used: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """See _Level; rows (strips, lines) of the level that each part adds to, if it is used."""
    parts = np.flatnonzero(used)
    parts = parts[np.argsort(rows.ravel()[parts], kind="stable")]
    targets = rows.ravel()[parts]
    turn = np.arange(len(targets)) - np.searchsorted(targets, targets)
    return [(targets[turn == t], parts[turn == t]) for t in range(turn.max() + 1)]

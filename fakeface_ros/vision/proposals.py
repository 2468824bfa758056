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

"""MTCNN's first stage: squares that may hold a face, from every level of an image pyramid."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import onnxruntime as ort

from fakeface_ros.parallel import Workers
from fakeface_ros.vision.boxes import square, suppress
from fakeface_ros.vision.pyramid import Pyramid

_WINDOW_PX = 12  # what pnet sees of a pyramid level, every _STRIDE_PX pixels
_STRIDE_PX = 2
_PYRAMID_FACTOR = 0.709
_THRESHOLD = 0.6
_LEVEL_OVERLAP = 0.5

OVERLAP = 0.7
"""Above which the weaker of two boxes goes, in this stage and those after it."""

_BAND_PX = 30_000
"""Of a level that pnet sees at once: a frame of 1080p takes 35 MB less so, and no more time."""


@dataclass(frozen=True)
class _Grid:
    """What pnet says of one level, for each place of its window.

    Attributes:
        scale: level pixels per pixel of the frame.
        offsets: (4, rows, columns) float32.
        probability: (rows, columns) float32.
    """

    scale: float
    offsets: np.ndarray
    probability: np.ndarray


def propose(
    frame: np.ndarray,
    min_face_px: int,
    pnet: ort.InferenceSession,
    workers: Workers,
    pyramid: Pyramid | None = None,
) -> np.ndarray:
    """Square boxes, (N, 4) float64, x1, y1, x2, y2 in pixels of the frame.

    Args:
        frame: (H, W, 3) uint8 BGR.
        min_face_px: side of the smallest face searched for.
        pnet: of mtcnn_networks.
        workers: that share the levels.
        pyramid: of the last frame, of whose memory this frame's makes use; None takes a new one.
    """
    height, width = frame.shape[:2]
    scales = pyramid_scales(height, width, min_face_px)
    sizes = [(int(width * scale), int(height * scale)) for scale in scales]
    # In float: levels rounded to whole numbers cost 1 % of the wheel's faces.
    pyramid = pyramid or Pyramid()
    pyramid.take(frame)

    def search(level: np.ndarray | tuple[int, int]) -> list[np.ndarray]:
        if isinstance(level, tuple):
            level = pyramid.level(*level)
        bands = [
            pnet.run(["offsets", "probability"], {"pictures": band[None]})
            for band in _bands(level)
        ]
        return [np.concatenate(parts, axis=2) for parts in zip(*bands, strict=True)]

    # The first, half of all work, is a helper's alone. Others are made one after the other: pnet
    # between them would drive the frame from the processor's cache.
    levels = (pyramid.level(*size) if number else size for number, size in enumerate(sizes))
    grids = [
        _Grid(scale, offsets[0], probability[0, 0])
        for scale, (offsets, probability) in zip(scales, workers.map(search, levels), strict=True)
    ]
    boxes, scores, numbers = _windows(grids)
    keep = suppress(boxes, scores, _LEVEL_OVERLAP, groups=numbers)
    boxes, scores = boxes[keep], scores[keep]
    return square(boxes[suppress(boxes, scores, OVERLAP)])


def pyramid_scales(height_px: int, width_px: int, min_face_px: int) -> list[float]:
    """Scales at which a face of min_face_px or more fills pnet's window on some level."""
    scales = []
    scale = _WINDOW_PX / min_face_px
    while int(min(height_px, width_px) * scale) >= _WINDOW_PX:
        scales.append(scale)
        scale *= _PYRAMID_FACTOR
    return scales


def _bands(level: np.ndarray) -> list[np.ndarray]:
    """A level (H, W, 3) cut into rows that overlap so that pnet's windows are the level's own."""
    height_px, width_px = level.shape[:2]
    rows = (height_px - _WINDOW_PX + 1) // _STRIDE_PX + 1  # of windows
    count = min(max(round(height_px * width_px / _BAND_PX), 1), rows)
    ends = [rows * number // count for number in range(count + 1)]
    return [
        level[_STRIDE_PX * start : _STRIDE_PX * (end - 1) + _WINDOW_PX]
        for start, end in pairwise(ends)
    ]


def _windows(grids: list[_Grid]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Windows above the threshold: boxes (N, 4) in the frame, scores (N,), levels (N,) int."""
    found: list[tuple[np.ndarray, ...]] = [
        (np.zeros((0, 4)), np.zeros(0, np.float32), np.zeros(0, int))
    ]
    for number, grid in enumerate(grids):
        places = np.flatnonzero(grid.probability > _THRESHOLD)
        if not len(places):
            continue
        rows, columns = np.divmod(places, grid.probability.shape[1])
        start = np.stack([columns, rows], axis=1) * float(_STRIDE_PX)
        windows = np.concatenate([start + 1, start + _WINDOW_PX], axis=1)
        windows += grid.offsets.reshape(4, -1)[:, places].T * (_WINDOW_PX - 1)
        scores = grid.probability.ravel()[places]
        found.append((windows / grid.scale, scores, np.full(len(places), number)))
    boxes, scores, levels = (np.concatenate(part) for part in zip(*found, strict=True))
    return boxes, scores, levels

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

import numpy as np
import onnxruntime as ort

from fakeface_ros.parallel import Workers, shares
from fakeface_ros.vision.boxes import square, suppress
from fakeface_ros.vision.pyramid import shrink

_WINDOW_PX = 12  # what pnet sees of a pyramid level, every _STRIDE_PX pixels
_STRIDE_PX = 2
_PYRAMID_FACTOR = 0.709
_THRESHOLD = 0.6
_LEVEL_OVERLAP = 0.5

OVERLAP = 0.7
"""Above which the weaker of two boxes goes, in this stage and those after it."""

_BAND_PX = 30_000
"""Of a level that pnet sees at once: a frame of 1080p takes 35 MB less so, and no more time."""


def propose(
    frame: np.ndarray, min_face_px: int, pnet: ort.InferenceSession, workers: Workers
) -> np.ndarray:
    """Square boxes, (N, 4) float64, x1, y1, x2, y2 in pixels of the frame.

    Args:
        frame: (H, W, 3) uint8 BGR.
        min_face_px: side of the smallest face searched for.
        pnet: of mtcnn_networks.
        workers: that share the work.
    """
    height, width = frame.shape[:2]
    scales = pyramid_scales(height, width, min_face_px)
    sizes = [(int(width * scale), int(height * scale)) for scale in scales]

    def search(level: np.ndarray) -> list[list[np.ndarray]]:
        return [
            pnet.run(["offsets", "probability"], {"pictures": band[None]})
            for band in _bands(level)
        ]

    # In float: levels rounded to whole numbers cost 1 % of the wheel's faces.
    levels = workers.map(search, shrink(frame, sizes, workers))
    boxes, scores, numbers = _windows(levels, np.array(scales))
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
    return [
        level[_STRIDE_PX * band.start : _STRIDE_PX * (band.stop - 1) + _WINDOW_PX]
        for band in shares(rows, count)
    ]


def _windows(
    levels: list[list[list[np.ndarray]]], scales: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Windows above the threshold: boxes (N, 4) in the frame, scores (N,), levels (N,) int.

    Args:
        levels: of each its bands, and of each band what pnet says for each place of its window:
            offsets (1, 4, rows, columns) and probability (1, 1, rows, columns), float32.
        scales: of each level, its pixels per pixel of the frame.
    """
    if not levels:
        return np.zeros((0, 4)), np.zeros(0, np.float32), np.zeros(0, int)
    bands = [band for level in levels for band in level]
    offsets = np.concatenate([offsets.reshape(4, -1) for offsets, _ in bands], axis=1)
    probability = np.concatenate([probability.ravel() for _, probability in bands])
    # All levels in one row: NumPy's calls take longer than what they do on a small level.
    sizes = np.array([sum(probability.size for _, probability in level) for level in levels])
    columns = np.array([level[0][1].shape[3] for level in levels])
    ends = np.cumsum(sizes)
    places = np.flatnonzero(probability > _THRESHOLD)
    numbers = np.searchsorted(ends, places, side="right")
    row, column = np.divmod(places - (ends - sizes)[numbers], columns[numbers])
    start = np.stack([column, row], axis=1) * float(_STRIDE_PX)
    windows = np.concatenate([start + 1, start + _WINDOW_PX], axis=1)
    windows += offsets[:, places].T * (_WINDOW_PX - 1)
    return windows / scales[numbers, None], probability[places], numbers

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

"""Arithmetic of axis-aligned boxes, (N, 4) as x1, y1, x2, y2 in pixels."""

from __future__ import annotations

from typing import Literal

import numpy as np

_BLOCK = 256
"""Boxes compared with all others at once; bounds memory where thousands are proposed."""


def overlap(
    a: np.ndarray, b: np.ndarray, over: Literal["union", "smaller"] = "union"
) -> np.ndarray:
    """Shared area of each pair, as a share of their union (IoU) or of the smaller box.

    Args:
        a: (N, 4).
        b: (M, 4).
        over: what the shared area is divided by.

    Returns:
        (N, M) in [0, 1]; 0 where a box has no area.
    """
    # Side by side, not in one array: an axis of two values is slow in numpy.
    (left, top, right, bottom), (left_b, top_b, right_b, bottom_b) = a.T[..., None], b.T
    shared = np.maximum(np.minimum(right, right_b) - np.maximum(left, left_b), 0)
    shared *= np.maximum(np.minimum(bottom, bottom_b) - np.maximum(top, top_b), 0)
    area_a = np.maximum(right - left, 0) * np.maximum(bottom - top, 0)
    area_b = np.maximum(right_b - left_b, 0) * np.maximum(bottom_b - top_b, 0)
    whole = area_a + area_b - shared if over == "union" else np.minimum(area_a, area_b)
    return np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)


def suppress(
    boxes: np.ndarray,
    scores: np.ndarray,
    threshold: float,
    over: Literal["union", "smaller"] = "union",
    groups: np.ndarray | None = None,
) -> np.ndarray:
    """Non-maximum suppression as the `mtcnn` wheel does it.

    A box goes when any stronger box overlaps it by more than the threshold, even one that goes
    itself (the greedy form would only count those that stay).

    Args:
        boxes: (N, 4).
        scores: (N,).
        threshold: overlap that is still allowed.
        over: as for `overlap`.
        groups: (N,) int; boxes of other groups do not count. None is one group.

    Returns:
        Indices of the boxes that stay, strongest first.
    """
    if len(boxes) < 2:
        return np.arange(len(boxes))
    order = np.argsort(-scores, kind="stable")
    boxes = boxes[order]
    if groups is not None:
        groups = groups[order]
    keep = []
    for start in range(0, len(boxes), _BLOCK):
        block = boxes[start : start + _BLOCK]
        stronger = overlap(boxes[: start + len(block)], block, over) > threshold
        stronger &= np.arange(start + len(block))[:, None] < start + np.arange(len(block))[None, :]
        if groups is not None:
            stronger &= groups[: start + len(block), None] == groups[start : start + len(block)]
        keep.append(~stronger.any(axis=0))
    return order[np.concatenate(keep)]


def square(boxes: np.ndarray) -> np.ndarray:
    """Boxes widened about their centres to the longer of their sides, (N, 4)."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centres - half, centres + half], axis=1)

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

"""A frame shrunk to many sizes by area, each in the way that is fastest for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from fakeface_ros.vision.area_products import shrink
from fakeface_ros.vision.summed_area import SummedArea

_SMALL_FRAME_VALUES = 1 << 20
"""Up to which (640 x 480 x 3, for one) it is kept in float32, 4 MB, and products are fastest."""
_MUCH_SMALLER = 8
"""Times smaller at which, of a larger frame, sums are faster."""


class Pyramid:
    """Levels of one frame after another, as cv2.resize with INTER_AREA gives them of float32."""

    def __init__(self) -> None:
        self._sums = SummedArea()

    def take(self, frame: np.ndarray) -> None:
        """The next frame, (H, W, 3) uint8, of which levels are made from now on."""
        self._is_small = frame.size <= _SMALL_FRAME_VALUES
        self._frame = frame.astype(np.float32, "C") if self._is_small else frame

    def level(self, width_px: int, height_px: int) -> np.ndarray:
        """(height_px, width_px, 3) float32 in [0, 255]; neither side larger than the frame's.

        Several threads may make levels at the same time.
        """
        return shrink(self._frame, width_px, height_px)

    def levels(self, sizes: Sequence[tuple[int, int]]) -> Iterator[np.ndarray]:
        """The same for sizes of width and height in falling order; for one thread at a time."""
        height, width, _ = self._frame.shape
        summed = [
            (w, h)
            for w, h in sizes
            if not self._is_small and max(w / width, h / height) * _MUCH_SMALLER <= 1
        ]
        for size in sizes[: len(sizes) - len(summed)]:
            yield self.level(*size)
        if summed:
            yield from self._sums.shrink(self._frame, summed)

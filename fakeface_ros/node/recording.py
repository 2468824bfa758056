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

"""A picture and a video of what was seen."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

_PACED_AFTER = 15
_RATES_HZ = (1.0, 60.0)


class Recording:
    """Writes annotated.mp4 as images come, and annotated.png at the end."""

    def __init__(self, folder: Path):
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._waiting: list[tuple[np.ndarray, float]] = []
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._last: np.ndarray | None = None

    def add(self, picture: np.ndarray, time_s: float) -> None:
        """Add the next image, (H, W, 3) uint8 BGR, taken at time_s."""
        self._last = picture
        if self._writer is None:
            self._waiting.append((picture, time_s))
            if len(self._waiting) >= _PACED_AFTER:
                self._open()
        else:
            self._write(picture)

    def finish(self) -> list[str]:
        """Close the video and save the last picture; returns what was saved."""
        if self._last is None:
            return []
        if self._writer is None:
            self._open()
        assert self._writer is not None
        self._writer.release()
        cv2.imwrite(str(self._folder / "annotated.png"), self._last)
        return [str(self._folder / name) for name in ("annotated.png", "annotated.mp4")]

    def _open(self) -> None:
        """The pace is known only from a number of images, so the first ones wait."""
        times = [time_s for _, time_s in self._waiting]
        gap_s = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
        rate_hz = float(np.clip(1 / max(gap_s, 1e-3), *_RATES_HZ))
        height, width = self._waiting[0][0].shape[:2]
        self._size = (width - width % 2, height - height % 2)  # codecs want even sizes
        self._writer = cv2.VideoWriter(
            str(self._folder / "annotated.mp4"),
            cv2.VideoWriter.fourcc(*"mp4v"),
            rate_hz,
            self._size,
        )
        for picture, _ in self._waiting:
            self._write(picture)
        self._waiting.clear()

    def _write(self, picture: np.ndarray) -> None:
        assert self._writer is not None
        if picture.shape[1::-1] != self._size:
            picture = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)
        self._writer.write(picture)

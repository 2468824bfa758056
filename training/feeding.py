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

"""Feeding: prepared JPEG faces to shuffled float32 batches, decoded by several threads.

A set that fits is decoded once and kept as bytes; a larger one is decoded anew for every batch.
The order and the flips of an epoch depend on (seed, epoch) alone, so a resumed run sees what an
uninterrupted one would have seen.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import keras
import numpy as np

CACHE_BYTES = 3 << 30
"""Decoded faces are kept in memory up to this many bytes."""
THREADS = max(2, os.cpu_count() or 2)


def read_face(path: Path, size_px: int) -> np.ndarray:
    """One prepared face as (S, S, 3) uint8 RGB.

    Raises:
        ValueError: not an image, or not of the prepared size.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path}: not a readable image")
    if image.shape != (size_px, size_px, 3):
        raise ValueError(
            f"{path}: {image.shape[1]} x {image.shape[0]} px where {size_px} px was prepared"
        )
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def read_faces(paths: Sequence[Path], size_px: int) -> np.ndarray:
    """All faces, decoded in parallel: (N, S, S, 3) uint8 RGB."""
    faces = np.empty((len(paths), size_px, size_px, 3), np.uint8)

    def fill(index: int) -> None:
        faces[index] = read_face(paths[index], size_px)

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(fill, range(len(paths))):
            pass
    return faces


class Batches(keras.utils.PyDataset):
    """Batches (crops, crops) of float32 RGB in [0, 1], shape (B, S, S, 3).

    The last one may be smaller.
    With `part` (i, n) it gives machine i of n its share of each batch. With `whole` the last,
    smaller batch is left out, since several devices cannot share it evenly.

    Set `epoch` before each pass: with `shuffle` it picks the order, with `flip` the mirrored half.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        size_px: int,
        batch_size: int,
        seed: int = 0,
        shuffle: bool = False,
        flip: bool = False,
        cache_bytes: int = CACHE_BYTES,
        part: tuple[int, int] = (0, 1),
        whole: bool = False,
    ):
        if not paths:
            raise ValueError("paths: no face to feed")
        self.cached = len(paths) * size_px * size_px * 3 <= cache_bytes
        # A cached set needs no decoding thread, and one producer keeps the order simple.
        super().__init__(workers=1 if self.cached else THREADS, max_queue_size=2 * THREADS)
        self.paths, self.size_px, self.batch_size = list(paths), size_px, batch_size
        self.seed, self.shuffle, self.flip, self.epoch = seed, shuffle, flip, 0
        self.part = part
        self.whole = whole
        if batch_size % part[1]:
            raise ValueError(f"batch_size: {batch_size} cannot be shared by {part[1]} machines")
        if whole and len(self.paths) < batch_size:
            raise ValueError(f"batch_size: {batch_size} is more than {len(self.paths)} faces")
        self._faces = read_faces(self.paths, size_px) if self.cached else None
        self._order: tuple[int, np.ndarray] = (-1, np.arange(len(self.paths)))

    def __len__(self) -> int:
        full, rest = divmod(len(self.paths), self.batch_size)
        return full + (1 if rest and not self.whole else 0)

    def order(self) -> np.ndarray:
        """The epoch's order, int64 (n,)."""
        epoch, order = self._order
        if self.shuffle and epoch != self.epoch:
            order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.paths))
            self._order = (self.epoch, order)
        return order

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = self.order()[index * self.batch_size : (index + 1) * self.batch_size]
        chosen = chosen[self.part[0] :: self.part[1]]
        if self._faces is not None:
            faces = self._faces[chosen]
        else:
            faces = np.stack([read_face(self.paths[i], self.size_px) for i in chosen])
        if self.flip:
            generator = np.random.default_rng([self.seed, self.epoch, index, self.part[0]])
            mirrored = generator.random(len(faces)) < 0.5
            faces[mirrored] = faces[mirrored, :, ::-1]
        crops = faces.astype(np.float32) / np.float32(255)
        # Not one array twice: TensorFlow's MirroredStrategy then mixes the two up at random.
        return crops, crops.copy()

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

"""Batches for the forgery network, in which nothing but the face tells the classes apart.

Half of each batch is real. A thumbnail (of 128 px at most, as FFHQ's) has been
through a codec at its size once already; larger pictures have not. So half of either class starts
from thumbnails, real ones or such as are made of larger pictures by the same steps, and half from
larger pictures as they are: how a picture came to its size says nothing about its class.
"""

from __future__ import annotations

import keras
import numpy as np

from fakeface_ros.scoring.codec import encode_jpeg
from fakeface_ros.vision.alignment import resize_crop
from training.classifier.augmentation import other_background, random_crop
from training.pictures import decode

OTHER_BACKGROUND = 0.5
"""Share of faces put before the background of another picture, of whichever class."""

Folder = list[np.ndarray]
"""Pictures of one folder, (H, W, 3) uint8 BGR each."""


THUMBNAIL_PX, THUMBNAIL_QUALITY = 128, 50


def thumbnail(picture: np.ndarray) -> np.ndarray:
    """A larger picture (H, H, 3) uint8 BGR brought to (128, 128, 3) as FFHQ's thumbnails were."""
    small = resize_crop(picture, THUMBNAIL_PX)
    return decode(encode_jpeg(small, THUMBNAIL_QUALITY).tobytes())


class RandomBatches(keras.utils.PyDataset):
    """Batches of randomly changed crops (B, S, S, 3) and labels (B, 1), 1 for fake.

    Within a class and a start every folder is as frequent as the square root of its size, and
    within a folder every picture is as frequent as any other.
    """

    def __init__(
        self,
        real: list[Folder],
        fake: list[Folder],
        size_px: int,
        batch_size: int,
        steps: int,
        seed: int,
        strength: float = 1.0,
    ):
        """Take folders of both classes; an epoch of `steps` is only how often progress is told.

        strength, in [0, 1], is that of the changes; see random_crop.

        Raises:
            ValueError: a class has no picture.
        """
        super().__init__(workers=2, max_queue_size=8)
        self.size_px, self.batch_size, self.steps = size_px, batch_size, steps
        self.seed, self.strength, self.epoch = seed, strength, 0
        self._folders = [_by_start(folders) for folders in (real, fake)]
        # Both classes start alike, or the start would tell them apart.
        self._starts = [
            start for start in (True, False) if all(folders[start] for folders in self._folders)
        ]
        if not self._starts:
            raise ValueError(
                "real and fake pictures are needed, thumbnails or larger ones of both"
            )

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Batch `index` of the epoch; the same for the same seed, epoch and index."""
        random = np.random.default_rng([self.seed, self.epoch, index])
        labels = np.arange(self.batch_size) % 2
        crops = np.stack([self._draw(int(label), random) for label in labels])
        return crops, labels[:, None].astype(np.float32)

    def on_epoch_end(self) -> None:
        """Go on to other pictures and changes."""
        self.epoch += 1

    def _draw(self, label: int, random: np.random.Generator) -> np.ndarray:
        small = self._starts[random.integers(len(self._starts))]
        picture = self._pick(label, small, random)
        if random.random() < OTHER_BACKGROUND * self.strength:
            other = self._pick(int(random.integers(2)), small, random)
            picture = other_background(picture, other, random)
        return random_crop(picture, self.size_px, random, self.strength)

    def _pick(self, label: int, small: bool, random: np.random.Generator) -> np.ndarray:
        folders = self._folders[label][small]
        shares = np.sqrt([len(folder) for folder in folders])
        folder = folders[random.choice(len(folders), p=shares / shares.sum())]
        picture = folder[random.integers(len(folder))]
        return thumbnail(picture) if small and len(picture) > THUMBNAIL_PX else picture


def _by_start(folders: list[Folder]) -> dict[bool, list[Folder]]:
    """Folders to start from: True with thumbnails, made where need be; False with larger ones."""
    larger = [[p for p in folder if len(p) > THUMBNAIL_PX] for folder in folders]
    return {
        True: [folder for folder in folders if folder],
        False: [folder for folder in larger if folder],
    }

# SPDX-License-Identifier: Apache-2.0
"""What cameras and archives do to pictures, done at random and alike to both classes.

A classifier will happily learn a codec. Here every picture, real or fake, is moved, resampled,
blurred, lit, given noise and compressed at random before it goes through the one codec that all
crops go through, so that none of these says anything about its class.
"""

from __future__ import annotations

import cv2
import numpy as np

from fakeface_ros.scoring.codec import canonical_crops
from fakeface_ros.vision.alignment import resize_crop

JPEG_QUALITY = 50

_FILTERS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA)


def plain_crop(picture: np.ndarray, size_px: int) -> np.ndarray:
    """An aligned face (H, H, 3) uint8 BGR as the scorer sees it: (S, S, 3) float32 RGB [0, 1]."""
    return canonical_crops(resize_crop(picture, size_px)[None], JPEG_QUALITY)[0]


def random_crop(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """The same after random changes; picture (H, H, 3) uint8 BGR is left as it is."""
    changed = _moved(picture, random)
    if random.random() < 0.4:
        changed = _resampled(changed, size_px, random)
    if random.random() < 0.2:
        sigma = random.uniform(0.2, 1.2) * len(changed) / size_px
        changed = cv2.GaussianBlur(changed, (0, 0), sigma)
    if random.random() < 0.6:
        changed = _lit(changed, random)
    if random.random() < 0.2:
        noise = random.normal(0, random.uniform(1, 6), changed.shape)
        changed = np.clip(changed + noise, 0, 255).astype(np.uint8)
    if random.random() < 0.5:
        quality = int(random.uniform(30, 95))
        data = cv2.imencode(".jpg", changed, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        changed = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return plain_crop(changed, size_px)


def _moved(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Mirrored or not, turned by up to 6 degrees, scaled by 8 to 12 %, shifted by up to 4 %."""
    side = len(picture)
    if random.random() < 0.5:
        picture = np.ascontiguousarray(picture[:, ::-1])
    matrix = cv2.getRotationMatrix2D(
        (side / 2, side / 2), random.uniform(-6, 6), random.uniform(0.92, 1.12)
    )
    matrix[:, 2] = matrix[:, 2] + random.uniform(-0.04, 0.04, 2) * side
    return cv2.warpAffine(
        picture,
        matrix,
        (side, side),
        flags=int(random.choice(_FILTERS)),
        borderMode=cv2.BORDER_REFLECT_101,
    )


def _resampled(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """To another size, from half to 1.2 times the crop's; the crop's own size comes later."""
    side = int(random.uniform(0.5, 1.2) * size_px)
    return cv2.resize(picture, (side, side), interpolation=int(random.choice(_FILTERS)))


def _lit(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Contrast by 20 %, brightness by 25 levels, each channel by 8 %."""
    values = (picture.astype(np.float32) - 128) * random.uniform(0.8, 1.2) + 128
    values = (values + random.uniform(-25, 25)) * random.uniform(0.92, 1.08, 3)
    return np.clip(values, 0, 255).astype(np.uint8)

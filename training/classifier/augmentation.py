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

JPEG_QUALITY = 75

_FILTERS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA)


def plain_crop(picture: np.ndarray, size_px: int) -> np.ndarray:
    """An aligned face (H, H, 3) uint8 BGR as the scorer sees it: (S, S, 3) float32 RGB [0, 1]."""
    return canonical_crops(resize_crop(picture, size_px)[None], JPEG_QUALITY)[0]


def random_crop(
    picture: np.ndarray, size_px: int, random: np.random.Generator, strength: float = 1.0
) -> np.ndarray:
    """The same after random changes; picture (H, H, 3) uint8 BGR is left as it is.

    strength, in [0, 1], multiplies how probable each change is.
    """
    changed = _moved(picture, random)
    for probability, change in _CHANGES:
        if random.random() < probability * strength:
            changed = change(changed, size_px, random)
    return plain_crop(changed, size_px)


def other_background(
    picture: np.ndarray, other: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """The face of one aligned picture (H, H, 3) uint8 BGR before the background of another one.

    Generators like plain walls and even light; robots see them behind real people.
    """
    side = len(picture)
    other = cv2.resize(other, (side, side), interpolation=cv2.INTER_AREA)
    mask = np.zeros((side, side), np.float32)
    axes = random.uniform((0.26, 0.34), (0.36, 0.45)) * side
    centre = (0.5 * side, random.uniform(0.52, 0.57) * side)
    cv2.ellipse(mask, (centre, (2 * axes[0], 2 * axes[1]), 0.0), 1.0, cv2.FILLED)
    soft = cv2.GaussianBlur(mask, (0, 0), random.uniform(0.01, 0.04) * side)[..., None]
    return np.rint(other + soft * (picture.astype(np.float32) - other)).astype(np.uint8)


def _moved(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Mirrored or not; shifted by up to 4 %; three in four also turned and scaled by up to 12 %.

    The rest is not resampled: turning and scaling smooth a picture.
    """
    side = len(picture)
    if random.random() < 0.5:
        picture = np.ascontiguousarray(picture[:, ::-1])
    shift = random.uniform(-0.04, 0.04, 2) * side
    angle_deg, scale, filter_ = random.uniform(-6, 6), random.uniform(0.9, 1.12), _FILTERS[0]
    if random.random() < 0.25:
        shift, angle_deg, scale = np.rint(shift), 0.0, 1.0
    else:
        filter_ = _FILTERS[random.integers(len(_FILTERS))]
    centre = ((side - 1) / 2, (side - 1) / 2)
    matrix = cv2.getRotationMatrix2D(centre, angle_deg, scale)
    matrix[:, 2] = matrix[:, 2] + shift
    return cv2.warpAffine(
        picture, matrix, (side, side), flags=filter_, borderMode=cv2.BORDER_REFLECT_101
    )


def _cut_tight(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """What lies beyond up to a fifth of each side filled by reflection: a tight portrait."""
    side = len(picture)
    top, bottom, left, right = (random.uniform(0, 0.2, 4) * side).astype(int)
    inner = picture[top : side - bottom, left : side - right]
    return cv2.copyMakeBorder(inner, top, bottom, left, right, cv2.BORDER_REFLECT_101)


def _resampled(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """To another size, 0.6 to 2.4 times the crop's; the crop's own size comes later."""
    side = int(random.uniform(0.6, 2.4) * size_px)
    filter_ = _FILTERS[random.integers(len(_FILTERS))]
    return cv2.resize(picture, (side, side), interpolation=filter_)


def _blurred(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """Out of focus, by up to 0.9 px of the crop."""
    sigma = random.uniform(0.1, 0.9) * len(picture) / size_px
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def _smoothed(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """Noise taken away and edges kept, as cameras do to skin."""
    return cv2.bilateralFilter(picture, 5, random.uniform(10, 50), random.uniform(1, 3))


def _sharpened(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """Edges raised, as cameras and editors do."""
    soft = cv2.GaussianBlur(picture, (0, 0), random.uniform(0.3, 0.8) * len(picture) / size_px)
    amount = random.uniform(0.2, 1.0)
    return cv2.addWeighted(picture, 1 + amount, soft, -amount, 0)


def _lit(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """Contrast by 30 %, brightness by 30 levels, each channel by 10 %."""
    gain = random.uniform(0.7, 1.3) * random.uniform(0.9, 1.1, 3)
    offset = 128 * (1 - gain) + random.uniform(-30, 30)
    levels = np.arange(256, dtype=np.float32)[:, None]
    table = np.clip(levels * gain + offset, 0, 255).astype(np.uint8)
    return cv2.LUT(picture, table[None])


def _pale(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """Colours weaker, down to none."""
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    share = random.uniform(0, 1)
    return cv2.addWeighted(picture, share, grey, 1 - share, 0)


def _noisy(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """Gaussian noise of 1 to 6 levels."""
    noise = random.standard_normal(picture.shape, np.float32) * random.uniform(1, 6)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _compressed(picture: np.ndarray, size_px: int, random: np.random.Generator) -> np.ndarray:
    """JPEG of quality 30 to 95."""
    quality = int(random.uniform(30, 95))
    data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))


_CHANGES = (
    (0.2, _cut_tight), (0.5, _resampled), (0.3, _blurred), (0.1, _smoothed), (0.15, _sharpened),
    (0.6, _lit), (0.15, _pale), (0.2, _noisy), (0.5, _compressed),
)  # fmt: skip
"""Each with its probability, in the order in which a picture meets them."""

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

"""What happens to pictures on their way to a robot, applied to both classes alike.

Lengths are in pixels of a 128 px crop and grow with the crop.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from training.pictures import decode

UNIT_PX = 128
Perturbation = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def _jpeg(quality: int) -> Perturbation:
    def apply(crop: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        data = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return decode(data.tobytes())

    return apply


def _blur(sigma_px: float) -> Perturbation:
    def apply(crop: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        return cv2.GaussianBlur(crop, (0, 0), sigma_px * len(crop) / UNIT_PX)

    return apply


def _resize(side_px: int) -> Perturbation:
    def apply(crop: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        side = round(side_px * len(crop) / UNIT_PX)
        small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
        return cv2.resize(small, crop.shape[1::-1], interpolation=cv2.INTER_LINEAR)

    return apply


def _brightness(factor: float) -> Perturbation:
    def apply(crop: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        return cv2.convertScaleAbs(crop, alpha=factor)

    return apply


def _noise(deviation: float) -> Perturbation:
    def apply(crop: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        noisy = crop + generator.normal(0.0, deviation, crop.shape)
        return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)

    return apply


def _shift(distance_px: float) -> Perturbation:
    def apply(crop: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        angle = generator.uniform(0.0, 2.0 * np.pi)
        length = distance_px * len(crop) / UNIT_PX
        matrix = np.array([[1.0, 0.0, length * np.cos(angle)], [0.0, 1.0, length * np.sin(angle)]])
        return cv2.warpAffine(crop, matrix, crop.shape[1::-1], borderMode=cv2.BORDER_REFLECT_101)

    return apply


def _random_codec(crop: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Resized down by up to a half and back, then JPEG of quality 30 to 95, at random."""
    resized = _resize(int(generator.integers(UNIT_PX // 2, UNIT_PX + 1)))(crop, generator)
    return _jpeg(int(generator.integers(30, 96)))(resized, generator)


PERTURBATIONS: dict[str, Perturbation] = {
    "jpeg_90": _jpeg(90),
    "jpeg_70": _jpeg(70),
    "jpeg_50": _jpeg(50),
    "jpeg_30": _jpeg(30),
    "random_codec": _random_codec,
    "blur_1": _blur(1.0),
    "blur_2": _blur(2.0),
    "resize_96": _resize(96),
    "resize_64": _resize(64),
    "brightness_minus_20": _brightness(0.8),
    "brightness_plus_20": _brightness(1.2),
    "noise_5": _noise(5.0),
    "shift_6": _shift(6.0),
}
"""By name: (crop (S, S, 3) uint8 BGR, generator) -> the same shape and type."""

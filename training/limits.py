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

"""Limits of what a bundle judges, from its calibration faces."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from fakeface_ros.scoring.bundle import LimitSpec
from fakeface_ros.scoring.codec import canonical_crops
from fakeface_ros.scoring.evidence import sharpness
from fakeface_ros.vision.alignment import resize_crop

UNLIKE = 0.005
"""Share of calibration faces that are given up: turned away, covered, badly cut."""

BLUR_PX = 3.5
"""Of a crop of 128 px. What is left of a face then is its shape; traces of a generator are not."""


def sharpness_limit(
    calibration: Sequence[np.ndarray], size_px: int, jpeg_quality: int
) -> LimitSpec:
    """Faces are judged down to the sharpness of calibration faces out of focus by BLUR_PX.

    Args:
        calibration: pictures of aligned real faces, (H, W, 3) uint8 BGR each.
        size_px, jpeg_quality: of the bundle's input.
    """
    sigma = BLUR_PX * size_px / 128
    crops = np.stack([
        cv2.GaussianBlur(resize_crop(picture, size_px), (0, 0), sigma) for picture in calibration
    ])  # fmt: skip
    values = sharpness(canonical_crops(crops, jpeg_quality))
    return LimitSpec("sharpness", "blurred", low=float(np.median(values)))


def unlikeness_limit(feature_errors: np.ndarray) -> LimitSpec:
    """Faces are judged up to the feature error that UNLIKE of the calibration faces exceed.

    Args:
        feature_errors: (n,) the evidence of calibration faces.
    """
    high = float(np.quantile(feature_errors, 1 - UNLIKE))
    return LimitSpec("feature_error", "unlike the calibration faces", high=high)

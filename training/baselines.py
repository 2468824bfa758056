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

"""Trivial cues: what a detector must beat before it may be said to see anything in a face."""

from __future__ import annotations

import cv2
import numpy as np

from training.pictures import decode, encode

CUES = ("file_size", "brightness", "gradient_energy", "high_frequency_energy")


def trivial_cues(crop: np.ndarray, jpeg_quality: int | None) -> dict[str, float]:
    """Cues of one crop after the bundle's codec, each to be read as "high is fake".

    Args:
        crop: (S, S, 3) uint8 RGB.
        jpeg_quality: of the bundle's codec, or None.

    Returns:
        file_size in bytes; brightness in [0, 255]; mean squared gradient and mean squared
        Laplacian of the luminance.
    """
    data = encode(crop, jpeg_quality)
    grey = cv2.cvtColor(decode(data), cv2.COLOR_BGR2GRAY).astype(np.float32)
    across, down = np.diff(grey, axis=1), np.diff(grey, axis=0)
    values = (
        len(data),
        grey.mean(),
        np.square(across).mean() + np.square(down).mean(),
        np.square(cv2.Laplacian(grey, cv2.CV_32F)).mean(),
    )
    return {name: float(value) for name, value in zip(CUES, values, strict=True)}

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

"""Limits come from calibration faces, which lie within them."""

import cv2
import numpy as np
import pytest

from fakeface_ros.scoring.codec import canonical_crops
from fakeface_ros.scoring.evidence import sharpness
from training.limits import sharpness_limit, unlikeness_limit


def test_sharp_faces_are_within_and_blurred_ones_are_not(astronaut):
    face = astronaut[20:212, 120:312]
    limit = sharpness_limit([face, face[:, ::-1]], 128, 50)
    assert (limit.reason, limit.high) == ("blurred", None)

    def sharpness_after(sigma_px):
        crop = cv2.resize(face, (128, 128), interpolation=cv2.INTER_AREA)[..., ::-1]
        soft = cv2.GaussianBlur(crop, (0, 0), sigma_px) if sigma_px else crop
        return sharpness(canonical_crops(soft[None], 50))[0]

    assert sharpness_after(0) > sharpness_after(1.5) > limit.low > sharpness_after(5)


def test_few_calibration_faces_are_unlike_the_others():
    errors = np.arange(1000.0)
    limit = unlikeness_limit(errors)
    assert (errors > limit.high).mean() == pytest.approx(0.005, abs=0.001)

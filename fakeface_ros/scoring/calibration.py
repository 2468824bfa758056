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

"""Conformal p-values: how unusual a face is among calibration faces that are all real."""

from __future__ import annotations

import numpy as np


def conformal_p(strangeness: np.ndarray, calibration: np.ndarray) -> np.ndarray:
    """Share of calibration faces that are at least as strange.

    p = (1 + #{calibration >= strangeness}) / (n + 1), Vovk, Gammerman and Shafer, "Algorithmic
    Learning in a Random World" (2005), chapter 2. If a new real face is exchangeable with the
    calibration faces, P(p <= alpha) <= alpha for every alpha.

    Args:
        strangeness: (N,) float, high is strange; NaN gives p = NaN.
        calibration: (n,) float, strangeness of n >= 1 real faces, in ascending order.

    Returns:
        (N,) float64 in [1 / (n + 1), 1].

    Raises:
        ValueError: calibration is empty, not finite or not in ascending order.
    """
    calibration = np.asarray(calibration, np.float64)
    if calibration.ndim != 1 or calibration.size == 0 or not np.isfinite(calibration).all():
        raise ValueError(
            "calibration must be a non-empty vector of finite numbers, "
            f"got shape {calibration.shape}"
        )
    if (np.diff(calibration) < 0).any():
        raise ValueError("calibration must be in ascending order")
    strangeness = np.asarray(strangeness, np.float64)
    at_least = calibration.size - np.searchsorted(calibration, strangeness, side="left")
    p = (1.0 + at_least) / (calibration.size + 1.0)
    return np.where(np.isnan(strangeness), np.nan, p)


def conformal_border(calibration: np.ndarray, alpha: float) -> float:
    """Strangeness above which, and only above which, conformal_p is at most alpha.

    Args:
        calibration: as for conformal_p.
        alpha: in (0, 1).

    Returns:
        A value of calibration; infinity where so few faces cannot make a p-value that small.
    """
    allowed = int(np.floor(alpha * (calibration.size + 1) + 1e-9)) - 1
    if allowed < 0:
        return np.inf
    return float(calibration[calibration.size - allowed - 1])

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

"""Conformal p-values keep their promise."""

import numpy as np
import pytest

from fakeface_ros.scoring.calibration import conformal_border, conformal_p


def test_by_hand_with_ties():
    calibration = np.array([1.0, 2.0, 2.0, 3.0])
    strangeness = np.array([0.0, 2.0, 2.5, 9.0, np.nan])
    np.testing.assert_allclose(
        conformal_p(strangeness, calibration), [1, 4 / 5, 2 / 5, 1 / 5, np.nan]
    )


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_false_alarms_of_exchangeable_faces_stay_at_alpha(alpha):
    random = np.random.default_rng(1)
    alarms = [
        (conformal_p(random.normal(size=200), np.sort(random.normal(size=499))) <= alpha).mean()
        for _ in range(200)
    ]
    assert np.mean(alarms) == pytest.approx(alpha, abs=0.15 * alpha)


@pytest.mark.parametrize("alpha", [0.003, 0.05, 0.1, 0.5, 0.99])
def test_border_is_where_p_reaches_alpha(alpha):
    calibration = np.sort(np.random.default_rng(2).normal(size=199).round(1))
    border = conformal_border(calibration, alpha)
    strangeness = np.r_[calibration, calibration + 1e-6, calibration - 1e-6]
    below_alpha = conformal_p(strangeness, calibration) <= alpha
    np.testing.assert_array_equal(below_alpha, strangeness > border)


@pytest.mark.parametrize("bad", [[], [np.nan], [2.0, 1.0], [[1.0]]])
def test_a_useless_calibration_is_refused(bad):
    with pytest.raises(ValueError, match="calibration must be"):
        conformal_p(np.zeros(1), np.array(bad))

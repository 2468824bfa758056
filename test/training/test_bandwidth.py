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

"""Bandwidth by likelihood: the leave-one-out sum is exact, and its maximum is found."""

import numpy as np
import pytest

from fakeface_ros.scoring.density import GaussianKDE
from training.bandwidth import choose_bandwidth, leave_one_out_log_likelihood, squared_distances


def left_out(codes: np.ndarray, bandwidth: float) -> float:
    """The definition: each code under a density of all the others."""
    densities = [
        GaussianKDE.fit(np.delete(codes, i, axis=0), bandwidth).log_density(codes[i : i + 1])[0]
        for i in range(len(codes))
    ]
    return float(np.mean(densities))


def test_likelihood_is_that_of_densities_without_each_code():
    codes = np.random.default_rng(0).normal(3.0, 1.0, (12, 5))
    value = leave_one_out_log_likelihood(squared_distances(codes), 0.7, 5)
    assert value == pytest.approx(left_out(codes, 0.7), rel=1e-5)


def test_no_other_bandwidth_is_likelier():
    codes = np.random.default_rng(1).normal(size=(200, 3))
    chosen = choose_bandwidth(codes)
    distances = squared_distances(codes)
    best = leave_one_out_log_likelihood(distances, chosen, 3)
    for other in np.geomspace(chosen / 20, chosen * 20, 41):
        assert leave_one_out_log_likelihood(distances, float(other), 3) <= best + 1e-6


def test_bandwidth_scales_with_the_codes():
    codes = np.random.default_rng(2).normal(size=(100, 4))
    assert choose_bandwidth(10 * codes) == pytest.approx(10 * choose_bandwidth(codes), rel=0.01)


@pytest.mark.parametrize("codes", [np.zeros((2, 4)), np.zeros((9, 4))])
def test_codes_that_allow_no_choice_are_refused(codes):
    with pytest.raises(ValueError, match="codes"):
        choose_bandwidth(codes)

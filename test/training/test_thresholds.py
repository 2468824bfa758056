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

"""Thresholds from real faces flag the share asked for; observed ones part two classes."""

import numpy as np
import pytest

from fakeface_ros.scoring.scorer import margin, strangest
from training.thresholds import (
    THESIS_DIRECTIONS,
    flagged,
    thresholds_from_real,
    thresholds_observed,
)


def evidence(count: int, seed: int, shift: float = 0.0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    return {
        "reconstruction_error": generator.normal(0.01 + 0.002 * shift, 0.002, count),
        "log_density": generator.normal(2000 - 500 * shift, 500, count),
    }


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.3])
def test_both_tails_together_flag_alpha_of_the_reals(alpha):
    real = evidence(4000, 0)
    specs = thresholds_from_real(real, THESIS_DIRECTIONS, alpha)
    strangeness = strangest([margin(spec, real[spec.name]) for spec in specs])
    assert (strangeness > 0).mean() == pytest.approx(alpha, abs=0.002)


def test_directions_are_those_of_the_thesis():
    specs = {
        spec.name: spec for spec in thresholds_from_real(evidence(500, 0), THESIS_DIRECTIONS, 0.05)
    }
    assert specs["reconstruction_error"].fake_when == "above"
    assert specs["reconstruction_error"].threshold > 0.01
    assert specs["log_density"].fake_when == "below"
    assert specs["log_density"].threshold < 2000


def test_observed_thresholds_part_two_classes():
    real, fake = evidence(500, 1), evidence(500, 2, shift=6.0)
    limits = {s.name: s.threshold for s in thresholds_observed(real, fake, THESIS_DIRECTIONS)}
    assert flagged(real, THESIS_DIRECTIONS, limits).mean() < 0.02
    assert flagged(fake, THESIS_DIRECTIONS, limits).mean() > 0.98


def test_observed_thresholds_are_no_worse_than_chance_where_fakes_look_more_real():
    real, fake = evidence(300, 3), evidence(300, 4, shift=-2.0)
    limits = {s.name: s.threshold for s in thresholds_observed(real, fake, THESIS_DIRECTIONS)}
    alarms, found = (flagged(e, THESIS_DIRECTIONS, limits).mean() for e in (real, fake))
    assert found - alarms >= 0


def test_values_that_are_not_finite_are_refused():
    broken = evidence(10, 0) | {"log_density": np.full(10, np.nan)}
    with pytest.raises(ValueError, match="log_density"):
        thresholds_from_real(broken, THESIS_DIRECTIONS, 0.05)

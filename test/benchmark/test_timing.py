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

"""Statistics of the benchmark, on numbers whose answers are known."""

import numpy as np
import pytest
from timing import (
    growth,
    in_pipeline_times,
    interleaved_ms,
    rank_correlation,
    ratios,
    rounded,
    slope,
    summarise,
)


def test_a_summary_says_median_p95_and_quartiles():
    summary = summarise(list(range(101)))
    assert (summary.n, summary.median, summary.p95) == (101, 50, 95)
    assert (summary.low, summary.high) == (25, 75)
    assert summary.row()["median ms"] == 50


def test_no_measurement_is_an_error_and_not_nan():
    with pytest.raises(ValueError, match="no measurement"):
        summarise([])


def test_a_ratio_is_of_pairs_so_that_a_slow_moment_of_both_cancels():
    assert ratios([10, 100, 10], [1, 10, 1]).median == 10
    assert ratios([10, 100, 10], [1, 10, 1]).high == 10


def test_a_ratio_of_pairs_together_is_that_of_their_sums():
    slow, fast = [10, 30, 20, 20], [1, 3, 1, 3]
    assert (ratios(slow, fast, 2).low, ratios(slow, fast, 2).high) == (10, 10)
    assert ratios(slow, fast, 2).n == 2


def test_ratios_need_pairs():
    with pytest.raises(ValueError, match="pairs by 1 are needed"):
        ratios([1, 2], [1])
    with pytest.raises(ValueError, match="pairs by 2 are needed"):
        ratios([1, 2, 3], [1, 2, 3], 2)


def test_latency_is_told_by_the_pipeline_of_that_moment():
    ends = np.array([100.0, 200, 300, 600, 900, 1000])  # the machine is a third as fast meanwhile
    begins = np.array([0.0, 100, 200, 300, 600, 900])
    newest = begins - 20  # the newest image is 20 ms old when a run begins
    times = in_pipeline_times(newest, ends - newest)
    assert times.max() < 2
    assert times[0] == pytest.approx(1.2)
    piled_up = begins - 350  # three and a half runs behind
    assert in_pipeline_times(piled_up, ends - piled_up)[0] == pytest.approx(4.5)


def test_pipeline_times_need_three_images():
    with pytest.raises(ValueError, match="2 stamps"):
        in_pipeline_times([0, 1], [5, 5])
    with pytest.raises(ValueError, match="3 stamps and 2"):
        in_pipeline_times([0, 1, 2], [5, 5])


def test_rank_correlation_sees_order_alone():
    values = np.random.default_rng(0).random(50)
    assert rank_correlation(values, np.exp(9 * values)) == pytest.approx(1)
    assert rank_correlation(values, -values) == pytest.approx(-1)


def test_growth_is_between_the_medians_of_the_first_and_the_last_part():
    assert growth([1, 2, 99, 5, 5, 5, 7, 0, 8], 3) == 7 - 2
    assert growth([4], 3) == 0


def test_slope_is_the_growth_per_step():
    assert slope([1, 2, 4], [5, 8, 14]) == pytest.approx(3)


def test_rounding_keeps_significant_digits():
    assert (rounded(1234.5), rounded(0.012345)) == (1230, 0.0123)


def test_calls_take_turns_and_each_round_begins_with_another():
    order: list[str] = []
    calls = {name: lambda name=name: order.append(name) for name in "ab"}
    times = interleaved_ms(calls, rounds=2, warm_up=1)
    assert order == ["a", "b", "a", "b", "b", "a"]
    assert {name: len(values) for name, values in times.items()} == {"a": 2, "b": 2}

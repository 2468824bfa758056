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

"""The cheapest pairing is found, as trying all of them shows."""

import itertools

import numpy as np
import pytest

from fakeface_ros.vision.assignment import assign


@pytest.mark.parametrize("whole_numbers", [False, True], ids=["distinct costs", "many ties"])
def test_no_pairing_is_cheaper(whole_numbers):
    random = np.random.default_rng(0)
    for _ in range(100):
        rows = int(random.integers(1, 6))
        columns = rows + int(random.integers(0, 3))
        cost = random.normal(0, 3, (rows, columns))
        cost = cost.round() if whole_numbers else cost
        chosen = assign(cost)
        every = itertools.permutations(range(columns), rows)
        least = min(cost[np.arange(rows), list(pairing)].sum() for pairing in every)
        assert len(set(chosen)) == rows
        assert np.isclose(cost[np.arange(rows), chosen].sum(), least)


def test_the_best_pair_is_given_up_for_a_better_whole():
    assert assign(np.array([[0.0, 1.0], [1.0, 9.0]])).tolist() == [1, 0]


def test_nothing_is_assigned_to_nobody():
    assert assign(np.zeros((0, 3))).tolist() == []


@pytest.mark.parametrize("cost", [np.zeros((2, 1)), np.array([[np.nan]]), np.array([[np.inf]])])
def test_what_has_no_answer_is_refused(cost):
    with pytest.raises(ValueError, match="finite"):
        assign(cost)

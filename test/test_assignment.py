# SPDX-License-Identifier: Apache-2.0
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

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

"""Splits: the shares asked for, whole groups only, the same in any order."""

import pytest

from training.leaks import Groups
from training.splits import HELD_OUT, THESIS_FRACTIONS, assign_splits


def test_shares_are_those_of_the_thesis():
    splits = list(assign_splits([str(i) for i in range(700)], THESIS_FRACTIONS, seed=1).values())
    counts = {name: splits.count(name) for name in THESIS_FRACTIONS}
    assert counts == {"train": 500, "validation": 50, "calibration": 50, "test": 100}


def test_the_order_of_faces_does_not_matter_but_the_seed_does():
    names = [str(i) for i in range(100)]
    assert assign_splits(names, HELD_OUT, 1) == assign_splits(names[::-1], HELD_OUT, 1)
    assert assign_splits(names, HELD_OUT, 1) != assign_splits(names, HELD_OUT, 2)


def test_shares_count_faces_not_groups():
    groups = [f"person {i % 10}" for i in range(200)] + [f"single {i}" for i in range(200)]
    splits = assign_splits(groups, {"train": 0.5, "test": 0.5}, 3)
    train = sum(splits[group] == "train" for group in groups)
    assert 180 <= train <= 220


def test_shares_that_do_not_sum_to_one_are_refused():
    with pytest.raises(ValueError, match="sum to 1"):
        assign_splits(["a"], {"train": 0.5}, 1)


def test_groups_join_transitively():
    groups = Groups()
    groups.join("c", "b")
    groups.join("b", "a")
    assert groups.find("c") == groups.find("a") == "a"
    assert groups.find("d") == "d"

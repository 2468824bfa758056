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

"""Box arithmetic against values worked out by hand and a plain second form."""

import numpy as np

from fakeface_ros.vision import boxes as boxes_module
from fakeface_ros.vision.boxes import overlap, square, suppress


def test_overlap_by_union_and_by_the_smaller():
    a = np.array([[0.0, 0.0, 10.0, 10.0]])
    b = np.array([[5.0, 0.0, 15.0, 10.0], [20.0, 20.0, 30.0, 30.0], [0.0, 0.0, 5.0, 5.0]])
    np.testing.assert_allclose(overlap(a, b), [[50 / 150, 0, 25 / 100]])
    np.testing.assert_allclose(overlap(a, b, over="smaller"), [[0.5, 0, 1]])


def test_overlap_of_an_empty_box_is_zero():
    empty = np.array([[3.0, 3.0, 3.0, 9.0]])
    assert overlap(empty, empty) == 0


def test_suppress_equals_the_plain_form_over_several_blocks(monkeypatch):
    monkeypatch.setattr(boxes_module, "_BLOCK", 7)
    random = np.random.default_rng(0)
    low = random.uniform(0, 50, (60, 2))
    boxes = np.concatenate([low, low + random.uniform(5, 30, (60, 2))], axis=1)
    scores = random.uniform(size=60)
    order = np.argsort(-scores)
    shared = overlap(boxes, boxes)
    plain = [i for n, i in enumerate(order) if not any(shared[i, j] > 0.3 for j in order[:n])]
    assert suppress(boxes, scores, 0.3).tolist() == plain
    assert 1 < len(plain) < 60


def test_boxes_of_other_groups_do_not_suppress(monkeypatch):
    monkeypatch.setattr(boxes_module, "_BLOCK", 2)
    boxes = np.tile([0.0, 0.0, 10.0, 10.0], (5, 1))
    scores, groups = np.array([0.1, 0.5, 0.4, 0.3, 0.2]), np.array([7, 3, 3, 7, 5])
    assert suppress(boxes, scores, 0.5, groups=groups).tolist() == [1, 3, 4]


def test_suppress_of_one_and_of_none():
    assert suppress(np.zeros((0, 4)), np.zeros(0), 0.5).size == 0
    assert suppress(np.ones((1, 4)), np.ones(1), 0.5).tolist() == [0]


def test_square_keeps_the_centre_and_the_longer_side():
    np.testing.assert_allclose(square(np.array([[0.0, 0.0, 10.0, 20.0]])), [[-5, 0, 15, 20]])

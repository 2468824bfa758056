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

"""Metrics: values known by hand, and intervals that cover what they should."""

import math

import numpy as np
import pytest

from training.metrics import auroc, auroc_interval, confusion, ranking_metrics, thesis_metrics

REAL = np.array([0.1, 0.2, 0.3, 0.6])
FAKE = np.array([0.3, 0.5, 0.7, 0.9])


def test_auroc_counts_pairs_and_halves_ties():
    wins = sum((f > r) + 0.5 * (f == r) for f in FAKE for r in REAL)
    assert auroc(REAL, FAKE) == pytest.approx(wins / 16)


def test_perfect_and_useless_scores():
    perfect = ranking_metrics(np.zeros(10), np.ones(10))
    assert perfect == {"auroc": 1.0, "average_precision": 1.0, "eer": 0.0, "tpr_at_fpr_05": 1.0,
                       "tpr_at_fpr_01": 1.0, "fpr_at_tpr_95": 0.0}  # fmt: skip
    useless = ranking_metrics(np.zeros(10), np.zeros(10))
    assert useless["auroc"] == useless["eer"] == pytest.approx(0.5)
    assert useless["tpr_at_fpr_05"] == 0.0


def test_equal_error_rate_of_two_gaussians():
    generator = np.random.default_rng(0)
    figures = ranking_metrics(generator.normal(0, 1, 20_000), generator.normal(2, 1, 20_000))
    assert figures["eer"] == pytest.approx(0.1587, abs=0.01)  # the normal tail beyond 1
    assert figures["tpr_at_fpr_05"] == pytest.approx(0.6387, abs=0.015)
    assert figures["fpr_at_tpr_95"] == pytest.approx(0.3613, abs=0.015)


def test_bootstrap_interval_is_as_wide_as_the_spread_of_repeated_samples():
    generator = np.random.default_rng(1)
    repeated = [
        auroc(generator.normal(0, 1, 100), generator.normal(1, 1, 100)) for _ in range(300)
    ]
    widths = [
        np.subtract(
            *auroc_interval(generator.normal(0, 1, 100), generator.normal(1, 1, 100), 300)[::-1]
        )
        for _ in range(5)
    ]
    expected = np.subtract(*np.quantile(repeated, [0.975, 0.025]))
    assert np.mean(widths) == pytest.approx(expected, rel=0.2)


def test_an_empty_class_has_no_figures():
    assert all(math.isnan(value) for value in ranking_metrics(REAL, np.array([])).values())
    assert all(math.isnan(value) for value in auroc_interval(np.array([]), FAKE))


def test_metrics_of_the_thesis_by_hand():
    counts = confusion(
        np.array([True, False, False, False]), np.array([True, True, True, False, False])
    )
    assert counts == {
        "true_positive": 3,
        "false_negative": 2,
        "false_positive": 1,
        "true_negative": 3,
    }
    figures = thesis_metrics(counts)
    assert figures["accuracy"] == pytest.approx(6 / 9)
    assert figures["recall"] == figures["true_positive_rate"] == pytest.approx(3 / 5)
    assert figures["false_negative_rate"] == pytest.approx(2 / 5)
    assert figures["true_negative_rate"] == pytest.approx(3 / 4)
    assert figures["false_positive_rate"] == pytest.approx(1 / 4)
    assert figures["precision"] == pytest.approx(3 / 4)
    assert figures["f1"] == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))


def test_nothing_flagged_has_no_precision():
    figures = thesis_metrics(confusion(np.zeros(3, bool), np.zeros(2, bool)))
    assert math.isnan(figures["precision"])
    assert figures["recall"] == 0.0

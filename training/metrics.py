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

"""Figures of merit of a detector; fake is the positive class and a high score means fake."""

from __future__ import annotations

import math

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

RESAMPLES = 1000


def auroc(real: np.ndarray, fake: np.ndarray) -> float:
    """Area under the ROC curve of scores (n,) and (m,); NaN where a class is empty."""
    if not len(real) or not len(fake):
        return math.nan
    return float(roc_auc_score(*_joined(real, fake)))


def auroc_interval(
    real: np.ndarray, fake: np.ndarray, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the AUROC, each class resampled by itself.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    if not len(real) or not len(fake):
        return math.nan, math.nan
    generator = np.random.default_rng(seed)
    # Over the sorted distinct scores a resample's AUROC is one cumulative sum, also for large
    # sets.
    distinct, places = np.unique(np.concatenate([real, fake]), return_inverse=True)
    real_at, fake_at = places[: len(real)], places[len(real) :]
    values = np.empty(resamples)
    for number in range(resamples):
        reals = _drawn(real_at, len(distinct), generator)
        fakes = _drawn(fake_at, len(distinct), generator)
        below = np.cumsum(reals) - 0.5 * reals
        values[number] = fakes @ below / (len(real) * len(fake))
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def ranking_metrics(real: np.ndarray, fake: np.ndarray) -> dict[str, float]:
    """What depends on the order of the scores alone.

    Returns:
        auroc, average_precision, eer (where false alarms and misses are equally frequent),
        tpr_at_fpr_05, tpr_at_fpr_01 (greatest detection rate at no more false alarms than that)
        and
        fpr_at_tpr_95 (least false-alarm rate that still finds 95 % of fakes); NaN if a class is
        empty.
    """
    names = (
        "auroc",
        "average_precision",
        "eer",
        "tpr_at_fpr_05",
        "tpr_at_fpr_01",
        "fpr_at_tpr_95",
    )
    if not len(real) or not len(fake):
        return dict.fromkeys(names, math.nan)
    labels, scores = _joined(real, fake)
    false_alarms, found, _ = roc_curve(labels, scores, drop_intermediate=False)
    # The curve crosses FPR = 1 - TPR between two of its points; interpolate to there.
    gap = false_alarms - (1.0 - found)
    after = int(np.argmax(gap >= 0))
    before = max(after - 1, 0)
    share = 0.0 if gap[after] == gap[before] else -gap[before] / (gap[after] - gap[before])
    eer = false_alarms[before] + share * (false_alarms[after] - false_alarms[before])
    values = (
        auroc(real, fake),
        average_precision_score(labels, scores),
        eer,
        found[false_alarms <= 0.05].max(),
        found[false_alarms <= 0.01].max(),
        false_alarms[found >= 0.95].min(),
    )
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def confusion(real_flagged: np.ndarray, fake_flagged: np.ndarray) -> dict[str, int]:
    """Counts of true and false positives and negatives of judged faces."""
    return {
        "true_positive": int(fake_flagged.sum()),
        "false_negative": int((~fake_flagged).sum()),
        "false_positive": int(real_flagged.sum()),
        "true_negative": int((~real_flagged).sum()),
    }


def thesis_metrics(counts: dict[str, int]) -> dict[str, float]:
    """The metrics that the thesis defines, by its names, in their standard form; NaN for 0 / 0."""
    found, missed = counts["true_positive"], counts["false_negative"]
    alarms, passed = counts["false_positive"], counts["true_negative"]
    precision, recall = _ratio(found, found + alarms), _ratio(found, found + missed)
    return {
        "accuracy": _ratio(found + passed, found + missed + alarms + passed),
        "recall": recall,
        "true_positive_rate": recall,
        "true_negative_rate": _ratio(passed, passed + alarms),
        "false_positive_rate": _ratio(alarms, passed + alarms),
        "false_negative_rate": _ratio(missed, found + missed),
        "precision": precision,
        "f1": _ratio(2 * found, 2 * found + alarms + missed),
    }


def _drawn(places: np.ndarray, size: int, generator: np.random.Generator) -> np.ndarray:
    """How often each distinct score comes up when as many are drawn with replacement, (size,)."""
    picks = generator.integers(0, len(places), len(places))
    return np.bincount(places[picks], minlength=size).astype(np.float64)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def _joined(real: np.ndarray, fake: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    labels = np.r_[np.zeros(len(real), int), np.ones(len(fake), int)]
    return labels, np.concatenate([real, fake])

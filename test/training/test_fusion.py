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

"""Two kinds of evidence weighed, by scores of networks that never saw the face."""

import csv
import json

import cv2
import numpy as np
import pytest

from training.classifier import fusion
from training.classifier.fusion import CrossValidated, Weights


@pytest.fixture(scope="module")
def scores():
    """Both kinds tell the classes apart a little, each in its own way; five folds."""
    random = np.random.default_rng(0)
    fake = np.arange(10_000) % 2 == 1
    logit = random.normal(size=10_000) + fake
    error = random.normal(size=10_000) * 0.2 - 0.2 * fake
    labels = np.where(fake, "fake", "real").astype("U11")
    labels[:1000] = np.where(fake[:1000], "unseen_fake", "real")
    return CrossValidated(np.arange(10_000) // 2000, labels, [], np.column_stack([logit, error]))


def test_weights_are_log_odds(scores):
    """For normal scores of one spread the log-odds are linear: shift / spread^2 each."""
    weights = fusion.fit(scores, scores.label != "unseen_fake")
    assert weights.logit == pytest.approx(1.0, abs=0.15)
    assert weights.error == pytest.approx(-0.2 / 0.04, abs=0.8)


def test_both_together_are_better_than_each(scores):
    figures = {k: fusion.figures_of(scores, v) for k, v in fusion.values_of(scores).items()}
    both = figures["both"]["auroc"]
    assert both > figures["logit"]["auroc"] + 0.02
    assert both > figures["feature_error"]["auroc"] + 0.02
    assert len(figures["both"]["by_fold"]) == 5
    assert figures["both"]["unseen_by_fold"][0]["auroc"] > 0.7


def test_a_bundle_gets_them_as_scales():
    logit, error = fusion.specs(Weights(2.0, -5.0, 1.0))
    assert (logit.fake_when, logit.scale) == ("above", 0.5)
    assert (error.fake_when, error.scale) == ("below", 0.2)
    with pytest.raises(ValueError, match="points the wrong way"):
        fusion.specs(Weights(2.0, 5.0, 1.0))


def test_figures_are_read_from_folds_and_pictures(tmp_path, capsys):
    random = np.random.default_rng(0)
    rows = []
    for number in range(24):
        label = ("real", "fake", "unseen_fake")[number % 3]
        path = tmp_path / f"{number}.png"
        cv2.imwrite(str(path), random.integers(0, 256, (128, 128, 3), np.uint8))
        logit = (label != "real") + random.normal()
        rows.append([number // 12, label, path, logit])
    for run, shift in (("a", -1.0), ("b", 3.0)):
        (tmp_path / run).mkdir()
        for fold in (0, 1):
            with (tmp_path / run / f"scores_fold{fold}.csv").open("w", newline="") as file:
                table = csv.writer(file)
                table.writerow(["fold", "label", "path", "logit"])
                table.writerows([*row[:3], row[3] + shift] for row in rows if row[0] == fold)
    runs = [tmp_path / "a", tmp_path / "b"]
    arguments = ["--cross-validated", *map(str, runs), "--one-class", "one_class"]
    assert fusion.main([*arguments, "--out", str(tmp_path / "out")]) == 0
    figures = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert figures["both"]["n_real"] == figures["both"]["n_fake"] == 8
    assert "feature_error: AUROC" in capsys.readouterr().out
    assert len((tmp_path / "out" / "scores.csv").read_text().splitlines()) == 1 + len(rows)
    logits = fusion.read(runs, "one_class").evidence[:, 0]
    np.testing.assert_allclose(logits, [row[3] + 1.0 for row in rows])
    with pytest.raises(ValueError, match="no scores_fold"):
        fusion.read([tmp_path / "out"], "one_class")
    (tmp_path / "b" / "scores_fold1.csv").unlink()
    with pytest.raises(ValueError, match="other pictures or folds"):
        fusion.read(runs, "one_class")

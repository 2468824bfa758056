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

r"""How much two kinds of evidence count beside each other.

Both are scores of networks that never saw the face.

    python -m training.classifier.fusion --cross-validated build/forgery-cv \
        --one-class models/one_class --out build/fusion

Writes OUT/scores.csv and OUT/metrics.json: figures of the forgery network's logit, of the
real-only evidence, and of both together, each face weighed by what the other folds teach.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from fakeface_ros.scoring.bundle import EvidenceSpec, load_bundle
from fakeface_ros.scoring.scorer import Scorer
from fakeface_ros.vision.alignment import resize_crop
from training.metrics import auroc_interval, ranking_metrics
from training.pictures import decode

LOGIT, ERROR = "forgery_logit", "feature_error"


@dataclass(frozen=True)
class Weights:
    """Log-odds of fake for a unit of each kind of evidence; that of ERROR is negative."""

    logit: float
    error: float
    constant: float

    def log_odds(self, evidence: np.ndarray) -> np.ndarray:
        """Of evidence (n, 2), as in CrossValidated: (n,) float64."""
        return evidence @ (self.logit, self.error) + self.constant


@dataclass(frozen=True)
class CrossValidated:
    """Scores of pictures by networks that never saw them.

    Attributes:
        fold: (n,) int, the fold whose network scored the picture.
        label: (n,) str: "real", "fake", or "unseen_fake" for pictures that every fold scored.
        path: of each picture.
        evidence: (n, 2) float64: logit and feature error.
    """

    fold: np.ndarray
    label: np.ndarray
    path: list[Path]
    evidence: np.ndarray


def read(folders: Sequence[Path], one_class: Path) -> CrossValidated:
    """Scores that training.classifier.train --folds wrote, and the real-only evidence beside them.

    Args:
        folders: of runs with the same folds of the same pictures; their logits are averaged.
        one_class: bundle of the real-only evidence.

    Raises:
        ValueError: a folder holds no scores, or those of other pictures or folds.
    """
    runs = [_read_rows(folder) for folder in folders]
    for folder, run in zip(folders, runs, strict=True):
        if run.keys() != runs[0].keys():
            raise ValueError(f"{folder}: other pictures or folds than {folders[0]}")
    scorer = Scorer(load_bundle(one_class))
    errors: dict[str, float] = {}
    for path in {path for _, _, path in runs[0]}:
        crop = resize_crop(decode(Path(path).read_bytes()), scorer.bundle.size_px)
        errors[path] = float(scorer.score(crop[None]).evidence[ERROR][0])
    return CrossValidated(
        np.array([fold for fold, _, _ in runs[0]]),
        np.array([label for _, label, _ in runs[0]]),
        [Path(path) for _, _, path in runs[0]],
        np.array([[np.mean([run[key] for run in runs]), errors[key[2]]] for key in runs[0]]),
    )


def _read_rows(folder: Path) -> dict[tuple[int, str, str], float]:
    """Logit by fold, label and path."""
    rows = {}
    for file in sorted(folder.glob("scores_fold*.csv")):
        with file.open(newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                rows[int(row["fold"]), row["label"], row["path"]] = float(row["logit"])
    if not rows:
        raise ValueError(f"{folder}: no scores_fold*.csv, as --folds leaves them")
    return rows


def fit(scores: CrossValidated, used: np.ndarray) -> Weights:
    """Logistic regression on the pictures `used`, a mask (n,)."""
    labels = scores.label[used] == "fake"
    mean, deviation = scores.evidence[used].mean(axis=0), scores.evidence[used].std(axis=0)
    regression = LogisticRegression().fit((scores.evidence[used] - mean) / deviation, labels)
    logit, error = regression.coef_[0] / deviation
    constant = regression.intercept_[0] - mean @ (logit, error)
    return Weights(float(logit), float(error), float(constant))


def fit_weights(cross_validated: Sequence[Path], one_class: Path) -> Weights:
    """Weights over all cross-validated pictures."""
    scores = read(cross_validated, one_class)
    return fit(scores, scores.label != "unseen_fake")


def specs(weights: Weights) -> list[EvidenceSpec]:
    """The two kinds as a bundle's manifest has them: their sum is log-odds."""
    if not weights.logit > 0 > weights.error:
        raise ValueError(f"evidence points the wrong way: {weights}")
    return [
        EvidenceSpec(LOGIT, "above", 0.0, 1 / weights.logit),
        EvidenceSpec(ERROR, "below", 0.0, -1 / weights.error),
    ]


def values_of(scores: CrossValidated) -> dict[str, np.ndarray]:
    """Each kind of evidence, and both together, as numbers that are high for fakes.

    Returns:
        (n,) float64 by "logit", "feature_error" and "both"; the last in log-odds, each face
        weighed by what the other folds teach.
    """
    known = scores.label != "unseen_fake"
    both = np.empty(len(scores.fold))
    for number in np.unique(scores.fold):
        weights = fit(scores, known & (scores.fold != number))
        mine = scores.fold == number
        both[mine] = weights.log_odds(scores.evidence[mine])
    return {"logit": scores.evidence[:, 0], ERROR: -scores.evidence[:, 1], "both": both}


def figures_of(scores: CrossValidated, values: np.ndarray) -> dict:
    """ranking_metrics and auroc_ci95 over all folds together, and figures of each fold.

    Those of a fold are of its own fakes, and of the unseen ones against its reals.
    """
    real, fake, unseen = (scores.label == label for label in ("real", "fake", "unseen_fake"))
    folds = [
        (
            ranking_metrics(values[mine & real], values[mine & fake]),
            ranking_metrics(values[mine & real], values[mine & unseen]),
        )
        for mine in (scores.fold == number for number in np.unique(scores.fold))
    ]
    return {
        **ranking_metrics(values[real], values[fake]),
        "auroc_ci95": auroc_interval(values[real], values[fake]),
        "n_real": int(real.sum()),
        "n_fake": int(fake.sum()),
        "by_fold": [{k: seen[k] for k in ("auroc", "tpr_at_fpr_05")} for seen, _ in folds],
        "unseen_by_fold": [{k: new[k] for k in ("auroc", "tpr_at_fpr_05")} for _, new in folds],
    }


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.classifier.fusion",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--cross-validated", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--one-class", type=Path, required=True, help="the real-only bundle")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    given = parser.parse_args(arguments)
    scores = read(given.cross_validated, given.one_class)
    values = values_of(scores)
    figures = {name: figures_of(scores, value) for name, value in values.items()}
    weights = fit(scores, scores.label != "unseen_fake")
    given.out.mkdir(parents=True, exist_ok=True)
    content = {**figures, "weights": vars(weights)}
    (given.out / "metrics.json").write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    with (given.out / "scores.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["label", "picture", "fake_score"])
        table.writerows(zip(scores.label, scores.path, values["both"], strict=True))
    for name, figure in figures.items():
        unseen = np.mean([fold["auroc"] for fold in figure["unseen_by_fold"]])
        low, high = figure["auroc_ci95"]
        print(
            f"{name}: AUROC {figure['auroc']:.3f} [{low:.3f}, {high:.3f}], TPR at 5 % FPR "
            f"{figure['tpr_at_fpr_05']:.3f}, unseen fakes {unseen:.3f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

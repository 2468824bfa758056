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

"""Judged samples to the figures of metrics.json."""

from __future__ import annotations

import numpy as np

from fakeface_ros.pipeline import Pipeline
from training.baselines import CUES
from training.judging import EVIDENCE, Sample
from training.metrics import auroc, auroc_interval, confusion, ranking_metrics, thesis_metrics
from training.perturbations import PERTURBATIONS


def column(samples: list[Sample], label: str, name: str) -> np.ndarray:
    """A field of the judged samples of one class, (n,)."""
    return np.array([getattr(s, name) for s in samples if s.judged and s.label == label])


def summarise(samples: list[Sample], pipeline: Pipeline) -> dict:
    """All figures of one bundle on these samples; rates of verdicts are over judged faces.

    detection_rate is the share of all pictures in which a face was found; unknown_rate the share
    of the found faces that were not judged.
    """
    real, fake = (column(samples, label, "fake_score") for label in ("real", "fake"))
    flagged = {label: column(samples, label, "flagged").astype(bool) for label in ("real", "fake")}
    counts = confusion(flagged["real"], flagged["fake"])
    found = [s for s in samples if s.found]
    result = {
        "model": pipeline.bundle.name,
        "model_version": pipeline.bundle.version,
        "model_sha256": pipeline.bundle.sha256,
        "alpha": pipeline.alpha,
        "n_real": len(real),
        "n_fake": len(fake),
        **ranking_metrics(real, fake),
        "auroc_ci95": list(auroc_interval(real, fake)),
        "false_alarm_rate": _mean(flagged["real"]),
        "detection_rate": _mean([s.found for s in samples]),
        "unknown_rate": _mean([not s.judged for s in found]),
        "confusion": counts,
        **thesis_metrics(counts),
        "per_perturbation": {name: _perturbation(samples, name) for name in PERTURBATIONS},
        "per_evidence": {name: _evidence(samples, name, pipeline) for name in EVIDENCE},
        "baselines": {name: _baseline(samples, name) for name in CUES},
        "per_set": _sets(samples, real),
    }
    if not any(s.perturbed for s in samples):
        result["per_perturbation"] = {}
    return result


def _mean(values) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _perturbation(samples: list[Sample], name: str) -> dict:
    """AUROC perturbed and not, and both rates at the unchanged threshold, of judged pictures."""
    tried = [s for s in samples if name in s.perturbed]
    chosen = [s for s in tried if np.isfinite(s.perturbed[name][0])]
    scores, rates = {}, {}
    for label in ("real", "fake"):
        pairs = [s.perturbed[name] for s in chosen if s.label == label]
        scores[label] = np.array([score for score, _ in pairs])
        rates[label] = _mean([flag for _, flag in pairs])
    return {
        "auroc": auroc(scores["real"], scores["fake"]),
        "auroc_ci95": list(auroc_interval(scores["real"], scores["fake"])),
        "auroc_unperturbed": auroc(
            column(chosen, "real", "fake_score"), column(chosen, "fake", "fake_score")
        ),
        "false_alarm_rate": rates["real"],
        "true_positive_rate": rates["fake"],
        "n_real": len(scores["real"]),
        "n_fake": len(scores["fake"]),
        "unknown_rate": 1 - len(chosen) / len(tried) if tried else float("nan"),
    }


def _evidence(samples: list[Sample], name: str, pipeline: Pipeline) -> dict:
    """AUROC of one kind of evidence in the direction the bundle uses it, and its threshold."""
    real, fake = (column(samples, label, name) for label in ("real", "fake"))
    spec = next((item for item in pipeline.bundle.evidence if item.name == name), None)
    if spec is None or not np.isfinite(real).all() or not np.isfinite(fake).all():
        return {}
    sign = 1.0 if spec.fake_when == "above" else -1.0
    return {
        "fake_when": spec.fake_when,
        "threshold": spec.threshold,
        "auroc": auroc(sign * real, sign * fake),
        "auroc_ci95": list(auroc_interval(sign * real, sign * fake)),
    }


def _baseline(samples: list[Sample], name: str) -> dict:
    real, fake = (
        np.array([s.cues[name] for s in samples if s.judged and s.label == label])
        for label in ("real", "fake")
    )
    return {"auroc": auroc(real, fake), "auroc_ci95": list(auroc_interval(real, fake))}


def _sets(samples: list[Sample], real: np.ndarray) -> list[dict]:
    """One row per folder: a fake one's AUROC is against all reals together."""
    rows = []
    for folder, label in dict.fromkeys((s.folder, s.label) for s in samples):
        chosen = [s for s in samples if (s.folder, s.label) == (folder, label)]
        scores = column(chosen, label, "fake_score")
        row = {
            "folder": folder,
            "label": label,
            "pictures": len(chosen),
            "judged": len(scores),
            "detection_rate": _mean([s.found for s in chosen]),
            "unknown_rate": _mean([not s.judged for s in chosen if s.found]),
            "flagged_rate": _mean(column(chosen, label, "flagged")),
        }
        if label == "fake":
            figures = ranking_metrics(real, scores)
            row |= {name: figures[name] for name in ("auroc", "tpr_at_fpr_05")}
            row["auroc_ci95"] = list(auroc_interval(real, scores))
        rows.append(row)
    return rows

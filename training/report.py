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

"""The report of an evaluation: one HTML file with its figures inside."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from fakeface_ros.pipeline import Pipeline
from fakeface_ros.scoring.autoencoder import Autoencoder
from fakeface_ros.scoring.codec import canonical_crops
from training import figures
from training.judging import EVIDENCE, Sample, face_crop_of
from training.pictures import decode
from training.summary import column

SHOWN = 5
_STYLE = """body{font:15px/1.45 system-ui,sans-serif;max-width:66rem;margin:2rem auto;padding:0
1rem;color:#222}
table{border-collapse:collapse;margin:.6rem 0}td,th{padding:.2rem .7rem;border-bottom:1px solid
#ddd;
text-align:right}td:first-child,th:first-child{text-align:left}img{max-width:100%;margin:.3rem}
h2{margin-top:2rem}"""


def number(value: object) -> str:
    """A value as tables show it: three decimals, "-" for unknown, intervals in brackets."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}" if math.isfinite(value) else "-"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(number(item) for item in value)}]"
    return str(value)


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """An HTML table; its columns are the keys in the order of their first appearance."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in names)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape(number(row.get(n, '')))}</td>" for n in names)
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def image(content: bytes, alternative: str) -> str:
    """A picture that lies in the page itself."""
    data = base64.b64encode(content).decode("ascii")
    return f'<img alt="{html.escape(alternative)}" src="data:image/png;base64,{data}">'


def page(title: str, sections: Mapping[str, str]) -> str:
    """A whole HTML page of titled sections."""
    body = "".join(f"<h2>{html.escape(name)}</h2>{content}" for name, content in sections.items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1>{body}</html>"
    )


def write_report(
    path: Path, summary: dict, samples: list[Sample], pipeline: Pipeline, crops: bool
) -> None:
    """Write report.html for one bundle's evaluation."""
    keys = ("auroc", "auroc_ci95", "average_precision", "eer", "tpr_at_fpr_05", "tpr_at_fpr_01",
            "fpr_at_tpr_95", "false_alarm_rate", "detection_rate", "unknown_rate")  # fmt: skip
    thesis = ("accuracy", "recall", "true_positive_rate", "true_negative_rate",
              "false_positive_rate", "false_negative_rate", "precision", "f1")  # fmt: skip
    counts = summary["confusion"]
    matrix = [
        {
            "": "is fake",
            "judged fake": counts["true_positive"],
            "judged real": counts["false_negative"],
        },
        {
            "": "is real",
            "judged fake": counts["false_positive"],
            "judged real": counts["true_negative"],
        },
    ]
    sections = {
        "What was judged": f"<p>Bundle {html.escape(summary['model'])} "
        f"{summary['model_version']} at alpha = {summary['alpha']:g}; {summary['n_real']} "
        f"real and {summary['n_fake']} generated faces. "
        "Fake is the positive class. AUROC 0.5 is chance; intervals are 95 %, by bootstrap.</p>"
        + table([{"figure": key.replace("_", " "), "value": summary[key]} for key in keys]),
        "Sets": table(summary["per_set"]),
        "At the shipped threshold": table(matrix)
        + table(
            [
                {"metric of the thesis": key.replace("_", " "), "value": summary[key]}
                for key in thesis
            ]
        ),
        "Curves": _curves(summary, samples),
        "Scores": _scores(samples, pipeline)
        + table(
            [{"evidence": name, **row} for name, row in summary["per_evidence"].items() if row]
        ),
        "Trivial cues, to be beaten": table(
            [{"cue (high is fake)": name, **row} for name, row in summary["baselines"].items()]
        ),
        "Perturbed, both classes, threshold unchanged": table(
            [{"perturbation": name, **row} for name, row in summary["per_perturbation"].items()]
        ),
        "Originals, reconstructions and error maps": _reconstructions(samples, pipeline, crops),
        "Worst mistakes": _mistakes(samples, pipeline, crops),
    }
    path.write_text(page(f"Evaluation of {summary['model']}", sections), encoding="utf-8")


def _curves(summary: dict, samples: list[Sample]) -> str:
    real, fake = (column(samples, label, "fake_score") for label in ("real", "fake"))
    if not len(real) or not len(fake):
        return "<p>One class has no judged face.</p>"
    labels = np.r_[np.zeros(len(real)), np.ones(len(fake))]
    scores = np.concatenate([real, fake])
    at = (summary["false_alarm_rate"], summary["recall"])
    return image(figures.roc(labels, scores, at), "ROC curve") + image(
        figures.precision_recall(labels, scores), "precision-recall curve"
    )


def _scores(samples: list[Sample], pipeline: Pipeline) -> str:
    """Histograms of fake_score and of the bundle's evidence, and the two against each other."""
    specs = {spec.name: spec for spec in pipeline.bundle.evidence}
    values = {
        name: (column(samples, "real", name), column(samples, "fake", name))
        for name in ("fake_score", *EVIDENCE)
    }
    known = {
        name: pair for name, pair in values.items() if all(np.isfinite(v).all() for v in pair)
    }
    parts = [
        image(
            figures.histogram(
                pair[0], pair[1], name, specs[name].threshold if name in specs else None
            ),
            f"histogram of {name}",
        )
        for name, pair in known.items()
        if sum(map(len, pair))
    ]
    if all(name in known for name in EVIDENCE):
        errors, densities = (known[name] for name in EVIDENCE)
        picture = figures.scatter(
            (errors[0], densities[0]),
            (errors[1], densities[1]),
            [specs[name] for name in EVIDENCE if name in specs],
        )
        parts.append(image(picture, "log density over reconstruction error"))
    return "".join(parts)


def _picture(sample: Sample, pipeline: Pipeline, crops: bool) -> np.ndarray | None:
    return face_crop_of(pipeline, decode(sample.path.read_bytes()), crops)


def _reconstructions(samples: list[Sample], pipeline: Pipeline, crops: bool) -> str:
    if "autoencoder.onnx" not in pipeline.bundle.files:
        return "<p>This bundle has no autoencoder.</p>"
    network = Autoencoder(pipeline.bundle.file("autoencoder.onnx"))
    rows, notes = [], []
    for label in ("real", "fake"):
        for sample in [s for s in samples if s.judged and s.label == label][:SHOWN]:
            crop = _picture(sample, pipeline, crops)
            if crop is None:
                continue
            original = canonical_crops(crop[None], pipeline.bundle.jpeg_quality)
            _, reconstruction = network.reconstruct(original)
            error = np.square(original - reconstruction)[0].mean(axis=2)
            rows.append([original[0], reconstruction[0], np.sqrt(error)])
            notes.append(f"{label} {sample.path.stem[:12]}")
    titles = ["original", "reconstruction", "error"]
    return image(figures.picture_rows(rows, titles, notes), "reconstructions") if rows else ""


def _mistakes(samples: list[Sample], pipeline: Pipeline, crops: bool) -> str:
    """Reals of the highest and fakes of the lowest fake_score."""
    parts = []
    for label, title, sign in (
        ("real", "most fake-looking reals", -1),
        ("fake", "most real-looking fakes", 1),
    ):
        chosen = [s for s in samples if s.judged and s.label == label]
        worst = sorted(chosen, key=lambda s: sign * s.fake_score)[:SHOWN]
        pictures = [(_picture(s, pipeline, crops), s) for s in worst]
        shown = [(crop, s) for crop, s in pictures if crop is not None]
        if shown:
            names = [f"{s.fake_score:.3f}\n{s.path.stem[:12]}" for _, s in shown]
            drawn = figures.picture_rows([[crop for crop, _ in shown]], names, [label])
            parts.append(f"<p>{title}, with their fake_score</p>" + image(drawn, title))
    return "".join(parts)

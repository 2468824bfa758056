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

"""Figures as PNG bytes; every one is drawn without a display."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve, roc_curve

from fakeface_ros.scoring.bundle import EvidenceSpec

REAL_COLOUR, FAKE_COLOUR = "#1b7837", "#c51b29"
DPI = 90


def png(figure: Figure) -> bytes:
    """The figure as a PNG file's content."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=DPI, bbox_inches="tight")
    return stream.getvalue()


def _axes(width: float = 4.4, height: float = 3.6):
    figure = Figure(figsize=(width, height))
    return figure, figure.add_subplot()


def roc(labels: np.ndarray, scores: np.ndarray, at: tuple[float, float] | None) -> bytes:
    """ROC curve with chance and the shipped threshold's point (false alarms, detections)."""
    figure, axes = _axes()
    false_alarms, found, _ = roc_curve(labels, scores)
    axes.plot(false_alarms, found, color=FAKE_COLOUR)
    axes.plot([0, 1], [0, 1], ":", color="grey", label="chance")
    if at and all(math.isfinite(value) for value in at):
        axes.plot(*at, "o", color="black", label="shipped threshold")
    axes.set(xlabel="false positive rate", ylabel="true positive rate", title="ROC")
    axes.legend(loc="lower right")
    return png(figure)


def precision_recall(labels: np.ndarray, scores: np.ndarray) -> bytes:
    """Precision over recall, with the share of fakes as chance."""
    figure, axes = _axes()
    precision, recall, _ = precision_recall_curve(labels, scores)
    axes.plot(recall, precision, color=FAKE_COLOUR)
    axes.axhline(labels.mean(), linestyle=":", color="grey", label="chance")
    axes.set(xlabel="recall", ylabel="precision", ylim=(0, 1.02), title="Precision and recall")
    axes.legend(loc="lower left")
    return png(figure)


def histogram(
    real: np.ndarray, fake: np.ndarray, name: str, threshold: float | None = None
) -> bytes:
    """Both classes' histogram of one score, with the threshold where there is one."""
    figure, axes = _axes()
    bins = np.histogram_bin_edges(np.concatenate([real, fake]), 40)
    for values, colour, label in ((real, REAL_COLOUR, "real"), (fake, FAKE_COLOUR, "fake")):
        axes.hist(values, bins, color=colour, alpha=0.55, label=label)
    if threshold is not None:
        axes.axvline(threshold, color="black", linestyle="--", label="threshold")
    axes.set(xlabel=name.replace("_", " "), ylabel="faces")
    axes.legend()
    return png(figure)


def scatter(
    real: tuple[np.ndarray, np.ndarray],
    fake: tuple[np.ndarray, np.ndarray],
    specs: list[EvidenceSpec],
) -> bytes:
    """Log density over reconstruction error: (errors, densities) of each class."""
    figure, axes = _axes(5.2, 4.0)
    for (errors, densities), colour, label in (
        (real, REAL_COLOUR, "real"),
        (fake, FAKE_COLOUR, "fake"),
    ):
        axes.plot(errors, densities, ".", color=colour, alpha=0.5, markersize=4, label=label)
    for spec in specs:
        line = axes.axvline if spec.name == "reconstruction_error" else axes.axhline
        line(spec.threshold, color="black", linestyle="--", linewidth=0.8)
    axes.set(xlabel="reconstruction error (MSE per value)", ylabel="log density of the code")
    axes.legend()
    return png(figure)


def picture_rows(rows: list[list[np.ndarray]], titles: list[str], notes: list[str]) -> bytes:
    """Rows of pictures, (S, S, 3) RGB or (S, S) float maps, with a note at each row's left."""
    figure = Figure(figsize=(1.5 * len(titles) + 0.9, 1.5 * len(rows) + 0.3))
    grid = figure.subplots(len(rows), len(titles), squeeze=False)
    for axes_row, row, note in zip(grid, rows, notes, strict=True):
        for axes, picture in zip(axes_row, row, strict=True):
            axes.imshow(picture, **({"cmap": "inferno"} if picture.ndim == 2 else {}))
            axes.set(xticks=[], yticks=[])
        axes_row[0].set_ylabel(note, fontsize=7)
    for axes, title in zip(grid[0], titles, strict=True):
        axes.set_title(title, fontsize=8)
    return png(figure)


def training_curves(history: Path) -> dict[str, bytes]:
    """Accuracy and loss over epochs, training and validation, from a run's history.csv."""
    with open(history, newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    pictures = {}
    for name in ("accuracy", "loss"):
        figure, axes = _axes()
        for key, label in ((name, "training"), (f"val_{name}", "validation")):
            axes.plot(
                [int(row["epoch"]) + 1 for row in rows],
                [float(row[key]) for row in rows],
                label=label,
            )
        axes.set(xlabel="epoch", ylabel=name, title=name)
        axes.legend()
        pictures[name] = png(figure)
    return pictures

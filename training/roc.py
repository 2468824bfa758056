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

r"""ROC curves of several bundles in one picture.

    python -m training.roc --out docs/roc.png \
        --panel "StyleGAN" default=build/fusion one_class=build/evaluation/one_class/dev \
        --panel "StyleGAN2" default=build/evaluation/default/unseen

Reads scores.csv of training.evaluate and training.classifier.fusion; rows labelled neither real
nor fake do not count.
"""

from __future__ import annotations

import argparse
import csv
import math
import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

from training.figures import png
from training.metrics import auroc

NOMINAL = 0.05


def read_scores(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """fake_score of judged pictures, real (n,) and fake (m,).

    Raises:
        ValueError: a class has none.
    """
    scores: dict[str, list[float]] = {"real": [], "fake": []}
    with (folder / "scores.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            value = float(row["fake_score"])
            if row["label"] in scores and math.isfinite(value):
                scores[row["label"]].append(value)
    for label, values in scores.items():
        if not values:
            raise ValueError(f"{folder / 'scores.csv'}: no {label} picture was judged")
    return np.array(scores["real"]), np.array(scores["fake"])


def draw(panels: dict[str, dict[str, Path]]) -> bytes:
    """A PNG with a panel for each title, and in it a curve for each bundle's folder."""
    figure = Figure(figsize=(4.4 * len(panels), 4.2))
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, (title, bundles) in zip(grid, panels.items(), strict=True):
        for name, folder in bundles.items():
            real, fake = read_scores(folder)
            labels = np.r_[np.zeros(len(real)), np.ones(len(fake))]
            false_alarms, found, _ = roc_curve(labels, np.r_[real, fake])
            axes.plot(false_alarms, found, label=f"{name}, AUROC {auroc(real, fake):.3f}")
        axes.plot([0, 1], [0, 1], ":", color="grey", label="chance")
        axes.axvline(NOMINAL, color="grey", linewidth=0.6)
        axes.set(xlabel="real faces called fake", ylabel="generated faces found", title=title)
        axes.set(xlim=(0, 1), ylim=(0, 1.01), aspect="equal")
        axes.legend(loc="lower right", fontsize=8)
    return png(figure)


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.roc",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="PNG file")
    parser.add_argument("--panel", nargs="+", action="append", required=True,
                        metavar=("TITLE", "NAME=DIR"))  # fmt: skip
    given = parser.parse_args(arguments)
    panels: dict[str, dict[str, Path]] = {}
    for title, *bundles in given.panel:
        pairs = (bundle.partition("=") for bundle in bundles)
        panels[title] = {name: Path(folder) for name, _, folder in pairs}
    try:
        picture = draw(panels)
    except (OSError, ValueError, KeyError) as error:
        print(f"roc: {error}", file=sys.stderr)
        return 2
    given.out.write_bytes(picture)
    print(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())

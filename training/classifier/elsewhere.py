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

"""Does a network hear the codec? Real faces from elsewhere against real faces it never saw.

    python -m training.classifier.elsewhere --run build/forgery-cv --real DIR…

For each fold of training.classifier.train, AUROC of the folder's faces, taken for fakes, against
the fold's held-out real ones. 0.5 says that the two sets, however coded, look equally real; below
it the folder looks more real, above it less.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

from training.classifier.network import read_trained
from training.classifier.train import logits_of, read_pictures
from training.metrics import auroc


def compare(run: Path, folder: Path) -> list[float]:
    """AUROC of a folder's real faces, taken for fakes, against each fold's held-out real faces.

    Raises:
        FileNotFoundError: the run has no folds.
    """
    pictures = read_pictures([folder])[1]
    files = sorted(run.glob("scores_fold*.csv"))
    if not files:
        raise FileNotFoundError(f"{run}: no scores_fold*.csv, as --folds leaves them")
    values = []
    for file in files:
        with file.open(newline="", encoding="utf-8") as stream:
            held = [float(r["logit"]) for r in csv.DictReader(stream) if r["label"] == "real"]
        weights = file.with_name(file.stem.replace("scores", "weights") + ".npz")
        model = read_trained(weights)
        values.append(auroc(np.array(held), logits_of(model, pictures)))
    return values


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.classifier.elsewhere",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--run", type=Path, required=True, help="folder of train --folds")
    parser.add_argument("--real", type=Path, nargs="+", required=True, metavar="DIR")
    given = parser.parse_args(arguments)
    for folder in given.real:
        values = compare(given.run, folder)
        by_fold = " ".join(f"{value:.3f}" for value in values)
        print(f"{folder.name}: AUROC {np.mean(values):.3f} (folds: {by_fold})", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

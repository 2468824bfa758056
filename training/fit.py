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

"""Fit density, thresholds and calibration to a trained autoencoder.

    python -m training.fit --data build/faces --run build/runs/reference

Writes RUN/fit/: density.npz, calibration.npz and fit.json. Density: codes of the training faces.
Thresholds: by default from the validation faces, real alone. Calibration: from the calibration
faces,
which neither training nor thresholds have seen, so that the false-alarm rate it promises holds.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from fakeface_ros.scoring.density import GaussianKDE
from fakeface_ros.scoring.scorer import margin, strangest
from training.autoencoders import Autoencoder
from training.bandwidth import choose_bandwidth
from training.checkpoint import load_run
from training.index import select
from training.measure import evidence_of, observe
from training.thresholds import THESIS_DIRECTIONS, thresholds_from_real, thresholds_observed

FIT_FOLDER, FIT_NAME = "fit", "fit.json"
ALPHA = 0.05
COMPONENTS = 256
SAME_ORDER_FACES = 200


def fit(
    data: Path,
    run: Path,
    bandwidth: float | None = None,
    components: int | None = COMPONENTS,
    centres: int | None = None,
    alpha: float = ALPHA,
    weights: str = "last",
    observed: bool = False,
) -> dict:
    """Fit and write RUN/fit/; returns what fit.json says.

    Args:
        data: folder made by training.prepare.
        run: folder made by training.train.
        bandwidth: of the kernel density; None chooses it by likelihood cross-validation.
        components: principal axes the density is kept in; None or 0 for the exact sum over all D.
        centres: keep at most so many training codes; None for all.
        alpha: nominal false-alarm rate.
        weights: "last" or "best" epoch.
        observed: thresholds from real and fake validation faces instead of real ones alone.

    Raises:
        ValueError: a split that is needed has no face.
    """
    autoencoder, config, progress = load_run(run, weights)
    sets = {
        "train": ("train", "real"),
        "validation": ("validation", "real"),
        "calibration": ("calibration", "real"),
    }
    if observed:
        sets["fake"] = ("validation", "fake")
    seen = {}
    for name, (split, label) in sets.items():
        paths = select(data, split, label)
        if not paths:
            raise ValueError(f"{data}: no {label} face in split {split!r}")
        limit = centres if name == "train" else None
        seen[name] = observe(autoencoder.network, paths, config.size_px, limit)
    codes = seen["train"][0]
    chosen = bandwidth or choose_bandwidth(codes)
    exact = GaussianKDE.fit(codes, chosen)
    kept = min(components, *codes.shape) if components else None
    out = Path(run) / FIT_FOLDER
    out.mkdir(exist_ok=True)
    density = _store(GaussianKDE.fit(codes, chosen, kept) if kept else exact, out / "density.npz")
    evidence = {name: evidence_of(density, *seen[name]) for name in seen if name != "train"}
    specs = (
        thresholds_observed(evidence["validation"], evidence["fake"], THESIS_DIRECTIONS)
        if observed
        else thresholds_from_real(evidence["validation"], THESIS_DIRECTIONS, alpha)
    )
    strangeness = strangest([margin(spec, evidence["calibration"][spec.name]) for spec in specs])
    np.savez_compressed(
        out / "calibration.npz", strangeness=np.sort(strangeness).astype(np.float32)
    )
    some = seen["calibration"][0][:SAME_ORDER_FACES]
    result = {
        "evidence": [asdict(spec) for spec in specs],
        "alpha": alpha,
        "thresholds": "observed on real and fake" if observed else "from real faces alone",
        "weights": weights,
        "epoch": progress.best_epoch if weights == "best" else progress.epoch,
        "bandwidth": chosen,
        "bandwidth_choice": "given" if bandwidth else "leave-one-out likelihood",
        "density": {
            "codes": len(codes),
            "dimension": codes.shape[1],
            "components": kept,
            "rank_correlation_with_exact": round(
                float(spearmanr(exact.log_density(some), density.log_density(some)).statistic), 4
            ),
        },
        "faces": {name: len(values[1]) for name, values in seen.items()},
        "flagged_calibration": round(float((strangeness > 0).mean()), 4),
    }
    (out / FIT_NAME).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return result


def _store(density: GaussianKDE, path: Path) -> GaussianKDE:
    """Write the density and read it back, so that the rest uses what is shipped."""
    density.save(str(path))
    return GaussianKDE.load(str(path))


def fitted(run: Path) -> tuple[Autoencoder, GaussianKDE, dict]:
    """The network, density and settings that `fit` left for a run.

    Raises:
        FileNotFoundError: the run has not been fitted.
    """
    folder = Path(run) / FIT_FOLDER
    if not (folder / FIT_NAME).is_file():
        raise FileNotFoundError(f"{folder / FIT_NAME}: run python -m training.fit first")
    settings = json.loads((folder / FIT_NAME).read_text(encoding="utf-8"))
    autoencoder, _, _ = load_run(run, settings["weights"])
    return autoencoder, GaussianKDE.load(str(folder / "density.npz")), settings


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.fit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder made by training.prepare")
    parser.add_argument("--run", type=Path, required=True, help="folder made by training.train")
    parser.add_argument("--bandwidth", type=float, help="default: by likelihood cross-validation")
    parser.add_argument(
        "--components", type=int, default=COMPONENTS, help="0: the exact sum, a larger file"
    )
    parser.add_argument("--centres", type=int, help="keep at most so many training codes")
    parser.add_argument("--alpha", type=float, default=ALPHA, help="nominal false-alarm rate")
    parser.add_argument("--weights", choices=("last", "best"), default="last")
    parser.add_argument(
        "--observed",
        action="store_true",
        help="thresholds observed on real and fake validation faces",
    )
    given = parser.parse_args(arguments)
    try:
        result = fit(
            given.data,
            given.run,
            given.bandwidth,
            given.components,
            given.centres,
            given.alpha,
            given.weights,
            given.observed,
        )
    except (OSError, ValueError) as error:
        print(f"fit: {error}", file=sys.stderr)
        return 2
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())

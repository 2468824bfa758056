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

"""Export a trained and fitted autoencoder as a bundle, checked against Keras.

    python -m training.export --data build/faces --run build/runs/reference --out models/cae_kde

Crops of the calibration split go through both: codes, reconstructions and scores must agree to
1e-4, or no bundle is left.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np

from fakeface_ros.scoring.autoencoder import reconstruction_error
from fakeface_ros.scoring.bundle import EvidenceSpec, load_bundle, write_manifest
from fakeface_ros.scoring.codec import canonical_crops
from fakeface_ros.scoring.scorer import Scorer, margin, strangest
from training.assemble import input_entry
from training.checkpoint import load_run
from training.feeding import read_faces
from training.fit import FIT_FOLDER, fitted
from training.fold_upsampling import fold
from training.index import read_index, select
from training.measure import evidence_of, run_network
from training.onnx_graph import to_onnx
from training.prepare import read_settings

TOLERANCE = 1e-4
CHECKED_FACES = 32
FILES = ["autoencoder.onnx", "density.npz", "calibration.npz"]


def export(
    data: Path, run: Path, out: Path, version: str = "1.0.0", licence: str = ""
) -> dict[str, float]:
    """Write the bundle folder `out`; its name is the bundle's name.

    Args:
        data: folder made by training.prepare, whose faces trained the run.
        run: folder of training.train and training.fit.
        out: the bundle's folder; one that exists is replaced.
        version: of the bundle.
        licence: of the weights, as the manifest states it.

    Returns:
        Greatest differences from Keras by name.

    Raises:
        ArithmeticError: ONNX Runtime and Keras differ by more than TOLERANCE.
    """
    autoencoder, _, settings = fitted(run)
    prepared = read_settings(data)
    _, config, progress = load_run(run, settings["weights"])
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch) / out.name
        draft.mkdir()
        model = to_onnx(autoencoder.network)
        with contextlib.suppress(ValueError):  # where the kind's decoder ends otherwise
            model = fold(model)
        (draft / FILES[0]).write_bytes(model.SerializeToString())
        for name in FILES[1:]:
            shutil.copy(Path(run) / FIT_FOLDER / name, draft / name)
        counts: dict[str, int] = {}
        for entry in read_index(data):
            counts[f"{entry.split}/{entry.label}"] = (
                counts.get(f"{entry.split}/{entry.label}", 0) + 1
            )
        manifest = {
            "name": out.name,
            "kind": "autoencoder_density",
            "version": version,
            "input": input_entry(config.size_px, prepared["jpeg_quality"]),
            "evidence": settings["evidence"],
            "alpha": settings["alpha"],
            "training": {
                "autoencoder": config.kind,
                "options": config.options,
                "parameters": autoencoder.parameters,
                "epochs": settings["epoch"],
                "batch_size": config.batch_size,
                "optimizer": "Adam",
                "learning_rate": config.learning_rate,
                "seed": config.seed,
                "loss": "mean squared error",
                "images": counts,
                "sources": prepared["sources"],
                "seconds": round(progress.seconds),
                "backend": f"Keras {keras.__version__} on {keras.backend.backend()}",
                "fit": {
                    name: settings[name]
                    for name in ("bandwidth", "bandwidth_choice", "density", "thresholds", "faces")
                },
            },
            "metrics": {},
            "licence": licence,
        }
        write_manifest(draft, manifest, FILES)
        differences = compare(draft, data, run)
        for name, difference in differences.items():
            if not difference <= TOLERANCE:
                raise ArithmeticError(
                    f"{name}: differs from Keras by {difference:.2e}, over {TOLERANCE:.0e}"
                )
        if out.exists():
            shutil.rmtree(out)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(draft, out)
    return differences


def compare(bundle_directory: Path, data: Path, run: Path) -> dict[str, float]:
    """Greatest difference between a bundle in ONNX Runtime and its run in Keras.

    By what is compared.
    Strangeness is compared relative to the larger of 1 and its size: it is a log density over its
    spread.
    """
    autoencoder, density, settings = fitted(run)
    scorer = Scorer(load_bundle(str(bundle_directory)))
    size_px = scorer.bundle.size_px
    faces = read_faces(select(data, "calibration", "real")[:CHECKED_FACES], size_px)
    crops = canonical_crops(faces, scorer.bundle.jpeg_quality)
    keras_codes, keras_reconstructions = run_network(autoencoder.network, crops)
    assert scorer.autoencoder is not None, "a bundle of this kind has an autoencoder"
    codes, reconstructions = scorer.autoencoder.reconstruct(crops)
    evidence = evidence_of(
        density, keras_codes, reconstruction_error(crops, keras_reconstructions)
    )
    strangeness = strangest(
        [margin(EvidenceSpec(**item), evidence[item["name"]]) for item in settings["evidence"]]
    )
    scores = scorer.score(faces)
    size = np.maximum(1.0, np.abs(strangeness))
    return {
        "code": float(np.abs(codes - keras_codes).max()),
        "reconstruction": float(np.abs(reconstructions - keras_reconstructions).max()),
        "strangeness": float((np.abs(scores.strangeness - strangeness) / size).max()),
    }


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder made by training.prepare")
    parser.add_argument(
        "--run", type=Path, required=True, help="folder of training.train and training.fit"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="bundle folder; its name is the bundle's"
    )
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--licence", default="", help="of the weights, as the manifest states it")
    given = parser.parse_args(arguments)
    try:
        differences = export(given.data, given.run, given.out, given.version, given.licence)
    except (OSError, ValueError, ArithmeticError) as error:
        print(f"export: {error}", file=sys.stderr)
        return 2
    print(f"{given.out}: differs from Keras by at most {json.dumps(differences)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

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

r"""Make a bundle from real faces alone: no generated picture is used anywhere.

    python -m training.one_class --real DIR --calibration-real DIR --out models/one_class

A network that ImageNet's photographs trained sees the faces of --real, and a linear autoencoder
learns what is common to them. Generated faces are explained too well by it. The direction is not
fitted: that generated faces are more typical than photographs was known of pixels beforehand.
Takes a minute on two cores.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import numpy as np

from fakeface_ros.inference import make_session
from fakeface_ros.scoring.bundle import EvidenceSpec
from fakeface_ros.scoring.feature_error import LinearAutoencoder
from training.assemble import assemble, input_entry
from training.classifier.augmentation import JPEG_QUALITY, plain_crop
from training.classifier.network import SIZE_PX, build_face_features
from training.classifier.train import read_pictures
from training.keras_onnx import to_onnx
from training.limits import sharpness_limit, unlikeness_limit

COMPONENTS = 64
ALPHA = 0.05
NETWORK, ARRAYS = "network.onnx", "features.npz"


def fit(real: list[np.ndarray], components: int = COMPONENTS) -> dict[str, bytes]:
    """The files of the evidence "feature_error", from pictures of aligned real faces."""
    network = to_onnx(build_face_features(), ["features"])
    session = make_session(network)
    features = np.concatenate(
        [session.run(["features"], {"crops": plain_crop(p, SIZE_PX)[None]})[0] for p in real]
    )
    arrays = io.BytesIO()
    LinearAutoencoder.fit(features, components).save(arrays)
    return {NETWORK: network, ARRAYS: arrays.getvalue()}


def errors_of(files: dict[str, bytes], pictures: list[np.ndarray]) -> np.ndarray:
    """The evidence "feature_error" of aligned faces, (n,) float64."""
    session = make_session(files[NETWORK])
    autoencoder = LinearAutoencoder.load(io.BytesIO(files[ARRAYS]))
    values = [
        np.log(autoencoder.error(session.run(None, {"crops": plain_crop(p, SIZE_PX)[None]})[0]))
        for p in pictures
    ]
    return np.concatenate(values)


def make(
    real: list[Path], calibration_real: list[Path], out: Path, version: str, licence: str
) -> None:
    """Fit, calibrate and write the bundle folder `out`; one that exists is replaced."""
    paths, pictures = read_pictures(real)
    held_paths, held = read_pictures(calibration_real)
    files = fit(pictures)
    errors = errors_of(files, held)
    manifest = {
        "kind": "one_class",
        "version": version,
        "input": input_entry(SIZE_PX, JPEG_QUALITY),
        "alpha": ALPHA,
        "training": {
            "real": len(paths),
            "fake": 0,
            "folders": [folder.name for folder in real],
            "network": "EfficientNet-Lite0, first 11 blocks, ImageNet's weights unchanged",
            "components": COMPONENTS,
            "calibration": {
                "faces": len(held_paths),
                "folders": [folder.name for folder in calibration_real],
            },
        },
        "metrics": {},
        "licence": licence,
    }
    evidence = [EvidenceSpec("feature_error", "below", float(errors.mean()), float(errors.std()))]
    limits = [sharpness_limit(held, SIZE_PX, JPEG_QUALITY), unlikeness_limit(errors)]
    assemble(out, manifest, files, evidence, limits, held)


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.one_class",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--real", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--calibration-real", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, required=True, help="bundle folder")
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--licence", default="")
    given = parser.parse_args(arguments)
    make(given.real, given.calibration_real, given.out, given.version, given.licence)
    return 0


if __name__ == "__main__":
    sys.exit(main())

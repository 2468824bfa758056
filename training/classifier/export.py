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

r"""Export trained forgery networks as a bundle, calibrated on real faces they never saw.

    python -m training.classifier.export --network build/cv/weights_fold0.npz \
        --cross-validated build/cv --one-class models/one_class --calibration-real DIR \
        --out models/default

The logits of several networks are averaged. The evidence of the real-only bundle counts beside
them, as much as training.classifier.fusion finds over the cross-validated scores. Crops go through
both Keras and ONNX Runtime: logits must agree to the precision of the weights, or no bundle is
left.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import keras
import numpy as np

from fakeface_ros.scoring.bundle import Bundle, load_bundle
from fakeface_ros.scoring.networks import Networks
from training.assemble import assemble, input_entry
from training.classifier.augmentation import JPEG_QUALITY, plain_crop
from training.classifier.fusion import fit_weights, specs
from training.classifier.network import SIZE_PX, read_trained, with_features
from training.classifier.train import read_pictures
from training.keras_onnx import to_onnx
from training.one_class import ARRAYS

TOLERANCE = 0.05
"""Of a logit whose spread is about 2: weights are kept in half precision."""
CHECKED_FACES = 64
ALPHA = 0.05


def export(
    networks: list[Path],
    cross_validated: list[Path],
    one_class: Path,
    calibration_real: list[Path],
    out: Path,
    version: str,
    licence: str,
) -> None:
    """Write the bundle folder `out`; one that exists is replaced.

    Raises:
        ArithmeticError: ONNX Runtime and Keras differ by more than TOLERANCE.
    """
    paths, pictures = read_pictures(calibration_real)
    typical = load_bundle(one_class)
    trained = [read_trained(path) for path in networks]
    files = {
        f"network_{number}.onnx": to_onnx(model, outputs)
        for number, (model, outputs) in enumerate(with_features(trained))
    }
    _check(trained, files, typical, pictures[:CHECKED_FACES])
    files[ARRAYS] = typical.file(ARRAYS)
    weights = fit_weights(cross_validated, one_class)
    manifest = {
        "kind": "classifier",
        "version": version,
        "input": input_entry(SIZE_PX, JPEG_QUALITY),
        "alpha": ALPHA,
        "training": {
            "networks": [
                {
                    "weights": path.name,
                    **json.loads(path.with_name("settings.json").read_text(encoding="utf-8")),
                }
                for path in networks
            ],
            "network": "EfficientNet-Lite, first five stages, from ImageNet",
            "parameters": sum(model.count_params() for model in trained),
            "feature_error": typical.manifest["training"],
            "calibration": {"faces": len(paths), "folders": [f.name for f in calibration_real]},
            "backend": f"Keras {keras.__version__} on {keras.backend.backend()}",
        },
        "metrics": {},
        "licence": licence,
    }
    assemble(out, manifest, files, specs(weights), typical.limits, pictures)


def _check(
    trained: list[keras.Model],
    files: dict[str, bytes],
    one_class: Bundle,
    pictures: list[np.ndarray],
) -> None:
    """Raise ArithmeticError where ONNX Runtime's outputs are not Keras's, or not one_class's."""
    crops = np.stack([plain_crop(picture, SIZE_PX) for picture in pictures])
    ours = Networks(files).run(crops)
    theirs = {
        "logit": np.mean([model.predict(crops, verbose=0) for model in trained], axis=0),
        "features": Networks(one_class.files).run(crops)["features"],
    }
    for name, values in theirs.items():
        difference = float(np.abs(ours[name] - values).max())
        if not difference <= TOLERANCE:
            raise ArithmeticError(f"{name} differ by {difference:.2e}, over {TOLERANCE}")


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.classifier.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--network", type=Path, nargs="+", required=True, metavar="FILE",
                        help="weights that training.classifier.train left")  # fmt: skip
    parser.add_argument("--cross-validated", type=Path, nargs="+", required=True, metavar="DIR",
                        help="folders of training.classifier.train --folds")  # fmt: skip
    parser.add_argument("--one-class", type=Path, required=True, help="the real-only bundle")
    parser.add_argument("--calibration-real", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, required=True, help="bundle folder")
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--licence", default="")
    given = parser.parse_args(arguments)
    export(
        given.network,
        given.cross_validated,
        given.one_class,
        given.calibration_real,
        given.out,
        given.version,
        given.licence,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

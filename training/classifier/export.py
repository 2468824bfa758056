# SPDX-License-Identifier: Apache-2.0
r"""Export a trained forgery network as a bundle, calibrated on real faces it never saw.

    python -m training.classifier.export --run build/forgery --calibration-real DIR \
        --out models/default

Calibration faces go through both Keras and ONNX Runtime: logits must agree to 1e-4, or no bundle
is left.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import onnx

from fakeface_ros.inference import make_session
from fakeface_ros.scoring.bundle import write_manifest
from training.classifier.augmentation import JPEG_QUALITY, plain_crop
from training.classifier.network import SIZE_PX, build
from training.classifier.train import logits_of, read_pictures

TOLERANCE = 1e-4
ALPHA = 0.05
NETWORK, CALIBRATION = "forgery.onnx", "calibration.npz"


def to_onnx(model: keras.Model) -> bytes:
    """The network as ONNX: input "crops" (N, S, S, 3), output "logit" (N, 1), both float32."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / NETWORK
        model(np.zeros((1, SIZE_PX, SIZE_PX, 3), np.float32))  # export wants a called model
        model.export(path, format="onnx", verbose=False)
        proto = onnx.load(path)
    names = {proto.graph.input[0].name: "crops", proto.graph.output[0].name: "logit"}
    for node in proto.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    proto.graph.input[0].name, proto.graph.output[0].name = "crops", "logit"
    onnx.checker.check_model(proto)
    return proto.SerializeToString()


def export(run: Path, calibration_real: list[Path], out: Path, version: str, licence: str) -> None:
    """Write the bundle folder `out`; one that exists is replaced.

    Raises:
        ArithmeticError: ONNX Runtime and Keras differ by more than TOLERANCE.
    """
    model = build()
    with np.load(run / "weights.npz") as arrays:
        model.set_weights([arrays[name] for name in arrays.files])
    paths, pictures = read_pictures(calibration_real)
    logits = logits_of(model, pictures)
    network = to_onnx(model)
    crops = np.stack([plain_crop(picture, SIZE_PX) for picture in pictures[:64]])
    theirs = make_session(network).run(["logit"], {"crops": crops})[0][:, 0]
    difference = float(np.abs(theirs - logits[:64]).max())
    if not difference <= TOLERANCE:
        raise ArithmeticError(f"logits differ from Keras by {difference:.2e}, over {TOLERANCE}")
    threshold = float(np.quantile(logits, 1 - ALPHA, method="higher"))
    manifest = {
        "name": out.name,
        "kind": "classifier",
        "version": version,
        "input": {"size_px": SIZE_PX, "color": "RGB", "range": [0, 1],
                  "jpeg_quality": JPEG_QUALITY},
        "evidence": [{"name": "forgery_logit", "fake_when": "above", "threshold": threshold,
                      "scale": 1.0}],
        "rule": "sum",
        "alpha": ALPHA,
        "training": {
            **json.loads((run / "settings.json").read_text(encoding="utf-8")),
            "network": "EfficientNet-Lite0, first 11 blocks, from ImageNet",
            "parameters": model.count_params(),
            "calibration": {"faces": len(paths), "folders": [f.name for f in calibration_real]},
            "backend": f"Keras {keras.__version__} on {keras.backend.backend()}",
        },
        "metrics": {},
        "licence": licence,
    }  # fmt: skip
    if out.exists():
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / NETWORK).write_bytes(network)
    strangeness = np.sort(logits - threshold).astype(np.float32)
    np.savez_compressed(out / CALIBRATION, strangeness=strangeness)
    write_manifest(out, manifest, [NETWORK, CALIBRATION])


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.classifier.export",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--run", type=Path, required=True, help="folder of training.classifier.train"
    )
    parser.add_argument("--calibration-real", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, required=True, help="bundle folder")
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--licence", default="")
    given = parser.parse_args(arguments)
    export(given.run, given.calibration_real, given.out, given.version, given.licence)
    return 0


if __name__ == "__main__":
    sys.exit(main())

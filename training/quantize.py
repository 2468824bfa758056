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

"""An autoencoder bundle's network in int8: half its time on a CPU, and half its size.

    python -m training.quantize models/cae_kde --real DIR --calibration-real DIR --version 1.1.0

Static quantisation by ONNX Runtime's own tool: what lies between the layers in ranges that real
faces need, weights for each output channel in 7 bits, since a processor without VNNI adds up two
products in 16. Density and thresholds stay; the conformal calibration is made anew by the network
that it is for. The bundle is changed in place, unless its evidence would rank faces otherwise.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from scipy.stats import spearmanr

from fakeface_ros.scoring.bundle import MANIFEST, BundleError, load_bundle, write_manifest
from fakeface_ros.scoring.codec import canonical_crops
from fakeface_ros.scoring.evidence import AUTOENCODER
from fakeface_ros.scoring.scorer import Scorer, Scores
from fakeface_ros.vision.alignment import resize_crop
from training.assemble import CALIBRATION
from training.classifier.train import read_pictures

LEAST_RANK_CORRELATION = 0.99
_FACES = 512
"""Whose ranges are measured; more of them change little."""
_INPUT_CHANNELS, _OUTPUT_CHANNELS = 4, 16
"""Multiples of which ONNX Runtime's int8 convolution takes without copying its input first."""


def quantise_bundle(
    directory: Path,
    real: Sequence[np.ndarray],
    calibration: Sequence[np.ndarray],
    version: str,
) -> dict[str, float]:
    """Put the autoencoder of a bundle into int8.

    Args:
        directory: the bundle, changed in place.
        real: aligned real faces, (H, W, 3) uint8 BGR each, whose ranges are measured.
        calibration: others, used for nothing but the conformal calibration.
        version: of the bundle from now on.

    Returns:
        By kind of evidence: rank correlation, over the calibration faces, of before and after.

    Raises:
        BundleError: there is no usable bundle.
        ValueError: the network is in int8 already.
        ArithmeticError: a rank correlation is too low; the bundle is left as it was.
    """
    bundle = load_bundle(str(directory))
    crops = canonical_crops(_resized(real[:_FACES], bundle.size_px), bundle.jpeg_quality)
    model = onnx.load_model_from_string(bundle.file(AUTOENCODER))
    if any(node.op_type == "DequantizeLinear" for node in model.graph.node):
        raise ValueError("the network is in int8 already")
    network = quantised(widened(model), crops)
    before = _score(directory, calibration)
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch) / directory.name
        shutil.copytree(directory, draft)
        (draft / AUTOENCODER).write_bytes(network)
        manifest = json.loads((draft / MANIFEST).read_text(encoding="utf-8"))
        write_manifest(draft, manifest, list(bundle.files))
        after = _score(draft, calibration)
        ranks = {
            name: round(float(spearmanr(values, after.evidence[name]).statistic), 4)
            for name, values in before.evidence.items()
        }
        if not min(ranks.values()) >= LEAST_RANK_CORRELATION:
            raise ArithmeticError(f"in int8, evidence ranks faces otherwise: {ranks}")
        strangeness = np.sort(after.strangeness).astype(np.float32)
        np.savez_compressed(draft / CALIBRATION, strangeness=strangeness)
        manifest["version"] = version
        manifest["training"]["int8"] = {"faces": len(crops), "rank_correlation": ranks}
        write_manifest(draft, manifest, list(bundle.files))
        shutil.copytree(draft, directory, dirs_exist_ok=True)
    return ranks


def quantised(model: onnx.ModelProto, crops: np.ndarray, weight_bits: int = 7) -> bytes:
    """A network in int8, with float32 inputs and outputs as before.

    Args:
        model: float32, input "crops".
        crops: (N, S, S, 3) float32 in [0, 1] that take it through its ranges.
        weight_bits: 7, or 8 for processors that are known not to overflow.
    """
    with tempfile.TemporaryDirectory() as scratch:
        given, prepared, after = (str(Path(scratch) / f"{i}.onnx") for i in range(3))
        onnx.save(model, given)
        quant_pre_process(given, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            after,
            _Crops(crops),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            reduce_range=weight_bits < 8,
        )
        made = onnx.load(after)
    del made.opset_import[:]  # all that this ONNX Runtime knows: an older one would refuse them
    made.opset_import.extend(model.opset_import)
    onnx.checker.check_model(made, full_check=True)
    return made.SerializeToString()


def widened(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same function with zeros beside the first convolution's input and the last's output."""
    wide = onnx.ModelProto()
    wide.CopyFrom(model)
    graph = wide.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    first, last = convolutions[0], convolutions[-1]

    def pad(name: str, axis: int, multiple: int) -> int:
        values = numpy_helper.to_array(weights[name])
        missing = -values.shape[axis] % multiple
        padding = [(0, missing if a == axis else 0) for a in range(values.ndim)]
        weights[name].CopyFrom(numpy_helper.from_array(np.pad(values, padding), name))
        return missing

    def insert(place: int, operator: str, source: str, *settings: list[int]) -> str:
        name = f"{source}_{operator.lower()}"
        constants = [
            numpy_helper.from_array(np.array(values, np.int64), f"{name}_{number}")
            for number, values in enumerate(settings)
        ]
        graph.initializer.extend(constants)
        inputs = [source, *(constant.name for constant in constants)]
        graph.node.insert(place, helper.make_node(operator, inputs, [name], name))
        return name

    channels = len(numpy_helper.to_array(weights[last.input[2]]))
    pad(last.input[1], 0, _OUTPUT_CHANNELS)
    if pad(last.input[2], 0, _OUTPUT_CHANNELS):
        readers = [node for node in graph.node if last.output[0] in node.input]
        place = list(graph.node).index(last) + 1
        sliced = insert(place, "Slice", last.output[0], [0], [channels], [1])
        for node in readers:
            node.input[:] = [sliced if name == last.output[0] else name for name in node.input]
    missing = pad(first.input[1], 1, _INPUT_CHANNELS)
    if missing:
        place = list(graph.node).index(first)
        first.input[0] = insert(place, "Pad", first.input[0], [0, 0, 0, 0, 0, missing, 0, 0])
    onnx.checker.check_model(wide, full_check=True)
    return wide


class _Crops(CalibrationDataReader):
    def __init__(self, crops: np.ndarray):
        self._crops: Iterator[np.ndarray] = iter(crops)

    def get_next(self) -> dict[str, np.ndarray] | None:
        crop = next(self._crops, None)
        return None if crop is None else {"crops": crop[None]}


def _resized(pictures: Sequence[np.ndarray], size_px: int) -> np.ndarray:
    return np.stack([resize_crop(picture, size_px) for picture in pictures])


def _score(directory: Path, pictures: Sequence[np.ndarray]) -> Scores:
    scorer = Scorer(load_bundle(str(directory)))
    return scorer.score(_resized(pictures, scorer.bundle.size_px))


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.quantize",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bundle", type=Path, help="folder of a bundle, changed in place")
    parser.add_argument("--real", type=Path, nargs="+", required=True, help="folders of faces")
    parser.add_argument("--calibration-real", type=Path, nargs="+", required=True)
    parser.add_argument("--version", required=True, help="of the bundle from now on")
    given = parser.parse_args(arguments)
    try:
        real, calibration = (read_pictures(f)[1] for f in (given.real, given.calibration_real))
        ranks = quantise_bundle(given.bundle, real, calibration, given.version)
    except (BundleError, OSError, ValueError, ArithmeticError) as error:
        print(f"quantize: {error}", file=sys.stderr)
        return 2
    print(f"{given.bundle}: in int8; rank correlation with before: {json.dumps(ranks)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

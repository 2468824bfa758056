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

"""Fold an autoencoder's last upsampling into the convolution after it: a third of its time goes.

    python -m training.fold_upsampling models/cae_kde

Of a picture with each pixel doubled, a 3 x 3 convolution sees only 2 x 2 different pixels. So it
is four convolutions of the small picture, one for each pixel of a 2 x 2 block, with the kernel's
rows and columns that meet the same pixel added up: Shi et al., "Is the deconvolution layer the
same as a convolutional layer?" (2016). The last convolution has few outputs, which ONNX Runtime
pads to 16; four times as many cost nothing more, on a quarter of the pixels. The network stays the
same function, to float32's rounding; the bundle's hashes are written anew.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from fakeface_ros.scoring.autoencoder import Autoencoder
from fakeface_ros.scoring.bundle import MANIFEST, BundleError, load_bundle, write_manifest
from fakeface_ros.scoring.evidence import AUTOENCODER

TOLERANCE = 1e-5
_ACTIVATIONS = ("Relu", "Sigmoid", "Tanh")

# Which of a 3-tap kernel's taps (columns) meet which of three small pixels (rows), for the first
# and the second pixel of a doubled one.
_TAPS = np.array(
    [[[1, 0, 0], [0, 1, 1], [0, 0, 0]], [[0, 0, 0], [1, 1, 0], [0, 0, 1]]], np.float32
)


def folded_kernel(kernel: np.ndarray) -> np.ndarray:
    """Kernel (O, C, 3, 3) after a nearest upsampling by 2 -> (4 O, C, 3, 3) before it.

    The outputs come in DepthToSpace's order "DCR": row in the block, column, channel.
    """
    outputs, channels = kernel.shape[:2]
    both = np.einsum("yik,xjl,ockl->yxocij", _TAPS, _TAPS, kernel)
    return both.reshape(4 * outputs, channels, 3, 3)


def unfolded_kernel(kernel: np.ndarray) -> np.ndarray:
    """The inverse of `folded_kernel`."""
    blocks = kernel.reshape(2, 2, len(kernel) // 4, *kernel.shape[1:])
    # Each of the first block's taps minus what was added to it from its neighbours.
    rows = np.stack(
        [blocks[0, :, ..., 0, :],
         blocks[0, :, ..., 1, :] - blocks[1, :, ..., 2, :],
         blocks[1, :, ..., 2, :]], axis=-2,
    )  # fmt: skip
    return np.stack([rows[0, ..., 0], rows[0, ..., 1] - rows[1, ..., 2], rows[1, ..., 2]], axis=-1)


def fold(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same function with its last upsampling folded in.

    Raises:
        ValueError: the last convolution is not 3 x 3 right after a nearest upsampling by 2.
    """
    folded = onnx.ModelProto()
    folded.CopyFrom(model)
    graph = folded.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    convolution = [node for node in graph.node if node.op_type == "Conv"][-1]
    resize = next((n for n in graph.node if convolution.input[0] in n.output), None)
    kernel, bias = (numpy_helper.to_array(weights[name]) for name in convolution.input[1:])
    if resize is None or not doubles(resize, weights) or kernel.shape[2:] != (3, 3):
        raise ValueError("the last convolution is not 3 x 3 after a nearest upsampling by 2")
    for name, values in zip(
        convolution.input[1:], (folded_kernel(kernel), np.tile(bias, 4)), strict=True
    ):
        weights[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values), name))
    convolution.input[0] = resize.input[0]
    graph.initializer.remove(weights[resize.input[2]])
    graph.node.remove(resize)
    _append_depth_to_space(graph, convolution)
    onnx.checker.check_model(folded, full_check=True)
    return folded


def doubles(node: onnx.NodeProto, weights: dict[str, onnx.TensorProto]) -> bool:
    """Whether it is a nearest upsampling by 2, given the graph's weights."""
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    return (
        node.op_type == "Resize"
        and attributes.get("mode") == b"nearest"
        and numpy_helper.to_array(weights[node.input[2]]).tolist() == [1, 1, 2, 2]
    )


def _append_depth_to_space(graph: onnx.GraphProto, convolution: onnx.NodeProto) -> None:
    """Behind the activation, so that ONNX Runtime still fuses it with the convolution."""
    last = convolution
    for node in graph.node:
        if node.op_type in _ACTIVATIONS and node.input[0] == convolution.output[0]:
            last = node
    spread = f"{last.output[0]}_spread"
    for node in graph.node:
        node.input[:] = [spread if name == last.output[0] else name for name in node.input]
    place = list(graph.node).index(last) + 1
    node = helper.make_node(
        "DepthToSpace", [last.output[0]], [spread], spread, blocksize=2, mode="DCR"
    )
    graph.node.insert(place, node)


def fold_bundle(directory: Path) -> float:
    """Fold the autoencoder of a bundle in place.

    Returns:
        Greatest difference on random crops.

    Raises:
        BundleError: there is no usable bundle.
        ValueError: it cannot be folded, or is already.
        ArithmeticError: the difference is over TOLERANCE; the bundle is left as it was.
    """
    bundle = load_bundle(str(directory))
    before = bundle.file(AUTOENCODER)
    after = fold(onnx.load_model_from_string(before)).SerializeToString()
    shape = (4, bundle.size_px, bundle.size_px, 3)
    crops = np.random.default_rng(0).random(shape, np.float32)
    pairs = zip(*(Autoencoder(m).reconstruct(crops) for m in (before, after)), strict=True)
    difference = max(float(np.abs(one - other).max()) for one, other in pairs)
    if not difference <= TOLERANCE:
        raise ArithmeticError(f"the folded network differs by {difference:.1e}")
    manifest = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    (directory / AUTOENCODER).write_bytes(after)
    write_manifest(directory, manifest, list(bundle.files))
    return difference


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.fold_upsampling",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bundle", type=Path, help="folder of a bundle, changed in place")
    directory = parser.parse_args(arguments).bundle
    try:
        difference = fold_bundle(directory)
    except (BundleError, OSError, ValueError, ArithmeticError) as error:
        print(f"fold_upsampling: {error}", file=sys.stderr)
        return 2
    print(f"{directory}: folded; differs by at most {difference:.1e} on random crops")
    return 0


if __name__ == "__main__":
    sys.exit(main())

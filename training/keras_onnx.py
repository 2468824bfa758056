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

"""A Keras network from crops to named outputs, as an ONNX file with weights in half precision."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import onnx

from training.half_weights import halve


def to_onnx(model: keras.Model, outputs: Sequence[str]) -> bytes:
    """Export by Keras's own exporter.

    Args:
        model: from crops (N, S, S, 3) float32 to one array (N, ...) float32 per name.
        outputs: names that the outputs get; the input is named "crops".
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "network.onnx"
        model(np.zeros((1, *model.input_shape[1:]), np.float32))  # export wants a called model
        model.export(path, format="onnx", verbose=False)
        proto = onnx.load(path)
    _rename(proto.graph, ["crops", *outputs])
    return halve(proto).SerializeToString()


def _rename(graph: onnx.GraphProto, known: Sequence[str]) -> None:
    """Give input and outputs the names `known`, and all between them short ones.

    Keras names each array by its whole path, which makes 2 % of a small network's file.
    """
    given = [graph.input[0], *graph.output]
    names = {"": ""} | dict(zip([value.name for value in given], known, strict=True))
    for value in given:
        value.name = names[value.name]
    for array in graph.initializer:
        array.name = names.setdefault(array.name, f"w{len(names)}")
    for node in graph.node:
        node.name = ""
        for places in (node.input, node.output):
            places[:] = [names.setdefault(name, f"v{len(names)}") for name in places]

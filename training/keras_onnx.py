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

"""A Keras network from crops to one output, as an ONNX file with weights in half precision."""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras
import numpy as np
import onnx

from training.half_weights import halve


def to_onnx(model: keras.Model, output: str) -> bytes:
    """Export by Keras's own exporter.

    Args:
        model: from crops (N, S, S, 3) float32 to one array (N, ...) float32.
        output: name that the output gets; the input is named "crops".
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "network.onnx"
        model(np.zeros((1, *model.input_shape[1:]), np.float32))  # export wants a called model
        model.export(path, format="onnx", verbose=False)
        proto = onnx.load(path)
    names = {proto.graph.input[0].name: "crops", proto.graph.output[0].name: output}
    for node in proto.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    proto.graph.input[0].name, proto.graph.output[0].name = "crops", output
    return halve(proto).SerializeToString()

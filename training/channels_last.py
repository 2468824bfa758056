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

"""Nodes that ONNX Runtime is slow at in a network of int8, done otherwise with channels last.

Its int8 convolutions take and give channels last. Each node here becomes a few between two
transpositions, which ONNX Runtime cancels against those of the convolutions beside it.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper, shape_inference

from training.fold_upsampling import doubles

_TO_NCHW, _TO_NHWC = (0, 3, 1, 2), (0, 2, 3, 1)

Step = tuple[str, list[np.ndarray], dict]
"""Operator, constants after its first input, attributes."""


def channels_last(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same function, bit for bit.

    Zeros added behind the channels come by a product with the identity, in half of Pad's time; a
    nearest upsampling by 2 by Expand, in a seventh of Resize's; DepthToSpace by a transposition.
    """
    changed = shape_inference.infer_shapes(model)
    graph = changed.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    sizes = {
        value.name: [axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for value in graph.value_info
    }
    del graph.value_info[:]
    for node in list(graph.node):
        steps = _steps(node, weights, sizes.get(node.output[0], []))
        if steps:
            _replace(graph, node, steps)
    used = {name for node in graph.node for name in node.input}
    for tensor in [tensor for tensor in graph.initializer if tensor.name not in used]:
        graph.initializer.remove(tensor)
    onnx.checker.check_model(changed, full_check=True)
    return changed


def _steps(
    node: onnx.NodeProto, weights: dict[str, onnx.TensorProto], size: list[int]
) -> list[Step]:
    """What to do instead, with channels last; size (n, channels, height, width) of the output."""
    if node.op_type == "Pad":
        pads = numpy_helper.to_array(weights[node.input[1]])
        if np.flatnonzero(pads).tolist() == [5]:  # behind the channels
            return [("MatMul", [np.eye(size[1] - pads[5], size[1], dtype=np.float32)], {})]
    if doubles(node, weights):
        _, channels, height, width = size
        return [
            ("Reshape", [np.array([-1, height // 2, 1, width // 2, 1, channels])], {}),
            ("Expand", [np.array([1, 1, 2, 1, 2, 1])], {}),
            ("Reshape", [np.array([-1, height, width, channels])], {}),
        ]
    attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    if node.op_type == "DepthToSpace" and attributes.get("mode") == b"DCR":
        _, channels, height, width = size
        block = attributes["blocksize"]
        blocks = np.array([-1, height // block, width // block, block, block, channels])
        return [
            ("Reshape", [blocks], {}),
            ("Transpose", [], {"perm": (0, 1, 3, 2, 4, 5)}),
            ("Reshape", [np.array([-1, height, width, channels])], {}),
        ]
    return []


def _replace(graph: onnx.GraphProto, old: onnx.NodeProto, steps: list[Step]) -> None:
    value = old.input[0]
    place = list(graph.node).index(old)
    graph.node.remove(old)
    steps = [
        ("Transpose", [], {"perm": _TO_NHWC}), *steps, ("Transpose", [], {"perm": _TO_NCHW})
    ]  # fmt: skip
    for number, (operator, constants, attributes) in enumerate(steps):
        last = number == len(steps) - 1
        name = old.output[0] if last else f"{old.output[0]}_step{number}"
        inputs = [value]
        for constant in constants:
            inputs.append(f"{name}_{operator.lower()}")
            graph.initializer.append(numpy_helper.from_array(constant, inputs[-1]))
        graph.node.insert(
            place + number, helper.make_node(operator, inputs, [name], name, **attributes)
        )
        value = name

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

"""Networks in int8, by ONNX Runtime's own quantiser.

Static: what lies between the layers in ranges that real faces need; weights for each output
channel, in 7 bits where any processor may run them, since one without VNNI adds up two products in
16 bits.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

_INPUT_CHANNELS, _OUTPUT_CHANNELS = 4, 16
"""Multiples of which ONNX Runtime's int8 convolution takes without copying its input first."""
_MOVERS = {"MaxPool", "Transpose", "Reshape", "Expand", "Slice"}


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
            activation_type=QuantType.QUInt8,
            nodes_to_exclude=_identities(model.graph),
            per_channel=True,
            reduce_range=weight_bits < 8,
        )
        made = onnx.load(after)
    del made.opset_import[:]  # all that this ONNX Runtime knows: an older one would refuse them
    made.opset_import.extend(model.opset_import)
    _move_whole_numbers(made.graph)
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


def _identities(graph: onnx.GraphProto) -> list[str]:
    """Names of the products that only add zeros, which would round their input for nothing."""
    eyes = {
        tensor.name
        for tensor in graph.initializer
        if len(tensor.dims) == 2
        and np.array_equal(numpy_helper.to_array(tensor), np.eye(*tensor.dims))
    }
    return [n.name for n in graph.node if n.op_type == "MatMul" and n.input[1] in eyes]


def _move_whole_numbers(graph: onnx.GraphProto) -> None:
    """Let nodes that only move values, or choose among them, take and give them in int8.

    The quantiser lets each take and give floats, which are then rounded to what they were before;
    ONNX Runtime sees through that for some of them only.
    """
    values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}

    def alike(one: onnx.NodeProto, other: onnx.NodeProto) -> bool:
        """Whether both go by the same scale and zero."""
        pairs = zip(one.input[1:], other.input[1:], strict=True)
        return all(np.array_equal(values[a], values[b]) for a, b in pairs)

    nodes: list[onnx.NodeProto] = []
    sources: dict[str, onnx.NodeProto] = {}  # of floats that are int8 before
    renamed: dict[str, str] = {}
    for node in graph.node:  # which are in the order of their computation
        node.input[:] = [renamed.get(name, name) for name in node.input]
        source = sources.get(node.input[0])
        if source and node.op_type == "QuantizeLinear" and alike(source, node):
            renamed[node.output[0]] = source.input[0]
            continue
        nodes.append(node)
        if source and node.op_type in _MOVERS:
            result = node.output[0]
            node.input[0], node.output[0] = source.input[0], f"{result}_int8"
            inputs = [node.output[0], *source.input[1:]]
            nodes.append(helper.make_node("DequantizeLinear", inputs, [result], f"{result}_float"))
        if nodes[-1].op_type == "DequantizeLinear":
            sources[nodes[-1].output[0]] = nodes[-1]
    used = {name for node in nodes for name in node.input} | {out.name for out in graph.output}
    del graph.node[:], graph.value_info[:]
    graph.node.extend(node for node in nodes if used.intersection(node.output))


class _Crops(CalibrationDataReader):
    def __init__(self, crops: np.ndarray):
        self._crops: Iterator[np.ndarray] = iter(crops)

    def get_next(self) -> dict[str, np.ndarray] | None:
        crop = next(self._crops, None)
        return None if crop is None else {"crops": crop[None]}

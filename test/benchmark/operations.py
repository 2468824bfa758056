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

"""Operations of a network, counted from its ONNX graph.

Only products and sums of convolutions and matrix products are counted, two operations for each
weight applied: that is what a machine's matrix-product peak is a limit of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import onnx
from onnx import shape_inference


def count_operations(model: bytes, input_shape: Sequence[int]) -> int:
    """Floating-point operations of one call.

    Args:
        model: the ONNX file's content, with one input.
        input_shape: of this call.

    Raises:
        ValueError: the shape does not fit, or a size in the graph depends on values.
    """
    graph = _with_input_shape(model, input_shape)
    shapes = {
        value.name: [d.dim_value if d.HasField("dim_value") else 0 for d in _dimensions(value)]
        for value in [*graph.input, *graph.value_info, *graph.output]
    }
    shapes |= {tensor.name: list(tensor.dims) for tensor in graph.initializer}
    return sum(_operations_of(node, shapes) for node in graph.node)


def _with_input_shape(model: bytes, input_shape: Sequence[int]) -> onnx.GraphProto:
    loaded = onnx.load_model_from_string(model)
    dimensions = _dimensions(loaded.graph.input[0])
    if len(dimensions) != len(input_shape):
        raise ValueError(
            f"the network's input has {len(dimensions)} dimensions, got the shape {input_shape}"
        )
    for dimension, size in zip(dimensions, input_shape, strict=True):
        if dimension.HasField("dim_value") and dimension.dim_value != size:
            raise ValueError(f"the network's input does not take the shape {tuple(input_shape)}")
        dimension.dim_value = size
    # Sizes inferred or declared before with names ("n") would stand in the way of numbers.
    del loaded.graph.value_info[:]
    for output in loaded.graph.output:
        output.type.tensor_type.ClearField("shape")
    return shape_inference.infer_shapes(loaded, strict_mode=True, data_prop=True).graph


def _dimensions(value: onnx.ValueInfoProto) -> Sequence[onnx.TensorShapeProto.Dimension]:
    return value.type.tensor_type.shape.dim


def _operations_of(node: onnx.NodeProto, shapes: dict[str, list[int]]) -> int:
    if node.op_type not in ("Conv", "ConvTranspose", "Gemm", "MatMul"):
        return 0
    first, second, output = (shapes.get(n, []) for n in (*node.input[:2], node.output[0]))
    if not all(first) or not all(second) or not all(output) or not (first and second and output):
        raise ValueError(f"{node.op_type} {node.name or node.output[0]}: a size is not known")
    if node.op_type == "Conv":  # second: (out, in / groups, ...) applied once for each output
        return 2 * math.prod(output) * math.prod(second[1:])
    if node.op_type == "ConvTranspose":  # second: (in, out / groups, ...), for each input
        return 2 * math.prod(first) * math.prod(second[1:])
    flipped = any(a.name == "transA" and a.i for a in node.attribute)
    return 2 * math.prod(output) * (first[0] if flipped else first[-1])

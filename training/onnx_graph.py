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

"""A Keras autoencoder as a plain ONNX graph: one node per layer, whichever backend trained it.

Keras's own exporter traces TensorFlow and leaves an upsampling as Tile and Reshape; here it is one
Resize, which ONNX Runtime and TensorRT run as it stands.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
"""Old enough for the ONNX Runtime of a Jetson with JetPack 5."""
IR_VERSION = 8
_TO_NCHW, _TO_NHWC = (0, 3, 1, 2), (0, 2, 3, 1)
_ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}
_RESIZE_MODES = {"nearest": "nearest", "bilinear": "linear"}


def to_onnx(network: keras.Model) -> onnx.ModelProto:
    """The network as ONNX: input "crops", outputs "code" and "reconstruction", batch size free.

    Raises:
        ValueError: the network holds a layer that has no counterpart here; the message names it.
    """
    writer = _Writer()
    crops = writer.add("Transpose", ["crops"], perm=_TO_NCHW)
    code, reconstruction = writer.run(network, [crops])
    for name, value in (("code", code), ("reconstruction", reconstruction)):
        writer.nodes.append(helper.make_node("Transpose", [value], [name], name, perm=_TO_NHWC))
    shapes = [tuple(tensor.shape) for tensor in (*network.inputs, *network.outputs)]
    values = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape[1:]])
        for name, shape in zip(("crops", "code", "reconstruction"), shapes, strict=True)
    ]
    graph = helper.make_graph(writer.nodes, network.name, values[:1], values[1:], writer.weights)
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="fakeface_ros.training",
    )
    onnx.checker.check_model(model, full_check=True)
    return model


class _Writer:
    """Collects nodes and weights. Four-dimensional values are kept as (N, C, H, W) throughout."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], **attributes) -> str:
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        return name

    def constant(self, values: np.ndarray) -> str:
        name = f"weight_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def run(self, model: keras.Model, inputs: list[str]) -> list[str]:
        """Write a functional model whose inputs are already written; returns its outputs."""
        written = {id(tensor): name for tensor, name in zip(model.inputs, inputs, strict=True)}

        def value_of(tensor) -> str:
            if id(tensor) not in written:
                layer, node_index, _ = (
                    tensor._keras_history
                )  # how functional models store their graph
                node = layer._inbound_nodes[node_index]
                arguments = [value_of(argument) for argument in node.input_tensors]
                for output, name in zip(
                    node.output_tensors, self.layer(layer, arguments), strict=True
                ):
                    written[id(output)] = name
            return written[id(tensor)]

        return [value_of(tensor) for tensor in model.outputs]

    def layer(self, layer: keras.layers.Layer, inputs: list[str]) -> list[str]:
        if isinstance(layer, keras.Model):
            return self.run(layer, inputs)
        for kind, write in _WRITERS.items():
            if isinstance(layer, kind):
                return [write(self, layer, inputs[0])]
        raise ValueError(
            f"layer {layer.name!r} ({type(layer).__name__}) has no ONNX counterpart here"
        )

    def activation(self, layer: keras.layers.Layer, value: str) -> str:
        name = layer.activation.__name__
        if name == "linear":
            return value
        if name not in _ACTIVATIONS:
            raise ValueError(
                f"layer {layer.name!r}: activation {name!r} has no ONNX counterpart here"
            )
        return self.add(_ACTIVATIONS[name], [value])


def _array(weight) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(weight), np.float32)


def _convolution(writer: _Writer, layer: keras.layers.Conv2D, value: str) -> str:
    if (
        layer.padding != "same"
        or any(size % 2 == 0 for size in layer.kernel_size)
        or layer.strides != (1, 1)
        or layer.dilation_rate != (1, 1)
        or not layer.use_bias
    ):
        raise ValueError(
            f"layer {layer.name!r}: only odd, same-padded, stride-1 convolutions are written"
        )
    kernel = writer.constant(_array(layer.kernel).transpose(3, 2, 0, 1))
    halves = [size // 2 for size in layer.kernel_size]
    value = writer.add(
        "Conv",
        [value, kernel, writer.constant(_array(layer.bias))],
        kernel_shape=list(layer.kernel_size),
        pads=halves + halves,
    )
    return writer.activation(layer, value)


def _pooling(writer: _Writer, layer: keras.layers.MaxPooling2D, value: str) -> str:
    pad = {"same": "SAME_UPPER", "valid": "VALID"}[layer.padding]
    return writer.add(
        "MaxPool",
        [value],
        kernel_shape=list(layer.pool_size),
        strides=list(layer.strides),
        auto_pad=pad,
    )


def _upsampling(writer: _Writer, layer: keras.layers.UpSampling2D, value: str) -> str:
    scales = writer.constant(np.array([1.0, 1.0, *layer.size], np.float32))
    mode = _RESIZE_MODES[layer.interpolation]
    position = "asymmetric" if mode == "nearest" else "half_pixel"
    return writer.add(
        "Resize",
        [value, "", scales],
        mode=mode,
        nearest_mode="floor",
        coordinate_transformation_mode=position,
    )


def _dense(writer: _Writer, layer: keras.layers.Dense, value: str) -> str:
    weights = [writer.constant(_array(weight)) for weight in (layer.kernel, layer.bias)]
    return writer.activation(layer, writer.add("Gemm", [value, *weights]))


def _flatten(writer: _Writer, layer: keras.layers.Flatten, value: str) -> str:
    return writer.add("Flatten", [writer.add("Transpose", [value], perm=_TO_NHWC)], axis=1)


def _reshape(writer: _Writer, layer: keras.layers.Reshape, value: str) -> str:
    if len(layer.target_shape) != 3:
        raise ValueError(
            f"layer {layer.name!r}: only a reshape to height, width, channels is written"
        )
    shape = writer.constant(np.array([-1, *layer.target_shape], np.int64))
    return writer.add("Transpose", [writer.add("Reshape", [value, shape])], perm=_TO_NCHW)


_WRITERS: dict[type[keras.layers.Layer], Callable[[_Writer, keras.layers.Layer, str], str]] = {
    keras.layers.Conv2D: _convolution,
    keras.layers.MaxPooling2D: _pooling,
    keras.layers.UpSampling2D: _upsampling,
    keras.layers.Dense: _dense,
    keras.layers.Flatten: _flatten,
    keras.layers.Reshape: _reshape,
}

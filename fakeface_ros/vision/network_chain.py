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

"""One of MTCNN's networks written as ONNX, layer after layer, from weights as Keras keeps them."""

from __future__ import annotations

from typing import Any

import numpy as np


class NetworkChain:
    """A chain of ONNX nodes; each method appends to its end.

    Attributes:
        nodes: of the graph, in order.
        initializers: its weights.
    """

    def __init__(self) -> None:
        """Begin with what a node writes to "nchw": pictures in that order of axes."""
        self.nodes: list = []
        self.initializers: list = []
        self._end = "nchw"
        self._order: np.ndarray | None = None  # of the channels at the end, where it is another

    def node(self, operator: str, inputs: list[str], *outputs: str, **attributes: Any) -> None:
        """Any node, whose inputs are named; the chain's end stays where it is."""
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, outputs, **attributes))

    def convolution(self, kernel: np.ndarray, bias: np.ndarray) -> None:
        """Without padding; kernel (height, width, channels in, channels out)."""
        if len(self.nodes) == 1:  # the first: RGB to BGR, and (x - 127.5) / 128
            kernel = kernel[:, :, ::-1] / np.float32(128)
            bias = bias - 127.5 * kernel.sum(axis=(0, 1, 2))
        if self._order is not None:
            kernel, self._order = kernel[:, :, self._order], None
        self._append("Conv", kernel.transpose(3, 2, 0, 1), bias)

    def pooled_convolution(
        self, kernel: np.ndarray, bias: np.ndarray, slope: np.ndarray, size: int, padding: str
    ) -> None:
        """A convolution, its PReLU and the pooling after it, with the PReLU last, on fewer values.

        Where the slope a is not negative, PReLU keeps the order, and the largest of its values is
        that of the largest. Elsewhere it is max(x, a x), so a x is convolved and pooled as well;
        ONNX Runtime computes channels in blocks of 16, which pnet's ten leave room in.
        """
        slope = slope.reshape(-1)
        rising, falling = np.flatnonzero(slope >= 0), np.flatnonzero(slope < 0)
        order = np.concatenate([rising, falling])
        self.convolution(
            np.concatenate([kernel[..., order], kernel[..., falling] * slope[falling]], axis=-1),
            np.concatenate([bias[order], bias[falling] * slope[falling]]),
        )
        self.pool(size, padding)
        sizes = self._constant("sizes", np.array([len(rising), len(falling), len(falling)]))
        parts = [f"{self._end}_{part}" for part in ("rising", "falling", "times_slope")]
        self.node("Split", [self._end, sizes], *parts, axis=1)
        self._end = parts[0]
        self.prelu(slope[rising].reshape(1, 1, -1))
        self.node("Max", parts[1:], "larger")
        self.node("Concat", [self._end, "larger"], "pooled", axis=1)
        self._end, self._order = "pooled", order

    def prelu(self, slope: np.ndarray) -> None:
        """Slopes (1, C) or (1, 1, C) after a convolution, (n,) after a dense layer."""
        self._append("PRelu", slope.reshape(-1, 1, 1) if slope.ndim > 1 else slope)

    def pool(self, size: int, padding: str) -> None:
        """The largest of size x size values, every two; padding "same" or "valid"."""
        self._append(
            "MaxPool",
            kernel_shape=[size, size],
            strides=[2, 2],
            auto_pad="SAME_UPPER" if padding == "same" else "VALID",
        )

    def flatten_width_first(self) -> None:
        """From (N, C, H, W) to (N, W * H * C), as the wheel's dense layers take them."""
        self._append("Transpose", perm=[0, 3, 2, 1])
        self._append("Flatten", axis=1)

    def dense(self, kernel: np.ndarray, bias: np.ndarray) -> None:
        """Kernel (in, out)."""
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

    def _constant(self, name: str, values: np.ndarray) -> str:
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _append(self, operator: str, *parameters: np.ndarray, **attributes: Any) -> None:
        output = f"{operator.lower()}_{len(self.nodes)}"
        names = [
            self._constant(f"{output}_{i}", p.astype(np.float32)) for i, p in enumerate(parameters)
        ]
        self.node(operator, [self._end, *names], output, **attributes)
        self._end = output

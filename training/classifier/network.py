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

"""The forgery network: the first eleven blocks of EfficientNet-Lite0 and one logit.

Features that ImageNet taught tell generated from photographed faces better than any that so few
faces teach, and its middle better than its end (training/RESULTS.md). Pooling keeps the mean and
the spread of each feature, as traces of a generator are texture, not objects.
"""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

SIZE_PX = 64
"""Side of the crops. At 128 px the features tell how a real picture was shrunk (AUROC 0.94 between
two sets of FFHQ's own faces), at 64 px hardly (0.57), and generated faces as well as before."""

STEM_FILTERS = 32

STAGES = (
    # repeats, kernel, stride, expansion, filters
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
)
"""EfficientNet-Lite0 up to the stage whose features serve best."""

FACE_ROWS, FACE_COLUMNS = slice(2, 7), slice(2, 6)
"""Places of the last features, 8 by 8, that show brow to chin: generators are
fond of plain walls, but robots meet them behind real people."""

_DROP_CONNECT = 0.1
_DROPOUT = 0.3


@keras.saving.register_keras_serializable("fakeface")
class MeanAndSpread(layers.Layer):
    """(N, h, w, c) -> (N, 2 c): mean and standard deviation of each channel over the picture."""

    def call(self, inputs):  # noqa: D102
        mean = ops.mean(inputs, axis=(1, 2))
        variance = ops.mean(ops.square(inputs - mean[:, None, None, :]), axis=(1, 2))
        return ops.concatenate([mean, ops.sqrt(variance + 1e-5)], axis=-1)


def build_front(size_px: int = SIZE_PX) -> keras.Model:
    """The eleven blocks with fresh weights.

    Returns:
        A model from "crops" (N, S, S, 3) float32 RGB in [0, 1] to features (N, S / 8, S / 8, 112).
    """
    crops = keras.Input((size_px, size_px, 3), name="crops")
    # (x - 127) / 128, as the pretrained weights expect.
    values = layers.Rescaling(255 / 128, offset=-127 / 128, name="to_unit")(crops)
    # The scale at which the pretrained filters meet faces best.
    values = layers.UpSampling2D(2, interpolation="bilinear", name="enlarged")(values)
    values = _convolution(values, STEM_FILTERS, 3, 2, "stem")
    number, blocks = 0, sum(stage[0] for stage in STAGES)
    for repeats, kernel, stride, expansion, filters in STAGES:
        for repeat in range(repeats):
            values = _block(
                values,
                kernel,
                stride if repeat == 0 else 1,
                expansion,
                filters,
                f"block{number}",
                _DROP_CONNECT * number / blocks,
            )
            number += 1
    return keras.Model(crops, values, name="front")


def build(size_px: int = SIZE_PX) -> keras.Model:
    """The forgery network with fresh weights.

    Returns:
        A model from "crops" (N, S, S, 3) float32 RGB in [0, 1] to "logit" (N, 1), high is fake.
    """
    front = build_front(size_px)
    values = MeanAndSpread(name="pool")(front.output)
    values = layers.BatchNormalization(name="features", center=False, scale=False)(values)
    values = layers.Dropout(_DROPOUT, name="dropout")(values)
    logit = layers.Dense(1, name="logit")(values)
    return keras.Model(front.input, logit, name="forgery_network")


def load(weights: Path) -> keras.Model:
    """The forgery network with the weights of a file that training.classifier.train left."""
    network = build()
    with np.load(weights) as arrays:
        network.set_weights([arrays[name] for name in arrays.files])
    return network


def build_face_features(weights: dict[str, np.ndarray]) -> keras.Model:
    """The front with ImageNet's weights, from "crops" to features of the face (N, 5, 4, 112)."""
    front = build_front()
    load_pretrained(front, weights)
    return keras.Model(front.input, front.output[:, FACE_ROWS, FACE_COLUMNS], name="face_features")


def _convolution(values, filters: int, kernel: int, stride: int, name: str):
    values = layers.Conv2D(filters, kernel, stride, "same", use_bias=False, name=f"{name}_conv")(
        values
    )
    values = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_bn")(values)
    return layers.ReLU(6.0, name=f"{name}_relu")(values)


def _block(values, kernel: int, stride: int, expansion: int, filters: int, name: str, drop: float):
    """Inverted residual bottleneck; Sandler et al., "MobileNetV2", CVPR 2018."""
    start = values
    if expansion != 1:
        values = _convolution(values, values.shape[-1] * expansion, 1, 1, f"{name}_expand")
    values = layers.DepthwiseConv2D(
        kernel, stride, "same", use_bias=False, name=f"{name}_depthwise_conv"
    )(values)
    values = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_depthwise_bn")(values)
    values = layers.ReLU(6.0, name=f"{name}_depthwise_relu")(values)
    values = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_project_conv")(values)
    values = layers.BatchNormalization(epsilon=1e-3, name=f"{name}_project_bn")(values)
    if stride == 1 and start.shape[-1] == filters:
        if drop:
            values = layers.Dropout(drop, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(values)
        values = layers.Add(name=f"{name}_add")([start, values])
    return values


def load_pretrained(model: keras.Model, weights: dict[str, np.ndarray]) -> None:
    """Copy ImageNet's weights into all layers but the last.

    Args:
        model: of `build`.
        weights: of `pretrained.read_weights`.
    """
    for layer in model.layers:
        prefix = _torch_name(layer.name)
        if prefix is None:
            continue
        if isinstance(layer, layers.BatchNormalization):
            parts = ("weight", "bias", "running_mean", "running_var")
            layer.set_weights([weights[f"{prefix}.{part}"] for part in parts])
        else:
            # PyTorch: out, in, rows, columns. A depthwise kernel has one input channel there.
            axes = (2, 3, 0, 1) if isinstance(layer, layers.DepthwiseConv2D) else (2, 3, 1, 0)
            layer.set_weights([weights[f"{prefix}.weight"].transpose(axes)])


_PARTS = {
    "expand_conv": "_expand_conv", "expand_bn": "_bn0",
    "depthwise_conv": "_depthwise_conv", "depthwise_bn": "_bn1",
    "project_conv": "_project_conv", "project_bn": "_bn2",
}  # fmt: skip


def _torch_name(name: str) -> str | None:
    if name in ("stem_conv", "stem_bn"):
        return {"stem_conv": "_conv_stem", "stem_bn": "_bn0"}[name]
    block, _, part = name.partition("_")
    if block.startswith("block") and part in _PARTS:
        return f"_blocks.{block[5:]}.{_PARTS[part]}"
    return None

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

"""The forgery network: the first five stages of an EfficientNet-Lite and one logit.

Features that ImageNet taught tell generated from photographed faces better than any that so few
faces teach, and its middle better than its end (training/RESULTS.md). Pooling keeps the mean and
the spread of each feature, as traces of a generator are texture, not objects.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
from keras import layers, ops

from training.classifier.pretrained import BACKBONES, read_weights

SIZE_PX = 64
"""Side of the crops. At 128 px the features tell how a real picture was shrunk (AUROC 0.94 between
two sets of FFHQ's own faces), at 64 px hardly (0.57), and generated faces as well as before."""

STEM_FILTERS = 32

STAGES = (
    # kernel, stride, expansion, filters
    (3, 1, 1, 16),
    (3, 2, 6, 24),
    (5, 2, 6, 40),
    (3, 2, 6, 80),
    (5, 1, 6, 112),
)
"""Up to the stage whose features serve best; how many blocks each has is the backbone's."""

KEPT_STAGES = 3
"""The stem and so many stages keep ImageNet's weights: 880 faces are too few to teach them better
(training/RESULTS.md), and training takes half the time."""

FEATURES_BACKBONE = "lite0"
"""That whose features, as ImageNet taught them, are the real-only evidence."""

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


def kept_blocks(backbone: str) -> int:
    """How many blocks keep ImageNet's weights."""
    return sum(BACKBONES[backbone].repeats[:KEPT_STAGES])


def build_front(backbone: str) -> keras.Model:
    """The five stages with fresh weights.

    Args:
        backbone: one of pretrained.BACKBONES.

    Returns:
        A model from "crops" (N, 64, 64, 3) float32 RGB in [0, 1] to features (N, 8, 8, 112).
    """
    crops = keras.Input((SIZE_PX, SIZE_PX, 3), name="crops")
    # (x - 127) / 128, as the pretrained weights expect.
    values = layers.Rescaling(255 / 128, offset=-127 / 128, name="to_unit")(crops)
    # The scale at which the pretrained filters meet faces best.
    values = layers.UpSampling2D(2, interpolation="bilinear", name="enlarged")(values)
    values = _convolution(values, STEM_FILTERS, 3, 2, "stem")
    repeats, number = BACKBONES[backbone].repeats, 0
    for (kernel, stride, expansion, filters), count in zip(STAGES, repeats, strict=True):
        for repeat in range(count):
            taught = number >= kept_blocks(backbone)
            values = _block(
                values,
                kernel,
                stride if repeat == 0 else 1,
                expansion,
                filters,
                f"block{number}",
                _DROP_CONNECT * number / sum(repeats) if taught else 0.0,
            )
            number += 1
    return keras.Model(crops, values, name=backbone)


def build(backbone: str) -> keras.Model:
    """The forgery network with fresh weights.

    Returns:
        A model from "crops" (N, 64, 64, 3) float32 RGB in [0, 1] to "logit" (N, 1), high is fake;
        its name is that of the backbone.
    """
    front = build_front(backbone)
    values = MeanAndSpread(name="pool")(front.output)
    values = layers.BatchNormalization(name="features", center=False, scale=False)(values)
    values = layers.Dropout(_DROPOUT, name="dropout")(values)
    logit = layers.Dense(1, name="logit")(values)
    return keras.Model(front.input, logit, name=backbone)


def build_face_features() -> keras.Model:
    """The front with ImageNet's weights, from "crops" to features of the face (N, 5, 4, 112)."""
    front = build_front(FEATURES_BACKBONE)
    load_pretrained(front)
    features = front.output[:, FACE_ROWS, FACE_COLUMNS]
    return keras.Model(front.input, features, name=FEATURES_BACKBONE)


def read_trained(weights: Path) -> keras.Model:
    """The forgery network that training.classifier.train left, settings.json beside it."""
    settings = json.loads(weights.with_name("settings.json").read_text(encoding="utf-8"))
    model = build(settings["backbone"])
    with np.load(weights) as arrays:
        model.set_weights([arrays[name] for name in arrays.files])
    return model


def with_features(trained: Sequence[keras.Model]) -> list[tuple[keras.Model, list[str]]]:
    """The networks of a bundle: those trained, one of which also gives the features of the face.

    That is the first of the features' own backbone, with which they share the kept blocks; where
    there is none, the features have a network of their own.

    Args:
        trained: models of `build`, after training.

    Returns:
        Models from "crops", and the names of their outputs: "logit" (N, 1), "features"
        (N, 5, 4, 112).
    """
    features = build_face_features()
    networks: list[tuple[keras.Model, list[str]]] = [(model, ["logit"]) for model in trained]
    for number, model in enumerate(trained):
        if model.name == features.name:
            networks[number] = (_share_kept_blocks([model, features]), ["logit", "features"])
            return networks
    return [*networks, (features, ["features"])]


def _share_kept_blocks(models: Sequence[keras.Model]) -> keras.Model:
    """Several of one backbone as one, in which the blocks that all have alike run once."""
    border = f"block{kept_blocks(models[0].name) - 1}_add"
    crops = keras.Input((SIZE_PX, SIZE_PX, 3), name="crops")
    kept = keras.Model(models[0].input, models[0].get_layer(border).output, name="kept")(crops)
    return keras.Model(
        crops,
        [
            keras.Model(model.get_layer(border).output, model.output, name=f"taught_{n}")(kept)
            for n, model in enumerate(models)
        ],
    )


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


def keep_first_blocks(model: keras.Model) -> None:
    """Let training leave the stem and the first stages as they are."""
    kept = ("stem_", *(f"block{number}_" for number in range(kept_blocks(model.name))))
    for layer in model.layers:
        layer.trainable = not layer.name.startswith(kept)


def load_pretrained(model: keras.Model) -> None:
    """Copy ImageNet's weights into all layers but the last of a model of `build`.

    Raises:
        FileNotFoundError, ValueError: as `pretrained.read_weights`.
    """
    weights = read_weights(model.name)
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

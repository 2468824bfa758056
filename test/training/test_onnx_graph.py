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

"""The ONNX graph computes what Keras computes, in one clean node per layer."""

import keras
import numpy as np
import pytest

from fakeface_ros.scoring.autoencoder import Autoencoder
from training.autoencoders import KINDS, build_autoencoder
from training.measure import run_network
from training.onnx_graph import to_onnx


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 3])
def test_each_kind_computes_what_keras_computes(kind, count):
    network = build_autoencoder(kind, 32).network
    crops = np.random.default_rng(0).random((count, 32, 32, 3), np.float32)
    code, reconstruction = Autoencoder(to_onnx(network).SerializeToString()).reconstruct(crops)
    keras_code, keras_reconstruction = run_network(network, crops)
    np.testing.assert_allclose(code, keras_code, atol=1e-5)
    np.testing.assert_allclose(reconstruction, keras_reconstruction, atol=1e-5)


def test_reference_graph_has_one_node_per_layer():
    nodes = [
        node.op_type
        for node in to_onnx(build_autoencoder("deep_convolutional").network).graph.node
    ]
    counts = {kind: nodes.count(kind) for kind in sorted(set(nodes))}
    assert counts == {
        "Conv": 7,
        "MaxPool": 3,
        "Relu": 6,
        "Resize": 3,
        "Sigmoid": 1,
        "Transpose": 3,
    }


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_upsampling_is_kerass(interpolation):
    crops = keras.Input((8, 8, 3))
    code = keras.layers.MaxPooling2D(2)(crops)
    picture = keras.layers.UpSampling2D(2, interpolation=interpolation)(code)
    network = keras.Model(crops, [code, picture])
    values = np.random.default_rng(0).random((2, 8, 8, 3), np.float32)
    written = Autoencoder(to_onnx(network).SerializeToString()).reconstruct(values)
    for one, other in zip(written, run_network(network, values), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_a_layer_without_counterpart_is_named():
    crops = keras.Input((8, 8, 3))
    code = keras.layers.DepthwiseConv2D(3, padding="same", name="depthwise")(crops)
    with pytest.raises(ValueError, match=r"depthwise.*has no ONNX counterpart"):
        to_onnx(keras.Model(crops, [code, code]))


def test_an_activation_without_counterpart_is_named():
    crops = keras.Input((8, 8, 3))
    code = keras.layers.Conv2D(3, 3, padding="same", activation="mish", name="odd")(crops)
    with pytest.raises(ValueError, match=r"odd.*mish"):
        to_onnx(keras.Model(crops, [code, code]))

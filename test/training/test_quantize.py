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

"""In int8 a network is nearly the same."""

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from fakeface_ros.scoring.autoencoder import Autoencoder
from training.autoencoders import REFERENCE_KIND, build_autoencoder
from training.channels_last import channels_last
from training.fold_upsampling import fold
from training.onnx_graph import to_onnx
from training.quantize import quantised, widened

CROPS = np.random.default_rng(0).uniform(size=(4, 128, 128, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def network() -> onnx.ModelProto:
    return fold(to_onnx(build_autoencoder(REFERENCE_KIND).network))


def shapes(model: onnx.ModelProto) -> list[list[int]]:
    weights = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    return [weights[node.input[1]] for node in model.graph.node if node.op_type == "Conv"]


def test_widened_it_is_the_same_function(network):
    wide = widened(network)
    assert shapes(network)[0] == [64, 3, 3, 3]
    assert shapes(network)[-1] == [12, 64, 3, 3]
    assert shapes(wide)[0] == [64, 4, 3, 3]
    assert shapes(wide)[-1] == [16, 64, 3, 3]
    assert shapes(wide)[1:-1] == shapes(network)[1:-1]
    given, made = (
        Autoencoder(model.SerializeToString()).reconstruct(CROPS) for model in (network, wide)
    )
    for one, other in zip(given, made, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-6)


@pytest.mark.parametrize("bits", [7, 8])
def test_weights_keep_to_their_bits(network, bits):
    model = quantised(widened(network), CROPS, bits)
    small = onnx.load_model_from_string(model)
    kernels = [
        numpy_helper.to_array(tensor)
        for tensor in small.graph.initializer
        if tensor.name.endswith("_quantized") and len(tensor.dims) == 4
    ]
    assert {kernel.dtype for kernel in kernels} == {np.dtype(np.int8)}
    assert max(np.abs(kernel.astype(int)).max() for kernel in kernels) in (
        2 ** (bits - 1) - 1,
        2 ** (bits - 1),
    )
    assert [(opset.domain, opset.version) for opset in small.opset_import] == [("", 17)]
    assert len(model) < 0.5 * len(network.SerializeToString())


def test_in_seven_bits_it_gives_nearly_the_same_on_any_processor(network):
    """Of eight, sums overflow where the processor has no VNNI: latents are 6 to 12 % off."""
    given, made = (
        Autoencoder(content).reconstruct(CROPS)
        for content in (
            network.SerializeToString(),
            quantised(widened(network), CROPS, weight_bits=7),
        )
    )
    for one, other in zip(given, made, strict=True):
        assert np.sqrt(np.square(other - one).mean() / np.square(one).mean()) < 0.05


def test_what_only_moves_values_does_so_in_int8(network, monkeypatch):
    prepared = channels_last(widened(network))
    made = quantised(prepared, CROPS)
    model = onnx.load_model_from_string(made)
    floats = {o for n in model.graph.node if n.op_type == "DequantizeLinear" for o in n.output}
    movers = {"MaxPool", "Transpose", "Reshape", "Expand", "Slice"}
    assert not [n.name for n in model.graph.node if n.op_type in movers and n.input[0] in floats]
    monkeypatch.setattr("training.quantize._move_whole_numbers", lambda graph: None)
    as_the_quantiser_has_it = quantised(prepared, CROPS)
    pairs = zip(
        *(Autoencoder(m).reconstruct(CROPS) for m in (made, as_the_quantiser_has_it)), strict=True
    )
    for one, other in pairs:
        np.testing.assert_array_equal(one, other)

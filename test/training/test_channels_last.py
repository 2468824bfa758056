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


import numpy as np
import onnx
import pytest

from fakeface_ros.scoring.autoencoder import Autoencoder
from training.autoencoders import REFERENCE_KIND, build_autoencoder
from training.channels_last import channels_last
from training.fold_upsampling import fold
from training.onnx_graph import to_onnx
from training.quantize import widened

CROPS = np.random.default_rng(0).uniform(size=(2, 128, 128, 3)).astype(np.float32)
SLOW = {"Pad", "Resize", "DepthToSpace"}


def operators(model: onnx.ModelProto) -> set[str]:
    return {node.op_type for node in model.graph.node}


@pytest.mark.parametrize("folded", [False, True])
def test_it_is_the_same_function_bit_for_bit_without_what_is_slow(folded):
    network = to_onnx(build_autoencoder(REFERENCE_KIND).network)
    network = widened(fold(network) if folded else network)
    changed = channels_last(network)
    assert operators(network) & SLOW == (SLOW if folded else SLOW - {"DepthToSpace"})
    assert not operators(changed) & SLOW
    given, made = (
        Autoencoder(model.SerializeToString()).reconstruct(CROPS) for model in (network, changed)
    )
    for one, other in zip(given, made, strict=True):
        np.testing.assert_array_equal(other, one)


def test_other_nodes_stay():
    x, y = (onnx.helper.make_tensor_value_info(n, 1, [1, 2, 4, 4]) for n in "xy")
    pads = onnx.numpy_helper.from_array(np.array([0, 0, 1, 0, 0, 0, 1, 0]), "pads")
    nodes = [
        onnx.helper.make_node("Pad", ["x", "pads"], ["p"]),
        onnx.helper.make_node("MaxPool", ["p"], ["y"], kernel_shape=[3, 1]),
    ]
    model = onnx.helper.make_model(
        onnx.helper.make_graph(nodes, "rows are added", [x], [y], [pads]),
        opset_imports=[onnx.helper.make_opsetid("", 17)],
    )
    assert [n.op_type for n in channels_last(model).graph.node] == ["Pad", "MaxPool"]

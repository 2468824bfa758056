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

"""Half the bytes, the same network up to half precision."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fakeface_ros.inference import make_session
from training.half_weights import halve, whole


def network() -> onnx.ModelProto:
    weights = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    offsets = np.arange(64, dtype=np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "weights"], ["product"]),
            helper.make_node("Add", ["product", "offsets"], ["y"]),
        ],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 64])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 64])],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(offsets, "offsets")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_large_arrays_are_halved_and_outputs_stay():
    whole = network()
    half = halve(whole)
    assert half.ByteSize() < 0.6 * whole.ByteSize()
    kinds = {i.name: i.data_type for i in half.graph.initializer}
    assert kinds == {"weights_half": TensorProto.FLOAT16, "offsets": TensorProto.FLOAT}
    x = np.random.default_rng(1).normal(size=(5, 64)).astype(np.float32)
    expected, got = (
        make_session(model.SerializeToString()).run(["y"], {"x": x})[0] for model in (whole, half)
    )
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, expected, atol=0.02)


def test_they_can_be_made_whole_again():
    half = halve(network())
    again = whole(half)
    assert [node.op_type for node in again.graph.node] == ["MatMul", "Add"]
    assert {i.data_type for i in again.graph.initializer} == {TensorProto.FLOAT}
    x = np.random.default_rng(1).normal(size=(5, 64)).astype(np.float32)
    one, other = (
        make_session(m.SerializeToString()).run(["y"], {"x": x})[0] for m in (half, again)
    )
    np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_network_given_is_left_alone():
    whole = network()
    before = whole.SerializeToString()
    halve(whole)
    assert whole.SerializeToString() == before

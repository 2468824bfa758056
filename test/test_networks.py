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

"""A bundle's networks run side by side, in parts; what several give is averaged."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from fakeface_ros.scoring.networks import Networks


def network(factor: float, outputs: tuple[str, ...] = ("logit",)) -> bytes:
    """From crops to `factor` times their mean, under each name."""
    nodes = [
        helper.make_node("ReduceMean", ["crops"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "one"], ["column"]),
        *(helper.make_node("Mul", ["column", "factor"], [name]) for name in outputs),
    ]
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", 1]) for n in outputs]
    graph = helper.make_graph(
        nodes,
        "mean",
        [helper.make_tensor_value_info("crops", TensorProto.FLOAT, ["n", 8, 8, 3])],
        values,
        [
            helper.make_tensor("factor", TensorProto.FLOAT, [1], [factor]),
            helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


CROPS = np.arange(11, dtype=np.float32)[:, None, None, None] * np.ones((8, 8, 3), np.float32)


@pytest.mark.parametrize("threads", [1, 2, 6])
@pytest.mark.parametrize("count", [1, 2, 4, 11])
def test_outputs_of_one_name_are_averaged_and_come_in_the_order_of_the_crops(threads, count):
    files = {
        "network_0.onnx": network(1.0, ("logit", "features")),
        "network_1.onnx": network(3.0),
        "autoencoder.onnx": b"not one of them",
        "network.npz": b"nor this",
    }
    networks = Networks(files, threads)
    assert networks.outputs == {"logit", "features"}
    outputs = networks.run(CROPS[:count])
    np.testing.assert_allclose(outputs["logit"][:, 0], 2.0 * np.arange(count))
    np.testing.assert_allclose(outputs["features"][:, 0], np.arange(count))


def test_a_bundle_without_networks_has_no_outputs():
    assert Networks({"autoencoder.onnx": b""}).outputs == frozenset()

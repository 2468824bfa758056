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

"""Operations counted from graphs, against counts by hand."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from operations import count_operations

from training.autoencoders import REFERENCE_KIND, build_autoencoder
from training.fold_upsampling import fold
from training.onnx_graph import to_onnx


def graph(operator: str, weight: tuple[int, ...], input_shape: list, **attributes) -> bytes:
    value = helper.make_tensor_value_info
    made = helper.make_graph(
        [helper.make_node(operator, ["x", "w"], ["y"], **attributes)],
        "one",
        [value("x", TensorProto.FLOAT, input_shape)],
        [value("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.zeros(weight, np.float32), "w")],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(made, opset_imports=opset, ir_version=8).SerializeToString()


def test_a_convolution_applies_its_kernel_once_for_each_output():
    model = graph("Conv", (8, 3, 3, 3), ["n", 3, "h", "w"])
    assert count_operations(model, (2, 3, 10, 12)) == 2 * (2 * 8 * 8 * 10) * (3 * 3 * 3)


def test_a_convolution_in_groups_sees_only_its_group():
    model = graph("Conv", (8, 1, 3, 3), ["n", 8, "h", "w"], group=8)
    assert count_operations(model, (1, 8, 5, 5)) == 2 * (8 * 3 * 3) * 9


def test_a_transposed_convolution_applies_its_kernel_once_for_each_input():
    model = graph("ConvTranspose", (4, 6, 2, 2), ["n", 4, "h", "w"], strides=[2, 2])
    assert count_operations(model, (1, 4, 5, 5)) == 2 * (4 * 5 * 5) * (6 * 2 * 2)


@pytest.mark.parametrize("operator", ["Gemm", "MatMul"])
def test_a_matrix_product(operator):
    assert count_operations(graph(operator, (7, 5), ["n", 7]), (3, 7)) == 2 * 3 * 7 * 5


def test_a_product_with_a_flipped_factor():
    assert count_operations(graph("Gemm", (7, 5), [7, "n"], transA=1), (7, 3)) == 2 * 3 * 7 * 5


def test_other_operators_count_nothing():
    assert count_operations(graph("Add", (5,), ["n", 5]), (3, 5)) == 0


def test_the_thesiss_autoencoder_needs_what_its_tables_say():
    """Per pixel of the level: kernel 3 x 3, channels in, channels out."""
    by_hand = 9 * (
        128**2 * 3 * 64 + 64**2 * 64 * 32 + 32**2 * 32 * 16  # encoder
        + 16**2 * 16 * 16 + 32**2 * 16 * 32 + 64**2 * 32 * 64 + 128**2 * 64 * 3
    )  # fmt: skip
    network = build_autoencoder(REFERENCE_KIND).network
    model = fold(to_onnx(network)).SerializeToString()
    assert count_operations(model, (1, 128, 128, 3)) == 2 * by_hand
    assert count_operations(model, (4, 128, 128, 3)) == 8 * by_hand


@pytest.mark.parametrize("shape", [(3, 8), (3, 7, 1)])
def test_a_shape_that_does_not_fit_is_refused(shape):
    with pytest.raises(ValueError, match="input"):
        count_operations(graph("Gemm", (7, 5), ["n", 7]), shape)

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

"""The folded network is the same function, and a bundle is rewritten with its own hashes."""

import shutil

import cv2
import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from fakeface_ros.scoring.autoencoder import Autoencoder
from fakeface_ros.scoring.bundle import find_bundle, load_bundle
from training.autoencoders import build_autoencoder
from training.fold_upsampling import fold, fold_bundle, folded_kernel, main, unfolded_kernel
from training.onnx_graph import to_onnx


def test_folding_kernels_can_be_undone():
    kernel = np.random.default_rng(0).normal(size=(3, 5, 3, 3)).astype(np.float32)
    folded = folded_kernel(kernel)
    assert folded.shape == (12, 5, 3, 3)
    np.testing.assert_allclose(unfolded_kernel(folded), kernel, atol=1e-5)


def test_a_folded_kernel_is_the_kernel_on_the_doubled_picture():
    random = np.random.default_rng(0)
    kernel = random.normal(size=(1, 1, 3, 3)).astype(np.float32)
    picture = random.random((5, 7), np.float32)

    def correlate(picture, kernel):
        return cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_CONSTANT)

    wanted = correlate(np.kron(picture, np.ones((2, 2), np.float32)), kernel[0, 0])
    blocks = [correlate(picture, small[0]) for small in folded_kernel(kernel)]
    got = np.stack(blocks).reshape(2, 2, 5, 7).transpose(2, 0, 3, 1).reshape(10, 14)
    np.testing.assert_allclose(got, wanted, atol=1e-5)


@pytest.mark.parametrize("count", [1, 3])
def test_a_folded_network_is_the_same_function(count):
    model = to_onnx(build_autoencoder("deep_convolutional", 32).network)
    for weight in model.graph.initializer:  # biases begin as zeros and would show nothing
        if len(weight.dims) == 1 and weight.dims[0] != 4:
            values = np.linspace(-0.2, 0.2, weight.dims[0]).astype(np.float32)
            weight.CopyFrom(numpy_helper.from_array(values, weight.name))
    crops = np.random.default_rng(0).random((count, 32, 32, 3), np.float32)
    plain, folded = (
        Autoencoder(m.SerializeToString()).reconstruct(crops) for m in (model, fold(model))
    )
    for one, other in zip(plain, folded, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_what_is_folded_already_is_refused():
    folded = fold(to_onnx(build_autoencoder("deep_convolutional", 32).network))
    assert "Resize" not in [node.op_type for node in folded.graph.node][-4:]
    with pytest.raises(ValueError, match="not 3 x 3 after a nearest upsampling"):
        fold(folded)


def test_a_bundle_is_folded_in_place_once(tmp_path, capsys):
    bundle = tmp_path / "cae_kde"
    shutil.copytree(find_bundle("cae_kde"), bundle)
    content = load_bundle(str(bundle)).file("autoencoder.onnx")
    last = [n for n in onnx.load_model_from_string(content).graph.node if n.op_type == "Conv"][-1]
    if not last.input[0].startswith("resize"):
        pytest.skip("the shipped bundle is folded already")
    assert fold_bundle(bundle) < 1e-5
    assert load_bundle(str(bundle)).file("autoencoder.onnx") != content
    assert main([str(bundle)]) == 2
    assert "fold_upsampling: the last convolution" in capsys.readouterr().err

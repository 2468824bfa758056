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

"""The exported autoencoder takes crops and gives codes and reconstructions that resemble them."""

import numpy as np
import pytest

from fakeface_ros.scoring.autoencoder import Autoencoder, reconstruction_error
from fakeface_ros.scoring.bundle import load_bundle
from fakeface_ros.vision.alignment import align_faces
from fakeface_ros.vision.detection import MtcnnDetector
from fakeface_ros.vision.mtcnn_networks import convert


def test_reconstruction_of_a_face_is_nearer_than_its_mean(astronaut):
    landmarks = MtcnnDetector().detect(astronaut).landmarks
    crops = align_faces(astronaut, landmarks, 128).astype(np.float32) / 255
    autoencoder = Autoencoder(load_bundle("cae_kde").file("autoencoder.onnx"))
    codes, pictures = autoencoder.reconstruct(crops)
    assert codes.shape == (1, 16 * 16 * 16)
    assert pictures.shape == crops.shape
    assert 0 <= pictures.min() <= pictures.max() <= 1
    assert reconstruction_error(crops, pictures) < 0.3 * crops.var()


def test_a_batch_equals_one_by_one():
    crops = np.random.default_rng(0).uniform(size=(3, 128, 128, 3)).astype(np.float32)
    autoencoder = Autoencoder(load_bundle("cae_kde").file("autoencoder.onnx"))
    codes, pictures = autoencoder.reconstruct(crops)
    for i in range(3):
        code, picture = autoencoder.reconstruct(crops[i : i + 1])
        np.testing.assert_allclose(codes[i], code[0], atol=1e-5)
        np.testing.assert_allclose(pictures[i], picture[0], atol=1e-5)


def test_error_is_the_mean_square_by_hand():
    a, b = np.zeros((2, 4, 4, 3)), np.zeros((2, 4, 4, 3))
    b[1, 0, 0, 0] = 2.0
    np.testing.assert_allclose(reconstruction_error(a, b), [0, 4 / 48])


def test_another_network_is_refused():
    with pytest.raises(ValueError, match="must take 'crops' and give 'code' and 'reconstruction'"):
        Autoencoder(convert("pnet"))

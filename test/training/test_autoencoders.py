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

"""Every autoencoder kind builds, and the reference is the thesis's network."""

import keras
import numpy as np
import pytest

from training.autoencoders import KINDS, build_autoencoder

CODE_SHAPES = {"undercomplete": (1, 1, 128), "variational": (1, 1, 128)}


def test_reference_is_the_network_of_the_thesis():
    autoencoder = build_autoencoder("deep_convolutional")
    assert autoencoder.parameters == 52_067
    code, reconstruction = autoencoder.network.outputs
    assert tuple(code.shape[1:]) == (16, 16, 16)
    assert tuple(reconstruction.shape[1:]) == (128, 128, 3)
    assert not autoencoder.trainer.losses


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_codes_and_reconstructs(kind):
    autoencoder = build_autoencoder(kind, 32)
    crops = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
    code, reconstruction = autoencoder.network.predict_on_batch(crops)
    assert code.shape == (2, *CODE_SHAPES.get(kind, (4, 4, 16)))
    assert reconstruction.shape == crops.shape
    assert 0 <= reconstruction.min() <= reconstruction.max() <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_network_uses_the_weights_that_the_trainer_trains(kind):
    autoencoder = build_autoencoder(kind, 32)
    trained = {id(weight) for weight in autoencoder.trainer.trainable_weights}
    assert {id(weight) for weight in autoencoder.network.trainable_weights} <= trained


def test_only_the_training_path_is_noisy():
    autoencoder = build_autoencoder("denoising", 32)
    crops = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
    once, twice = (np.asarray(autoencoder.trainer(crops, training=True)) for _ in range(2))
    assert np.abs(once - twice).max() > 0
    once, twice = (keras.ops.convert_to_numpy(autoencoder.network(crops)[1]) for _ in range(2))
    np.testing.assert_array_equal(once, twice)


@pytest.mark.parametrize(
    ("kind", "size_px", "options", "message"),
    [
        ("transformer", 128, {}, "transformer"),
        ("sparse", 100, {}, "100"),
        ("sparse", 32, {"noise": 1.0}, "noise"),
    ],
)
def test_what_cannot_be_built_is_named(kind, size_px, options, message):
    with pytest.raises(ValueError, match=message):
        build_autoencoder(kind, size_px, **options)

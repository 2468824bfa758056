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

"""Each extra loss term has the value its formula gives, and does to a network what it is for."""

import keras
import numpy as np
import pytest

from training.autoencoders import Autoencoder, build_autoencoder
from training.penalties import GaussianSample, JacobianPenalty, KLSparsity, PerturbedCopy

SIZE_PX = 16


@pytest.fixture(scope="module")
def crops() -> np.ndarray:
    """(64, 16, 16, 3) smooth pictures in [0, 1]."""
    coarse = np.random.default_rng(0).random((64, 4, 4, 3)).astype(np.float32)
    return np.asarray(keras.ops.image.resize(coarse, (SIZE_PX, SIZE_PX)))


def trained(kind: str, crops: np.ndarray, epochs: int = 15, **options: float) -> Autoencoder:
    keras.utils.set_random_seed(0)
    autoencoder = build_autoencoder(kind, SIZE_PX, **options)
    autoencoder.trainer.compile(keras.optimizers.Adam(3e-3), "mean_squared_error")
    autoencoder.trainer.fit(crops, crops, batch_size=16, epochs=epochs, verbose=0)
    return autoencoder


def encoded(autoencoder: Autoencoder, crops: np.ndarray) -> np.ndarray:
    return np.asarray(autoencoder.network.predict_on_batch(crops)[0])


def test_sparsity_is_the_divergence_of_the_mean_activities():
    code = np.random.default_rng(0).uniform(0.1, 0.9, (6, 2, 2, 3)).astype(np.float32)
    layer = KLSparsity(0.05, 2.0)
    np.testing.assert_array_equal(np.asarray(layer(code)), code)
    mean = code.mean(axis=0)
    expected = 2.0 * np.mean(0.05 * np.log(0.05 / mean) + 0.95 * np.log(0.95 / (1 - mean)))
    assert float(layer.losses[0]) == pytest.approx(expected, rel=1e-5)


def test_sparse_code_is_quieter(crops):
    free, held = (encoded(trained("sparse", crops, weight=w), crops).mean() for w in (0.0, 0.1))
    assert held < 0.5 * free
    assert held == pytest.approx(0.05, abs=0.05)


def test_jacobian_penalty_estimates_the_frobenius_norm_of_a_linear_map():
    matrix = np.random.default_rng(1).normal(size=(12, 5)).astype(np.float32)
    points = np.zeros((20_000, 12), np.float32)
    step, weight = 0.1, 3.0
    moved = PerturbedCopy(step, seed=0)(points)
    layer = JacobianPenalty(weight, step)
    layer([points @ matrix, keras.ops.matmul(moved, matrix)])
    assert float(layer.losses[0]) == pytest.approx(weight * np.square(matrix).sum() / 5, rel=0.03)


def test_contractive_code_moves_less_with_its_input(crops):
    noise = 0.01 * np.random.default_rng(2).normal(size=crops.shape).astype(np.float32)

    def movement(weight: float) -> float:
        autoencoder = trained("contractive", crops, weight=weight)
        return float(
            np.square(encoded(autoencoder, crops + noise) - encoded(autoencoder, crops)).mean()
        )

    assert movement(0.1) < 0.5 * movement(0.0)


def test_denoising_suffers_less_from_noise_than_plain_training(crops):
    noisy = crops + 0.3 * np.random.default_rng(3).normal(size=crops.shape).astype(np.float32)

    def growth(noise: float) -> float:
        network = trained("denoising", crops, 30, noise=noise).network
        clean, disturbed = (
            np.square(np.asarray(network.predict_on_batch(seen)[1]) - crops).mean()
            for seen in (crops, noisy)
        )
        return float(disturbed / clean)

    assert growth(0.3) < 0.9 * growth(0.0)


def test_variational_term_is_the_divergence_from_the_prior():
    generator = np.random.default_rng(4)
    mean, log_variance = generator.normal(size=(2, 3, 1, 1, 4)).astype(np.float32)
    layer = GaussianSample(0.5, seed=0)
    np.testing.assert_array_equal(np.asarray(layer([mean, log_variance], training=False)), mean)
    divergence = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=(1, 2, 3))
    assert float(layer.losses[0]) == pytest.approx(0.5 * divergence.mean(), rel=1e-5)


def test_variational_sample_has_the_mean_and_spread_it_was_given():
    mean = np.full((20_000, 1, 1, 1), 2.0, np.float32)
    log_variance = np.full_like(mean, np.log(0.25))
    sample = np.asarray(GaussianSample(0.0, seed=0)([mean, log_variance], training=True))
    assert sample.mean() == pytest.approx(2.0, abs=0.02)
    assert sample.std() == pytest.approx(0.5, rel=0.03)


def test_variational_code_is_drawn_to_the_prior(crops):
    loose, tight = (
        np.square(
            encoded(trained("variational", crops, code_size=8, decoder_variance=v), crops)
        ).mean()
        for v in (1e-6, 0.1)
    )
    assert tight < 0.5 * loose

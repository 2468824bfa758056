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

"""The linear autoencoder: what lies in its axes is explained, what does not is the error."""

import io

import numpy as np
import pytest

from fakeface_ros.scoring.feature_error import LinearAutoencoder


@pytest.fixture(scope="module")
def features():
    """(400, 2, 2, 3), in three directions about a mean, and a little in all others."""
    random = np.random.default_rng(0)
    directions = np.linalg.qr(random.normal(size=(12, 12)))[0][:3]
    coordinates = random.normal(size=(400, 3)) * (5, 4, 3)
    noise = random.normal(size=(400, 12)) * 0.1
    return (7 + coordinates @ directions + noise).reshape(400, 2, 2, 3).astype(np.float32)


def test_what_lies_in_the_axes_is_explained(features):
    autoencoder = LinearAutoencoder.fit(features, 3)
    assert autoencoder.error(features).max() < 0.02
    assert LinearAutoencoder.fit(features, 2).error(features).mean() > 0.05


def test_the_error_is_the_mean_square_of_what_the_axes_leave():
    axes = np.eye(4)[:2]
    autoencoder = LinearAutoencoder(np.ones(4), np.array([1, 1, 2, 2]), axes)
    # Standardised: (3, 3, 2, 1); the first two are explained.
    assert autoencoder.error(np.array([[4.0, 4, 5, 3]])) == pytest.approx((4 + 1) / 4)


def test_every_channel_counts_by_its_own_spread(features):
    loud = features * np.array([1, 100, 1], np.float32)
    quiet, scaled = (LinearAutoencoder.fit(f, 2).error(f) for f in (features, loud))
    np.testing.assert_allclose(quiet, scaled, rtol=1e-3)


def test_no_face_gives_no_error(features):
    assert LinearAutoencoder.fit(features, 1).error(features[:0]).shape == (0,)


def test_saved_and_loaded_it_says_the_same(features):
    autoencoder, file = LinearAutoencoder.fit(features, 2), io.BytesIO()
    autoencoder.save(file)
    file.seek(0)
    loaded = LinearAutoencoder.load(file).error(features)
    np.testing.assert_allclose(loaded, autoencoder.error(features), rtol=1e-2, atol=1e-3)


@pytest.mark.parametrize("components", [0, 13])
def test_impossible_numbers_of_axes_are_refused(features, components):
    with pytest.raises(ValueError, match=f"components must be 1 to 12, got {components}"):
        LinearAutoencoder.fit(features, components)


def test_arrays_that_do_not_fit_are_refused(features):
    with pytest.raises(ValueError, match="axes must be"):
        LinearAutoencoder(np.zeros(4), np.ones(4), np.eye(3))
    with pytest.raises(ValueError, match="scale must be positive"):
        LinearAutoencoder(np.zeros(4), np.zeros(4), np.eye(4))
    with pytest.raises(ValueError, match="features must have 12 values each, got 5"):
        LinearAutoencoder.fit(features, 1).error(np.zeros((1, 5)))
    file = io.BytesIO()
    np.savez(file, mean=np.zeros(4))
    file.seek(0)
    with pytest.raises(ValueError, match="lacks axes, scale"):
        LinearAutoencoder.load(file)

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

"""Each kind of evidence on observations whose value is known."""

import io

import cv2
import numpy as np
import pytest

from fakeface_ros.scoring.bundle import BundleError, load_bundle
from fakeface_ros.scoring.density import GaussianKDE
from fakeface_ros.scoring.evidence import EVIDENCE, Observation
from fakeface_ros.scoring.feature_error import LinearAutoencoder
from fakeface_ros.scoring.networks import Networks

CROPS = np.zeros((2, 8, 8, 3), np.float32)


@pytest.fixture(scope="module")
def bundle():
    return load_bundle("cae_kde")


def make(name, bundle):
    return EVIDENCE[name](bundle, Networks(bundle.files))


def test_reconstruction_error_of_a_known_difference(bundle):
    observation = Observation(CROPS, lambda crops: (np.zeros((2, 1)), crops + 0.5))
    np.testing.assert_allclose(make("reconstruction_error", bundle)(observation), [0.25, 0.25])


def test_density_falls_away_from_the_training_codes(bundle):
    dimension = GaussianKDE.load(io.BytesIO(bundle.file("density.npz"))).dimension
    codes = np.stack([np.zeros(dimension), np.full(dimension, 50.0)])
    near, far = make("log_density", bundle)(Observation(CROPS, lambda crops: (codes, crops)))
    assert near > far


def test_the_autoencoder_runs_once_and_only_when_asked(bundle):
    passes = []
    observation = Observation(CROPS, lambda crops: (passes.append(1), crops))
    assert passes == []
    _ = observation.codes, observation.reconstructions, observation.reconstructions
    assert passes == [1]


def test_feature_error_is_computed_from_the_bundles_own_files():
    bundle = load_bundle("one_class")
    crops = np.random.default_rng(0).uniform(size=(2, 64, 64, 3)).astype(np.float32)
    networks = Networks(bundle.files)
    features = networks.run(crops)["features"]
    assert features.shape == (2, 5, 4, 112)
    autoencoder = LinearAutoencoder.load(io.BytesIO(bundle.file("features.npz")))
    evidence = make("feature_error", bundle)
    expected = np.log(autoencoder.error(features))
    observation = Observation(crops, None, networks)
    np.testing.assert_allclose(evidence(observation), expected, atol=1e-5)
    assert evidence(Observation(crops[:0], None, networks)).shape == (0,)


def test_one_run_of_the_networks_serves_all_kinds_that_ask_them(monkeypatch):
    bundle = load_bundle("default")
    networks = Networks(bundle.files)
    runs = []
    monkeypatch.setattr(
        networks, "run", lambda crops: runs.append(1) or Networks.run(networks, crops)
    )
    kinds = [EVIDENCE[name](bundle, networks) for name in ("forgery_logit", "feature_error")]
    observation = Observation(np.zeros((2, 64, 64, 3), np.float32), None, networks)
    assert [kind(observation).shape for kind in kinds] == [(2,), (2,)]
    assert runs == [1]


def test_networks_without_the_output_are_refused():
    with pytest.raises(BundleError, match=r"its networks give features, but 'logit' is needed"):
        make("forgery_logit", load_bundle("one_class"))
    none = Networks({})
    with pytest.raises(BundleError, match=r"its networks give nothing, but 'features' is needed"):
        EVIDENCE["feature_error"](load_bundle("one_class"), none)


def test_sharpness_falls_with_blur(astronaut, bundle):
    sharp = astronaut[20:212, 120:312].astype(np.float32) / 255
    soft = [sharp, *(cv2.GaussianBlur(sharp, (0, 0), sigma) for sigma in (2, 4, 8))]
    values = make("sharpness", bundle)(Observation(np.stack(soft), None))
    assert (np.diff(values) < -0.5).all()
    assert np.isfinite(make("sharpness", bundle)(Observation(CROPS, None))).all()  # no detail


def test_files_that_a_kind_needs_are_named():
    for kind in EVIDENCE.values():
        assert all(name.endswith((".onnx", ".npz")) for name in kind.needs)

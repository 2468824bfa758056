# SPDX-License-Identifier: Apache-2.0
"""Each kind of evidence on observations whose value is known."""

import io

import numpy as np
import pytest

from fakeface_ros.inference import make_session
from fakeface_ros.scoring.bundle import load_bundle
from fakeface_ros.scoring.density import GaussianKDE
from fakeface_ros.scoring.evidence import EVIDENCE, Observation

CROPS = np.zeros((2, 8, 8, 3), np.float32)


@pytest.fixture(scope="module")
def bundle():
    return load_bundle("cae_kde")


def make(name, bundle):
    return EVIDENCE[name](bundle, lambda file: make_session(bundle.file(file)))


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


def test_every_kind_says_what_it_needs():
    for kind in EVIDENCE.values():
        assert kind.needs

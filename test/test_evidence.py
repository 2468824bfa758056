# SPDX-License-Identifier: Apache-2.0
"""Each kind of evidence on observations whose value is known."""

import io

import numpy as np

from fakeface_ros.scoring.bundle import load_bundle
from fakeface_ros.scoring.density import GaussianKDE
from fakeface_ros.scoring.evidence import EVIDENCE, Observation


def test_every_kind_gives_one_number_per_crop():
    bundle = load_bundle("cae_kde")
    dimension = GaussianKDE.load(io.BytesIO(bundle.file("density.npz"))).dimension
    crops = np.zeros((2, 8, 8, 3), np.float32)
    observation = Observation(crops, np.zeros((2, dimension), np.float32), crops + 0.5)
    for kind in EVIDENCE.values():
        values = kind(bundle)(observation)
        assert values.shape == (2,)
        assert np.isfinite(values).all()
    np.testing.assert_allclose(EVIDENCE["reconstruction_error"](bundle)(observation), 0.25)


def test_density_falls_away_from_the_training_codes():
    bundle = load_bundle("cae_kde")
    density = GaussianKDE.load(io.BytesIO(bundle.file("density.npz")))
    crops = np.zeros((2, 8, 8, 3), np.float32)
    codes = np.stack([np.zeros(density.dimension), np.full(density.dimension, 50.0)])
    near, far = EVIDENCE["log_density"](bundle)(Observation(crops, codes, crops))
    assert near > far

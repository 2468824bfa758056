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

"""Scores of a bundle: thresholds, rule, direction and calibration."""

import dataclasses
import io

import numpy as np
import pytest

from fakeface_ros.scoring.bundle import BundleError, EvidenceSpec, LimitSpec, load_bundle
from fakeface_ros.scoring.scorer import Scorer, fake_score, reasons, strangest

CROPS = np.random.default_rng(0).integers(0, 256, (4, 128, 128, 3), np.uint8)


@pytest.fixture(scope="module")
def bundle():
    return load_bundle("cae_kde")


@pytest.fixture(scope="module")
def scorer(bundle):
    return Scorer(bundle)


def test_noise_is_no_face(scorer):
    scores = scorer.score(CROPS)
    assert (fake_score(scores.strangeness) > 0.99).all()
    assert (scorer.p_real(scores.strangeness) <= scorer.bundle.alpha).all()


def test_scores_follow_from_the_evidence(scorer, astronaut):
    crops = np.stack([CROPS[0], astronaut[:128, 150:278, ::-1]])
    scores = scorer.score(crops)
    error, density = scorer.bundle.evidence
    expected = np.maximum(
        (scores.evidence[error.name] - error.threshold) / error.scale,
        (density.threshold - scores.evidence[density.name]) / density.scale,
    )
    np.testing.assert_allclose(scores.strangeness, expected)
    np.testing.assert_allclose(fake_score(np.array([0.0, 2.0])), [0.5, 1 / (1 + np.exp(-2))])


def test_shipped_alpha_is_where_the_thresholds_are(bundle):
    """fake_score 0.5 and p_real = alpha are one border, up to the calibration set's steps."""
    with np.load(io.BytesIO(bundle.file("calibration.npz"))) as arrays:
        above = (arrays["strangeness"] >= 0).mean()
    assert above == pytest.approx(bundle.alpha, abs=0.05)


def test_one_kind_beyond_its_threshold_is_enough():
    np.testing.assert_array_equal(strangest([np.array([-1.0, 2]), np.array([-3.0, -9])]), [-1, 2])


def test_no_crop_gives_no_score(scorer):
    scores = scorer.score(CROPS[:0])
    assert scores.strangeness.shape == scores.reasons.shape == (0,)


def test_a_face_outside_of_limits_gets_the_first_one_s_reason():
    limits = [LimitSpec("sharpness", "blurred", low=-9.0), LimitSpec("error", "unlike", high=1.0)]
    evidence = {
        "sharpness": np.array([-5.0, -10.0, -5.0, -10.0, np.nan]),
        "error": np.array([0.0, 0.0, 2.0, 2.0, 0.0]),
    }
    expected = ["", "blurred", "unlike", "blurred", "blurred"]
    assert reasons(limits, evidence, 5).tolist() == expected
    assert reasons([], {}, 2).tolist() == ["", ""]


@pytest.mark.parametrize("crops", [CROPS[:, :64], CROPS[0], CROPS.astype(np.float32)])
def test_crops_of_another_kind_are_refused(scorer, crops):
    with pytest.raises(ValueError, match="crops must be"):
        scorer.score(crops)


def test_evidence_of_a_later_release_is_refused_by_name(bundle):
    spec = EvidenceSpec("telepathy", "above", 0.0, 1.0)
    with pytest.raises(BundleError, match="evidence telepathy is not known"):
        Scorer(dataclasses.replace(bundle, evidence=(spec,)))
    limit = LimitSpec("telepathy", "sent no thought")
    with pytest.raises(BundleError, match="evidence telepathy is not known"):
        Scorer(dataclasses.replace(bundle, limits=(limit,)))


def test_a_file_that_is_no_network_is_refused(bundle):
    files = {**bundle.files, "autoencoder.onnx": b"not a network"}
    with pytest.raises(BundleError, match="cannot be loaded"):
        Scorer(dataclasses.replace(bundle, files=files))

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

"""Perturbations do what their names say, in pixels of a 128 px crop."""

import cv2
import numpy as np
import pytest

from training.baselines import CUES, trivial_cues
from training.perturbations import PERTURBATIONS


@pytest.fixture(scope="module")
def crop() -> np.ndarray:
    coarse = np.random.default_rng(0).integers(60, 180, (16, 16, 3)).astype(np.uint8)
    return cv2.resize(coarse, (128, 128), interpolation=cv2.INTER_CUBIC)


def perturbed(name: str, crop: np.ndarray) -> np.ndarray:
    return PERTURBATIONS[name](crop, np.random.default_rng(0))


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_each_changes_the_picture_and_keeps_its_form(name, crop):
    before = crop.copy()
    after = perturbed(name, crop)
    assert after.shape == crop.shape
    assert after.dtype == np.uint8
    assert (after != crop).any()
    np.testing.assert_array_equal(crop, before)


def test_strengths_are_in_order(crop):
    def change(name: str) -> float:
        return float(np.abs(perturbed(name, crop).astype(float) - crop).mean())

    assert change("jpeg_90") < change("jpeg_70") < change("jpeg_50") < change("jpeg_30")
    assert change("blur_1") < change("blur_2")
    assert change("resize_96") < change("resize_64")


def test_random_codecs_differ_and_repeat(crop):
    apply = PERTURBATIONS["random_codec"]
    one, again, other = (apply(crop, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_brightness_and_noise_have_their_size(crop):
    ratio = perturbed("brightness_minus_20", crop).mean() / crop.mean()
    assert ratio == pytest.approx(0.8, abs=0.01)
    noise = perturbed("noise_5", crop).astype(float) - crop
    assert noise.std() == pytest.approx(5.0, rel=0.03)


def test_shift_moves_by_six_pixels():
    crop = np.zeros((128, 128, 3), np.uint8)
    crop[60:68, 60:68] = 255
    rows, columns = np.nonzero(perturbed("shift_6", crop)[..., 0] > 127)
    distance = np.hypot(rows.mean() - 63.5, columns.mean() - 63.5)
    assert distance == pytest.approx(6.0, abs=0.5)


def test_lengths_grow_with_the_crop():
    crop = np.zeros((256, 256, 3), np.uint8)
    crop[120:136, 120:136] = 255
    rows, columns = np.nonzero(perturbed("shift_6", crop)[..., 0] > 127)
    assert np.hypot(rows.mean() - 127.5, columns.mean() - 127.5) == pytest.approx(12.0, abs=0.5)


def test_trivial_cues_follow_what_they_name(crop):
    cues = trivial_cues(crop, 50)
    assert tuple(cues) == CUES
    brighter = trivial_cues(cv2.convertScaleAbs(crop, beta=30), 50)
    assert brighter["brightness"] == pytest.approx(cues["brightness"] + 30, abs=2)
    smoother = trivial_cues(cv2.GaussianBlur(crop, (0, 0), 3), 50)
    for name in ("file_size", "gradient_energy", "high_frequency_energy"):
        assert smoother[name] < cues[name]

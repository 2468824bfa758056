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

"""The density is the sum it says, in thousands of dimensions too."""

import io

import numpy as np
import pytest

from fakeface_ros.scoring.density import GaussianKDE


def plain_log_density(queries: np.ndarray, codes: np.ndarray, bandwidth: float) -> np.ndarray:
    """Equations 3.2 and 3.3 as they stand, in float64."""
    distances_sq = np.square(queries[:, None].astype(np.float64) - codes[None]).sum(axis=2)
    terms = -distances_sq / (2 * bandwidth**2)
    top = terms.max(axis=1)
    norm = codes.shape[1] * np.log(bandwidth * np.sqrt(2 * np.pi)) + np.log(len(codes))
    return top + np.log(np.exp(terms - top[:, None]).sum(axis=1)) - norm


@pytest.fixture(scope="module")
def codes() -> np.ndarray:
    """Correlated codes far from the origin, as a ReLU layer gives."""
    random = np.random.default_rng(0)
    mixing = random.normal(size=(12, 512))
    noise = 0.05 * random.normal(size=(400, 512))
    return (random.normal(size=(400, 12)) @ mixing + noise + 3).astype(np.float32)


@pytest.mark.parametrize("bandwidth", [0.2, 1.0, 20.0])
def test_exact_sum(codes, bandwidth):
    density = GaussianKDE.fit(codes[:300], bandwidth)
    expected = plain_log_density(codes[300:], codes[:300], bandwidth)
    np.testing.assert_allclose(density.log_density(codes[300:]), expected, rtol=1e-5, atol=2e-2)


def test_it_integrates_to_one_in_one_dimension():
    density = GaussianKDE.fit(np.array([[-1.0], [0.5], [2.0]]), 0.4)
    grid = np.linspace(-8, 8, 4001)[:, None]
    assert np.exp(density.log_density(grid)).sum() * (grid[1, 0] - grid[0, 0]) == pytest.approx(1)


def test_the_subspace_ranks_as_the_exact_sum(codes):
    exact = GaussianKDE.fit(codes[:300], 1.0).log_density(codes[300:])
    small = GaussianKDE.fit(codes[:300], 1.0, components=16).log_density(codes[300:])
    ranks = [np.argsort(np.argsort(values)) for values in (exact, small)]
    assert np.corrcoef(*ranks)[0, 1] > 0.99


def test_what_was_saved_is_what_is_loaded(codes):
    density = GaussianKDE.fit(codes[:300], 1.0, components=16)
    file = io.BytesIO()
    density.save(file)
    file.seek(0)
    loaded = GaussianKDE.load(file)
    before, after = density.log_density(codes[300:]), loaded.log_density(codes[300:])
    # Arrays are kept in half precision: values move by a fraction of their spread.
    assert np.abs(before - after).max() < 0.02 * before.std()
    assert (loaded.size, loaded.dimension, loaded.bandwidth) == (300, 512, 1.0)


def test_many_queries_at_once_equal_one_by_one(codes, monkeypatch):
    density = GaussianKDE.fit(codes[:300], 1.0)
    one_by_one = [density.log_density(codes[i : i + 1])[0] for i in range(300, 400)]
    monkeypatch.setattr("fakeface_ros.scoring.density._CHUNK_VALUES", 2000)
    np.testing.assert_allclose(density.log_density(codes[300:]), one_by_one, rtol=1e-5)


def test_a_code_of_another_size_is_refused(codes):
    with pytest.raises(ValueError, match="512 values each, got 100"):
        GaussianKDE.fit(codes, 1.0).log_density(np.zeros((2, 100)))


@pytest.mark.parametrize("bandwidth", [0.0, -1.0, np.nan])
def test_a_bandwidth_that_is_not_positive_is_refused(codes, bandwidth):
    with pytest.raises(ValueError, match="bandwidth must be a positive number"):
        GaussianKDE.fit(codes, bandwidth)


def test_a_file_with_pickles_or_gaps_is_refused():
    for arrays in ({"mean": np.zeros(3)}, {"projections": np.array([{}], dtype=object)}):
        file = io.BytesIO()
        np.savez(file, **arrays)
        file.seek(0)
        with pytest.raises(ValueError, match=r"lacks|pickle"):
            GaussianKDE.load(file)

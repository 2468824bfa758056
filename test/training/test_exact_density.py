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

"""In 4,096 dimensions scikit-learn's default tree is wrong; the density used here is exact."""

import numpy as np
import pytest
from sklearn.neighbors import KernelDensity

from fakeface_ros.scoring.density import GaussianKDE

BANDWIDTH = 0.2


@pytest.fixture(scope="module")
def codes() -> tuple[np.ndarray, np.ndarray]:
    """300 codes and 5 queries as a ReLU network gives them: 4,096 values, half of them zero."""
    generator = np.random.default_rng(0)
    return tuple(np.maximum(generator.normal(0.0, 0.3, (n, 4096)), 0.0) for n in (300, 5))


@pytest.fixture(scope="module")
def exact(codes) -> np.ndarray:
    """The definition in float64, equation 3.2 of the thesis with the Gaussian's norm."""
    centres, queries = codes
    exponents = np.square(queries[:, None] - centres).sum(axis=2) / (-2 * BANDWIDTH**2)
    norm = np.log(len(centres)) + 4096 * np.log(BANDWIDTH * np.sqrt(2 * np.pi))
    return np.logaddexp.reduce(exponents, axis=1) - norm


def test_ours_is_exact(codes, exact):
    density = GaussianKDE.fit(codes[0], BANDWIDTH).log_density(codes[1])
    np.testing.assert_allclose(density, exact, atol=1e-3)


def test_scikit_learns_default_tree_is_not(codes, exact):
    tree = KernelDensity(bandwidth=BANDWIDTH).fit(codes[0]).score_samples(codes[1])
    assert np.abs(tree - exact).max() > 10


def test_scikit_learn_without_a_tree_is_exact(codes, exact):
    flat = KernelDensity(bandwidth=BANDWIDTH, leaf_size=len(codes[0])).fit(codes[0])
    np.testing.assert_allclose(flat.score_samples(codes[1]), exact, atol=1e-6)

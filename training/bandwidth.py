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

"""The bandwidth of a Gaussian kernel density, by likelihood cross-validation."""

from __future__ import annotations

import numpy as np

MOST_CODES = 4000
"""Codes compared pairwise at most; the matrix of squared distances is then 128 MB in float64."""


def squared_distances(codes: np.ndarray) -> np.ndarray:
    """Squared distance of every pair of codes (n, D): (n, n) float64, diagonal infinite."""
    centred = np.asarray(codes, np.float64) - np.mean(codes, axis=0, dtype=np.float64)
    norms = np.einsum("ij,ij->i", centred, centred)
    distances = norms[:, None] + norms - 2.0 * (centred @ centred.T)
    np.maximum(distances, 0.0, out=distances)
    np.fill_diagonal(distances, np.inf)
    return distances


def leave_one_out_log_likelihood(
    distances_sq: np.ndarray, bandwidth: float, dimension: int
) -> float:
    """Mean log density of each code under the kernel density of all others."""
    exponents = distances_sq / (-2.0 * bandwidth**2)
    largest = exponents.max(axis=1, keepdims=True)
    sums = largest[:, 0] + np.log(np.exp(exponents - largest).sum(axis=1))
    norm = np.log(len(distances_sq) - 1) + dimension * np.log(bandwidth * np.sqrt(2.0 * np.pi))
    return float(sums.mean() - norm)


def choose_bandwidth(codes: np.ndarray, seed: int = 0, steps: int = 40) -> float:
    """The bandwidth of the highest leave-one-out likelihood.

    Duin, "On the choice of smoothing parameters for Parzen estimators of probability density
    functions", IEEE Transactions on Computers 1976.

    Args:
        codes: (n, D), n >= 3; of more than MOST_CODES a random part is compared.
        seed: of that random part.
        steps: of the golden-section search over log h.

    Returns:
        h > 0, in units of the codes.

    Raises:
        ValueError: fewer than three codes, or codes that are all equal.
    """
    codes = np.asarray(codes).reshape(len(codes), -1)
    if len(codes) < 3:
        raise ValueError(f"codes: {len(codes)} are too few to choose a bandwidth; at least 3")
    if len(codes) > MOST_CODES:
        codes = codes[np.random.default_rng(seed).choice(len(codes), MOST_CODES, replace=False)]
    distances_sq, dimension = squared_distances(codes), codes.shape[1]
    # One kernel explains its nearest neighbour best at h^2 = d^2 / D; the optimum lies near these.
    nearest = distances_sq.min(axis=1)
    typical = np.sqrt(np.median(nearest) / dimension)
    if not typical > 0:
        raise ValueError("codes: most of them are equal; no bandwidth describes them")
    low, high = np.log(typical) - 4.0, np.log(typical) + 4.0
    golden = (np.sqrt(5.0) - 1.0) / 2.0
    inner = [high - golden * (high - low), low + golden * (high - low)]
    values = [
        leave_one_out_log_likelihood(distances_sq, float(np.exp(at)), dimension) for at in inner
    ]
    for _ in range(steps):
        if values[0] > values[1]:
            high, inner[1], values[1] = inner[1], inner[0], values[0]
            inner[0] = high - golden * (high - low)
            values[0] = leave_one_out_log_likelihood(
                distances_sq, float(np.exp(inner[0])), dimension
            )
        else:
            low, inner[0], values[0] = inner[0], inner[1], values[1]
            inner[1] = low + golden * (high - low)
            values[1] = leave_one_out_log_likelihood(
                distances_sq, float(np.exp(inner[1])), dimension
            )
        if high - low < 1e-3:
            break
    return float(np.exp((low + high) / 2.0))

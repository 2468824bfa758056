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

"""Gaussian kernel density of latent codes, exact or in a principal subspace, in numpy alone."""

from __future__ import annotations

import math
from typing import IO, Any

import numpy as np

_CHUNK_VALUES = 4_000_000
"""Distances held at once (16 MB in float32), so that many queries do not need a huge matrix."""

_NEGLIGIBLE = -50.0
"""e to this power, of a million codes, is less than float64 resolves beside 1; most codes are
farther away than that, and their powers, which underflow, would take longest."""


class GaussianKDE:
    """p(x) = 1/n sum_i N(x; x_i, h^2 I), equations 3.2 and 3.3 of the thesis with their norm.

    In a subspace the squared distance |x - x_i|^2 is approximated by the squared distance of the
    projections plus the squared norms of both residuals, which drops only the inner product of
    the residuals (zero on average). That keeps k instead of D numbers for each code.

    Attributes:
        bandwidth: h > 0, in units of the codes.
        size: n, the number of codes.
        dimension: D, of the codes.
    """

    def __init__(
        self,
        projections: np.ndarray,
        bandwidth: float,
        mean: np.ndarray,
        basis: np.ndarray | None = None,
        residuals_sq: np.ndarray | None = None,
    ):
        """Use `fit` or `load`; this takes what they prepared.

        Args:
            projections: (n, k) codes minus mean, in the basis; (n, D) where basis is None.
            bandwidth: h > 0.
            mean: (D,), subtracted from codes (it keeps float32 distances accurate).
            basis: (k, D) orthonormal rows, or None for the exact sum.
            residuals_sq: (n,) squared norm of what the basis leaves out; None with no basis.

        Raises:
            ValueError: bandwidth is not positive, or shapes do not fit.
        """
        if not (np.isfinite(bandwidth) and bandwidth > 0):
            raise ValueError(f"bandwidth must be a positive number, got {bandwidth}")
        width = mean.shape[0] if basis is None else basis.shape[0]
        if projections.ndim != 2 or projections.shape[1] != width or len(projections) == 0:
            raise ValueError(f"projections must be (n >= 1, {width}), got {projections.shape}")
        if basis is not None and basis.shape[1] != mean.shape[0]:
            raise ValueError(f"basis {basis.shape} and mean {mean.shape} do not fit")
        if (basis is None) != (residuals_sq is None) or (
            residuals_sq is not None and residuals_sq.shape != (len(projections),)
        ):
            raise ValueError("residuals_sq must be (n,) with a basis and None without")
        self.bandwidth = float(bandwidth)
        self.size, self.dimension = len(projections), mean.shape[0]
        self._mean = mean.astype(np.float32)
        self._basis = None if basis is None else basis.astype(np.float32)
        self._projections = projections.astype(np.float32)
        norms = np.einsum("ij,ij->i", self._projections, self._projections, dtype=np.float64)
        self._residuals_sq = np.zeros(self.size) if residuals_sq is None else residuals_sq
        self._half = 0.5 / self.bandwidth**2  # of a squared distance, to its exponent
        self._offsets = self._half * (norms + self._residuals_sq)

    @classmethod
    def fit(
        cls, codes: np.ndarray, bandwidth: float, components: int | None = None
    ) -> GaussianKDE:
        """Density of codes (n, D); with components, in that many principal axes."""
        codes = np.asarray(codes, np.float32).reshape(len(codes), -1)
        mean = codes.mean(axis=0, dtype=np.float64).astype(np.float32)
        centred = codes - mean
        if components is None:
            return cls(centred, bandwidth, mean)
        if not 1 <= components <= min(codes.shape):
            raise ValueError(f"components must be 1 to {min(codes.shape)}, got {components}")
        basis = np.linalg.svd(centred, full_matrices=False)[2][:components]
        projections = centred @ basis.T
        residuals_sq = np.square(centred - projections @ basis).sum(axis=1, dtype=np.float64)
        return cls(projections, bandwidth, mean, basis, residuals_sq)

    def log_density(self, codes: np.ndarray) -> np.ndarray:
        """Natural logarithm of the density.

        Args:
            codes: (N, D) or (N, ...) with D values each, float.

        Returns:
            (N,) float64.

        Raises:
            ValueError: codes do not have D values each.
        """
        codes = np.asarray(codes, np.float32)
        codes = codes.reshape(len(codes), math.prod(codes.shape[1:]))
        if codes.shape[1] != self.dimension:
            raise ValueError(f"codes must have {self.dimension} values each, got {codes.shape[1]}")
        step = max(1, _CHUNK_VALUES // self.size)
        parts = [self._log_sum(codes[i : i + step]) for i in range(0, len(codes), step)]
        norm = np.log(self.size) + self.dimension * np.log(self.bandwidth * np.sqrt(2 * np.pi))
        return np.concatenate(parts) - norm if parts else np.zeros(0)

    def _log_sum(self, codes: np.ndarray) -> np.ndarray:
        points = codes - self._mean
        total_sq = np.einsum("ij,ij->i", points, points, dtype=np.float64)
        if self._basis is not None:
            points = points @ self._basis.T
        # |a|^2 of a full code is its projection's plus its residual's, so it serves both cases. In
        # place: with many codes the passes over memory take longer than the product.
        products = _inner_products(points, self._projections)
        exponents = np.multiply(products, 2 * self._half, dtype=np.float64, order="C")
        exponents -= self._offsets
        own = self._half * total_sq[:, None]
        largest = exponents.max(axis=1, keepdims=True)
        if (largest > own).any():  # a training code, but for rounding
            np.minimum(exponents, own, out=exponents)
            np.minimum(largest, own, out=largest)
        exponents -= largest
        sums = [np.exp(row[row > _NEGLIGIBLE]).sum() for row in exponents]
        return (largest - own)[:, 0] + np.log(sums)

    def save(self, file: str | IO[bytes]) -> None:
        """Write an .npz (arrays in float16 where that is enough, no pickle)."""
        arrays: dict[str, Any] = {
            "projections": self._projections.astype(np.float16),
            "mean": self._mean,
            "bandwidth": np.float64(self.bandwidth),
            "residuals_sq": self._residuals_sq,
        }
        if self._basis is not None:
            arrays["basis"] = self._basis.astype(np.float16)
        np.savez_compressed(file, **arrays)

    @classmethod
    def load(cls, file: str | IO[bytes]) -> GaussianKDE:
        """Read what `save` wrote.

        Raises:
            ValueError: the file lacks an array or holds arrays that do not fit.
        """
        with np.load(file, allow_pickle=False) as arrays:
            missing = {"projections", "mean", "bandwidth", "residuals_sq"} - set(arrays.files)
            if missing:
                raise ValueError(f"density file lacks {', '.join(sorted(missing))}")
            basis = arrays["basis"] if "basis" in arrays.files else None
            return cls(
                arrays["projections"],
                float(arrays["bandwidth"]),
                arrays["mean"],
                basis,
                None if basis is None else arrays["residuals_sq"],
            )


def _inner_products(points: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Of few points (N, k) with many short rows (n, k): (N, n).

    For one point BLAS takes longer than NumPy; for some, four times as long as rows first.
    """
    if len(points) == 1:
        return np.einsum("ij,j->i", rows, points[0])[None]
    return (rows @ points.T).T

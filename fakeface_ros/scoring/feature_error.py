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

"""How badly a linear autoencoder of real faces explains a face's features.

The thesis's idea, in another space: not pixels, but what a network trained on photographs sees of
the face. There, as in pixels, generated faces are explained *better* than photographs: they are
more typical (training/RESULTS.md).
"""

from __future__ import annotations

import math
from typing import IO

import numpy as np


class LinearAutoencoder:
    """Principal axes of standardised features; the best linear encoder and decoder there is.

    Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
    """

    def __init__(self, mean: np.ndarray, scale: np.ndarray, axes: np.ndarray):
        """Take what `fit` found.

        Args:
            mean: (D,), of the features.
            scale: (D,), positive; features are divided by it.
            axes: (K, D), orthonormal, of the standardised features.

        Raises:
            ValueError: shapes do not fit, or a scale is not positive.
        """
        self.mean, self.scale, self.axes = (
            np.asarray(array, np.float32) for array in (mean, scale, axes)
        )
        if self.mean.ndim != 1 or self.scale.shape != self.mean.shape:
            raise ValueError(
                f"mean and scale must be (D,) both, got {self.mean.shape} and {self.scale.shape}"
            )
        if self.axes.ndim != 2 or self.axes.shape[1:] != self.mean.shape:
            raise ValueError(f"axes must be (K, {len(self.mean)}) as mean, got {self.axes.shape}")
        if not (self.scale > 0).all():
            raise ValueError("scale must be positive")

    @classmethod
    def fit(cls, features: np.ndarray, components: int) -> LinearAutoencoder:
        """Fit on features of real faces.

        Args:
            features: (n, h, w, C) float; every channel is scaled by its own spread.
            components: K, number of axes, at most n and h w C.
        """
        spread = features.std(axis=(0, 1, 2), dtype=np.float64) + 1e-6
        scale = np.broadcast_to(spread, features.shape[1:]).ravel()
        flat = features.reshape(len(features), -1).astype(np.float64)
        mean = flat.mean(axis=0)
        standardised = (flat - mean) / scale
        covariance = standardised.T @ standardised
        if not 1 <= components <= min(standardised.shape):
            raise ValueError(
                f"components must be 1 to {min(standardised.shape)}, got {components}"
            )
        axes = np.linalg.eigh(covariance)[1][:, ::-1][:, :components].T
        return cls(mean, scale, axes)

    def error(self, features: np.ndarray) -> np.ndarray:
        """Mean squared error per standardised value.

        Args:
            features: (N, ...) float with D values each.

        Returns:
            (N,) float64, about 1 for a face unlike any, 0 for one explained perfectly.

        Raises:
            ValueError: features do not have D values each.
        """
        flat = features.reshape(len(features), math.prod(features.shape[1:]))
        if flat.shape[1:] != self.mean.shape:
            raise ValueError(
                f"features must have {len(self.mean)} values each, got {flat.shape[1]}"
            )
        standardised = (flat - self.mean) / self.scale
        residual = standardised - (standardised @ self.axes.T) @ self.axes
        return np.square(residual).mean(axis=1, dtype=np.float64)

    def save(self, file: str | IO[bytes]) -> None:
        """Write an .npz without pickle; axes in float16 change errors by less than 1e-3."""
        np.savez_compressed(
            file, mean=self.mean, scale=self.scale, axes=self.axes.astype(np.float16)
        )

    @classmethod
    def load(cls, file: str | IO[bytes]) -> LinearAutoencoder:
        """Read what `save` wrote; ValueError where an array is missing or does not fit."""
        with np.load(file, allow_pickle=False) as arrays:
            missing = {"mean", "scale", "axes"} - set(arrays.files)
            if missing:
                raise ValueError(f"linear autoencoder lacks {', '.join(sorted(missing))}")
            return cls(arrays["mean"], arrays["scale"], arrays["axes"])

# SPDX-License-Identifier: Apache-2.0
"""Kinds of evidence: each turns what is known of a crop into one number.

To add a kind, write a class like those below and name it in EVIDENCE.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from fakeface_ros.scoring.autoencoder import reconstruction_error
from fakeface_ros.scoring.bundle import Bundle
from fakeface_ros.scoring.density import GaussianKDE


@dataclass(frozen=True)
class Observation:
    """What the networks make of N crops.

    Attributes:
        crops: (N, S, S, 3) float32 RGB in [0, 1].
        codes: (N, D) float32.
        reconstructions: (N, S, S, 3) float32 in [0, 1].
    """

    crops: np.ndarray
    codes: np.ndarray
    reconstructions: np.ndarray


class Evidence(Protocol):
    """One kind of evidence, made from a bundle's files."""

    def __init__(self, bundle: Bundle) -> None: ...

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, in the kind's own unit."""
        ...


class ReconstructionError:
    """Mean squared error per value: how badly the autoencoder explains the crop."""

    def __init__(self, bundle: Bundle) -> None:
        pass

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, for crops in [0, 1]."""
        return reconstruction_error(observation.crops, observation.reconstructions)


class LogDensity:
    """Log density of the latent code among the training codes (density.npz)."""

    def __init__(self, bundle: Bundle) -> None:
        self._density = GaussianKDE.load(io.BytesIO(bundle.file("density.npz")))

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, in nats."""
        return self._density.log_density(observation.codes)


EVIDENCE: dict[str, type[Evidence]] = {
    "reconstruction_error": ReconstructionError,
    "log_density": LogDensity,
}

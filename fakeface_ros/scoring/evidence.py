# SPDX-License-Identifier: Apache-2.0
"""Kinds of evidence: each turns what is known of a crop into one number.

To add a kind, write a class like those below and name it in EVIDENCE.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cached_property
from typing import ClassVar, Protocol

import numpy as np
import onnxruntime as ort

from fakeface_ros.scoring.autoencoder import reconstruction_error
from fakeface_ros.scoring.bundle import Bundle
from fakeface_ros.scoring.density import GaussianKDE

AUTOENCODER = "autoencoder.onnx"

OpenNetwork = Callable[[str], ort.InferenceSession]
"""Makes the session of a network that the bundle names."""


class Observation:
    """N crops, and what the autoencoder makes of them once some kind of evidence asks.

    Attributes:
        crops: (N, S, S, 3) float32 RGB in [0, 1].
    """

    def __init__(
        self,
        crops: np.ndarray,
        reconstruct: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
    ):
        """Take crops, and a function as Autoencoder.reconstruct."""
        self.crops = crops
        self._reconstruct = reconstruct

    @cached_property
    def _pass(self) -> tuple[np.ndarray, np.ndarray]:
        return self._reconstruct(self.crops)

    @property
    def codes(self) -> np.ndarray:
        """(N, D) float32."""
        return self._pass[0]

    @property
    def reconstructions(self) -> np.ndarray:
        """(N, S, S, 3) float32 in [0, 1]."""
        return self._pass[1]


class Evidence(Protocol):
    """One kind of evidence, made from a bundle's files.

    Attributes:
        needs: names of those files; AUTOENCODER where it uses codes or reconstructions.
    """

    needs: ClassVar[tuple[str, ...]]

    def __init__(self, bundle: Bundle, open_network: OpenNetwork) -> None: ...

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, in the kind's own unit."""
        ...


class ReconstructionError:
    """Mean squared error per value: how badly the autoencoder explains the crop."""

    needs: ClassVar[tuple[str, ...]] = (AUTOENCODER,)

    def __init__(self, bundle: Bundle, open_network: OpenNetwork) -> None:
        pass

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, for crops in [0, 1]."""
        return reconstruction_error(observation.crops, observation.reconstructions)


class LogDensity:
    """Log density of the latent code among the training codes (density.npz)."""

    needs: ClassVar[tuple[str, ...]] = (AUTOENCODER, "density.npz")

    def __init__(self, bundle: Bundle, open_network: OpenNetwork) -> None:
        self._density = GaussianKDE.load(io.BytesIO(bundle.file("density.npz")))

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, in nats."""
        return self._density.log_density(observation.codes)


class ForgeryLogit:
    """The forgery network's logit (forgery.onnx): a classifier of real and generated faces."""

    needs: ClassVar[tuple[str, ...]] = ("forgery.onnx",)

    def __init__(self, bundle: Bundle, open_network: OpenNetwork) -> None:
        self._session = open_network("forgery.onnx")

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, high for generated faces."""
        if not len(observation.crops):
            return np.zeros(0)
        logits = self._session.run(["logit"], {"crops": observation.crops})[0]
        return logits.reshape(-1).astype(np.float64)


EVIDENCE: dict[str, type[Evidence]] = {
    "reconstruction_error": ReconstructionError,
    "log_density": LogDensity,
    "forgery_logit": ForgeryLogit,
}

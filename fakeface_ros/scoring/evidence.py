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

"""Kinds of evidence: each turns what is known of a crop into one number.

To add a kind, write a class like those below and name it in EVIDENCE.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cached_property
from typing import ClassVar, Protocol

import cv2
import numpy as np

from fakeface_ros.scoring.autoencoder import reconstruction_error
from fakeface_ros.scoring.bundle import Bundle, BundleError
from fakeface_ros.scoring.density import GaussianKDE
from fakeface_ros.scoring.feature_error import LinearAutoencoder
from fakeface_ros.scoring.networks import Networks

AUTOENCODER = "autoencoder.onnx"


class Observation:
    """N crops, and what networks make of them once some kind of evidence asks.

    Attributes:
        crops: (N, S, S, 3) float32 RGB in [0, 1].
    """

    def __init__(
        self,
        crops: np.ndarray,
        reconstruct: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]],
        networks: Networks | None = None,
    ):
        """Take crops, a function as Autoencoder.reconstruct, and the bundle's other networks."""
        self.crops = crops
        self._reconstruct = reconstruct
        self._networks = networks

    @cached_property
    def outputs(self) -> dict[str, np.ndarray]:
        """Of the bundle's networks, as `Networks.run`; they run once, whoever asks."""
        assert self._networks is not None, "a kind of evidence asks for what it does not need"
        return self._networks.run(self.crops)

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

    def __init__(self, bundle: Bundle, networks: Networks) -> None: ...

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, in the kind's own unit."""
        ...


class ReconstructionError:
    """Mean squared error per value: how badly the autoencoder explains the crop."""

    needs: ClassVar[tuple[str, ...]] = (AUTOENCODER,)

    def __init__(self, bundle: Bundle, networks: Networks) -> None:
        pass

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, for crops in [0, 1]."""
        return reconstruction_error(observation.crops, observation.reconstructions)


class LogDensity:
    """Log density of the latent code among the training codes (density.npz)."""

    needs: ClassVar[tuple[str, ...]] = (AUTOENCODER, "density.npz")

    def __init__(self, bundle: Bundle, networks: Networks) -> None:
        self._density = GaussianKDE.load(io.BytesIO(bundle.file("density.npz")))

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, in nats."""
        return self._density.log_density(observation.codes)


def _check_output(output: str, bundle: Bundle, networks: Networks) -> None:
    """Raise BundleError where no network gives an output that evidence is made from."""
    if output not in networks.outputs:
        given = ", ".join(sorted(networks.outputs)) or "nothing"
        raise BundleError(
            f"bundle {bundle.name}: its networks give {given}, but '{output}' is needed"
        )


class ForgeryLogit:
    """The output "logit" of the networks: a classifier of real and generated faces."""

    needs: ClassVar[tuple[str, ...]] = ()

    def __init__(self, bundle: Bundle, networks: Networks) -> None:
        _check_output("logit", bundle, networks)

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, high for generated faces."""
        if not len(observation.crops):
            return np.zeros(0)
        return observation.outputs["logit"].reshape(-1).astype(np.float64)


class FeatureError:
    """How badly a linear autoencoder of real faces explains a face's features.

    The features are the output "features" of a network, which photographs taught;
    features.npz holds the autoencoder.
    """

    needs: ClassVar[tuple[str, ...]] = ("features.npz",)

    def __init__(self, bundle: Bundle, networks: Networks) -> None:
        _check_output("features", bundle, networks)
        self._autoencoder = LinearAutoencoder.load(io.BytesIO(bundle.file("features.npz")))

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, natural logarithm of the mean squared error; low for generated faces."""
        if not len(observation.crops):
            return np.zeros(0)
        features = observation.outputs["features"]
        return np.log(self._autoencoder.error(features) + 1e-9)


class Sharpness:
    """How much detail the middle of the crop shows: a face far out of focus cannot be judged."""

    needs: ClassVar[tuple[str, ...]] = ()

    def __init__(self, bundle: Bundle, networks: Networks) -> None:
        pass

    def __call__(self, observation: Observation) -> np.ndarray:
        """(N,) float64, as `sharpness`."""
        return sharpness(observation.crops)


def sharpness(crops: np.ndarray) -> np.ndarray:
    """Detail between blurs of 1/128 and 2/128 of the crop's side.

    Args:
        crops: (N, S, S, 3) float32 RGB in [0, 1].

    Returns:
        (N,) float64, natural logarithm of its variance from brow to chin.
    """
    side = crops.shape[1]
    middle = crops[:, side // 4 : side * 13 // 16, side // 4 : side * 3 // 4]
    values = np.empty(len(crops))
    for number, crop in enumerate(middle):
        grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
        fine, coarse = (cv2.GaussianBlur(grey, (0, 0), blur * side / 128) for blur in (1, 2))
        values[number] = np.log((fine - coarse).var() + 1e-9)
    return values


EVIDENCE: dict[str, type[Evidence]] = {
    "reconstruction_error": ReconstructionError,
    "log_density": LogDensity,
    "forgery_logit": ForgeryLogit,
    "feature_error": FeatureError,
    "sharpness": Sharpness,
}

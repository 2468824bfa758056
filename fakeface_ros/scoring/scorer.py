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

"""Crops in, evidence and calibrated scores out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fakeface_ros.inference import CPU
from fakeface_ros.scoring.autoencoder import Autoencoder
from fakeface_ros.scoring.bundle import Bundle, BundleError, EvidenceSpec, LimitSpec
from fakeface_ros.scoring.calibration import conformal_border, conformal_p
from fakeface_ros.scoring.codec import canonical_crops
from fakeface_ros.scoring.evidence import AUTOENCODER, EVIDENCE, Observation
from fakeface_ros.scoring.networks import Networks


@dataclass(frozen=True)
class Scores:
    """Scores of N crops.

    Attributes:
        evidence: by kind, (N,) float64 in the kind's own unit.
        strangeness: (N,) float64, high is fake, 0 at the bundle's thresholds.
        reasons: (N,) str, why a crop cannot be judged, or "".
    """

    evidence: dict[str, np.ndarray]
    strangeness: np.ndarray
    reasons: np.ndarray


class Scorer:
    """A bundle put to work."""

    def __init__(self, bundle: Bundle, threads: int = 0, providers: Sequence[str] = CPU):
        """Load the networks and arrays of a bundle.

        Raises:
            BundleError: a file it needs is missing or is not what it should be, or it names
                evidence that this release does not know.
        """
        self.bundle = bundle
        counted = [item.name for item in bundle.evidence]
        kinds = dict.fromkeys([*counted, *(limit.name for limit in bundle.limits)])
        unknown = [name for name in kinds if name not in EVIDENCE]
        if unknown:
            raise BundleError(
                f"bundle {bundle.name}: evidence {', '.join(unknown)} is not known to "
                f"this release, which knows {', '.join(EVIDENCE)}"
            )
        needed = {name for kind in kinds for name in EVIDENCE[kind].needs}
        for name in sorted(needed):
            bundle.file(name)  # names the first that is missing
        try:
            self.autoencoder = (
                Autoencoder(bundle.file(AUTOENCODER), threads, providers)
                if AUTOENCODER in needed
                else None
            )
            self._networks = Networks(bundle.files, threads, providers)
            self._evidence = {kind: EVIDENCE[kind](bundle, self._networks) for kind in kinds}
            self._calibration = _read_calibration(bundle)
        except BundleError:
            raise
        except Exception as error:  # ONNX Runtime and numpy have no common base for a bad file
            raise BundleError(f"bundle {bundle.directory} cannot be loaded: {error}") from error

    def score(self, crops: np.ndarray) -> Scores:
        """Score aligned crops.

        Args:
            crops: (N, S, S, 3) uint8 RGB, S = bundle.size_px.

        Raises:
            ValueError: crops have another shape or dtype.
        """
        size_px = self.bundle.size_px
        if crops.shape[1:] != (size_px, size_px, 3):
            raise ValueError(f"crops must be (N, {size_px}, {size_px}, 3), got {crops.shape}")
        pictures = canonical_crops(crops, self.bundle.jpeg_quality)
        observation = Observation(pictures, self._reconstruct, self._networks)
        evidence = {name: kind(observation) for name, kind in self._evidence.items()}
        strangeness = RULES[self.bundle.rule](
            [margin(item, evidence[item.name]) for item in self.bundle.evidence]
        )
        return Scores(evidence, strangeness, reasons(self.bundle.limits, evidence, len(crops)))

    def p_real(self, strangeness: np.ndarray) -> np.ndarray:
        """Conformal p-values, (N,) float64, of strangeness (N,)."""
        return conformal_p(strangeness, self._calibration)

    def border(self, alpha: float) -> float:
        """Strangeness above which p_real is at most alpha."""
        return conformal_border(self._calibration, alpha)

    def _reconstruct(self, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        assert self.autoencoder is not None, "a kind of evidence asks for what it does not need"
        return self.autoencoder.reconstruct(pictures)


def fake_score(strangeness: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-strangeness)), in (0, 1)."""
    # Beyond 50 it is 0 or 1 in float64 all the same; exp would only overflow.
    return 1.0 / (1.0 + np.exp(-np.clip(strangeness, -50.0, 50.0)))


def strangest(margins: list[np.ndarray]) -> np.ndarray:
    """The thesis's rule: one kind of evidence beyond its threshold makes a face fake."""
    return np.max(margins, axis=0)


def total(margins: list[np.ndarray]) -> np.ndarray:
    """All kinds of evidence weighed against each other; 1 / scale is a kind's weight."""
    return np.sum(margins, axis=0)


RULES = {"any": strangest, "sum": total}


def margin(item: EvidenceSpec, values: np.ndarray) -> np.ndarray:
    """How far values lie on the fake side of a threshold, in units of its scale; 0 at it."""
    sign = 1.0 if item.fake_when == "above" else -1.0
    return sign * (values - item.threshold) / item.scale


def reasons(
    limits: Sequence[LimitSpec], evidence: dict[str, np.ndarray], count: int
) -> np.ndarray:
    """The reason of the first limit that each crop is outside of, (count,) str, "" for none."""
    found = np.full(count, "", dtype=object)
    for limit in reversed(limits):
        values = evidence[limit.name]
        low = -np.inf if limit.low is None else limit.low
        high = np.inf if limit.high is None else limit.high
        found[~((values >= low) & (values <= high))] = limit.reason  # so that NaN is outside
    return found


def _read_calibration(bundle: Bundle) -> np.ndarray:
    with np.load(io.BytesIO(bundle.file("calibration.npz")), allow_pickle=False) as arrays:
        calibration = arrays["strangeness"].astype(np.float64)
    conformal_p(np.zeros(1), calibration)  # refuses a calibration that could not be used
    return calibration

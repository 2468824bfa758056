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

"""Where each kind of evidence begins to say fake.

From real faces alone, or observed on both classes.
The thesis joins both kinds by OR: a face is fake as soon as one is beyond its threshold.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from fakeface_ros.scoring.bundle import EvidenceSpec

Direction = Literal["above", "below"]
THESIS_DIRECTIONS: dict[str, Direction] = {"reconstruction_error": "above", "log_density": "below"}
"""The thesis: a fake is reconstructed worse and lies less densely."""


def thresholds_from_real(
    real: dict[str, np.ndarray], directions: dict[str, Direction], alpha: float
) -> list[EvidenceSpec]:
    """Equal tails of each kind, such that together they flag a share `alpha` of these real faces.

    Args:
        real: evidence of real faces, (n,) by kind.
        directions: by kind, on which side a face is fake.
        alpha: share of real faces to flag, in (0, 1).

    Raises:
        ValueError: no face, a value that is not finite, or alpha out of range.
    """
    _check(real, "real")
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha: {alpha} is not between 0 and 1")

    def at(tail: float) -> dict[str, float]:
        return {
            name: float(np.quantile(real[name], 1.0 - tail if side == "above" else tail))
            for name, side in directions.items()
        }

    # The share flagged grows with the tail; alpha / kinds flags at most alpha, alpha at least
    # alpha.
    low, high = alpha / len(directions), alpha
    for _ in range(50):
        middle = (low + high) / 2.0
        if flagged(real, directions, at(middle)).mean() > alpha:
            high = middle
        else:
            low = middle
    return _specs(real, directions, at(low))


def thresholds_observed(
    real: dict[str, np.ndarray],
    fake: dict[str, np.ndarray],
    directions: dict[str, Direction],
    steps: int = 60,
) -> list[EvidenceSpec]:
    """The thresholds of the highest balanced accuracy on real and fake faces, over a grid of each.

    Where no threshold does better than chance, the grid's ends flag nothing: that is reported as
    it is.

    Args:
        real, fake: evidence by kind, (n,) and (m,).
        directions: by kind, on which side a face is fake.
        steps: grid points of each kind, at quantiles of both classes together.
    """
    _check(real, "real")
    _check(fake, "fake")
    names = list(directions)
    grids = [
        np.quantile(np.concatenate([real[name], fake[name]]), np.linspace(0.0, 1.0, steps))
        for name in names
    ]
    best: tuple[float, dict[str, float]] = (-1.0, {})
    for picked in np.stack(np.meshgrid(*grids, indexing="ij"), axis=-1).reshape(-1, len(names)):
        trial = dict(zip(names, picked.tolist(), strict=True))
        balanced = (
            flagged(fake, directions, trial).mean() + 1.0 - flagged(real, directions, trial).mean()
        ) / 2.0
        if balanced > best[0]:
            best = (balanced, trial)
    return _specs(real, directions, best[1])


def flagged(
    evidence: dict[str, np.ndarray], directions: dict[str, Direction], thresholds: dict[str, float]
) -> np.ndarray:
    """Faces that any kind of evidence puts beyond its threshold, (n,) bool."""
    beyond = [
        evidence[name] > thresholds[name] if side == "above" else evidence[name] < thresholds[name]
        for name, side in directions.items()
    ]
    return np.any(beyond, axis=0)


def _specs(
    real: dict[str, np.ndarray], directions: dict[str, Direction], thresholds: dict[str, float]
) -> list[EvidenceSpec]:
    """Scale: the standard deviation among real faces, so that both kinds count alike."""
    return [
        EvidenceSpec(name, side, float(thresholds[name]), float(max(np.std(real[name]), 1e-12)))
        for name, side in directions.items()
    ]


def _check(evidence: dict[str, np.ndarray], which: str) -> None:
    for name, values in evidence.items():
        if len(values) == 0 or not np.isfinite(values).all():
            raise ValueError(
                f"{which}: {name} of {len(values)} faces must be finite and not empty"
            )

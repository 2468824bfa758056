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

"""Cost and error of the density against the number of training codes and of principal axes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import cv2
import numpy as np
from stacks import THESIS_MODEL, codes_like_the_bundles
from tables import Table
from timing import interleaved_ms, rank_correlation, rounded, summarise

from fakeface_ros.scoring.autoencoder import Autoencoder
from fakeface_ros.scoring.bundle import load_bundle
from fakeface_ros.scoring.codec import canonical_crops
from fakeface_ros.scoring.density import GaussianKDE

CODES = (1_000, 3_000, 10_000, 25_000, 50_000)
COMPONENTS = (48, 64, 128, 256)
_FOR_AXES = 1_500
_HELD_OUT = 200
_PART = 5_000


def measure(root: Path, faces: int, rounds: int) -> Table:
    """One row for each number of codes and of axes.

    Args:
        root: of the repository.
        faces: real training faces whose codes are computed, where they are present.
        rounds: measurements of each time.
    """
    codes, held_out, bandwidth, source = _codes(root, faces)
    mean = codes.mean(axis=0, dtype=np.float64).astype(np.float32)
    basis = principal_axes(codes[:_FOR_AXES] - mean, max(COMPONENTS))
    table = Table("density: time and error against codes and principal axes")
    calls, densities = {}, {}
    exact: dict[int, np.ndarray] = {}
    for count in CODES:
        exact[count] = _exact(codes[:count], bandwidth, held_out)
        for components in COMPONENTS:
            name = f"{count} {components}"
            densities[name] = _in_subspace(codes[:count], bandwidth, mean, basis[:components])
            calls[name] = partial(densities[name].log_density, held_out[:1])
    times = interleaved_ms(calls, rounds)
    for count in CODES:
        for components in COMPONENTS:
            name = f"{count} {components}"
            approximate = densities[name].log_density(held_out)
            table.rows.append(
                {
                    "codes": count,
                    "axes": components,
                    **{f"{k} a face": v for k, v in summarise(times[name]).row().items()},
                    "MB": rounded(_size_mb(count, components, codes.shape[1])),
                    "rank correlation with the exact sum": rounded(
                        rank_correlation(approximate, exact[count]), 4
                    ),
                }
            )
    table.notes.append(f"Codes: {source}. Held out: {len(held_out)} faces, one at a time.")
    return table


def principal_axes(centred: np.ndarray, count: int) -> np.ndarray:
    """The strongest axes of (n, D) rows about zero, as (count, D) orthonormal rows; n < D."""
    values, vectors = np.linalg.eigh(centred @ centred.T)
    strongest = np.argsort(-values)[:count]
    axes = vectors[:, strongest].T @ centred
    return axes / np.linalg.norm(axes, axis=1, keepdims=True)


def _in_subspace(
    codes: np.ndarray, bandwidth: float, mean: np.ndarray, basis: np.ndarray
) -> GaussianKDE:
    projections = np.empty((len(codes), len(basis)), np.float32)
    residuals_sq = np.empty(len(codes))
    for start in range(0, len(codes), _PART):
        centred = codes[start : start + _PART] - mean
        part = projections[start : start + _PART]
        part[:] = centred @ basis.T
        residuals_sq[start : start + _PART] = (
            np.einsum("ij,ij->i", centred, centred) - np.einsum("ij,ij->i", part, part)
        ).clip(0)
    return GaussianKDE(projections, bandwidth, mean, basis, residuals_sq)


def _exact(codes: np.ndarray, bandwidth: float, points: np.ndarray) -> np.ndarray:
    """The exact sum, put together from parts so that memory stays small."""
    total = np.full(len(points), -np.inf)
    for start in range(0, len(codes), _PART):
        part = codes[start : start + _PART]
        share = np.log(len(part) / len(codes))
        total = np.logaddexp(total, GaussianKDE.fit(part, bandwidth).log_density(points) + share)
    return total


def _size_mb(codes: int, components: int, dimension: int) -> float:
    """Of the arrays in memory: projections float32, two sums for each code, the axes."""
    return (codes * (4 * components + 16) + 4 * dimension * (components + 1)) / 1e6


def _codes(root: Path, faces: int) -> tuple[np.ndarray, np.ndarray, float, str]:
    """Training codes (50,000, D), held-out codes, bandwidth, and where they come from."""
    bundle = load_bundle(THESIS_MODEL)
    folder = root.parent / "shared" / "data" / "faces"
    if not folder.is_dir():
        made, bandwidth = codes_like_the_bundles(bundle.file("density.npz"), max(CODES))
        shuffled = np.random.default_rng(1).permutation(made.astype(np.float32))
        points = (shuffled[:_HELD_OUT] + shuffled[-_HELD_OUT:]) / 2
        return shuffled, points, bandwidth, "made from the bundle's, there are no faces here"
    autoencoder = Autoencoder(bundle.file("autoencoder.onnx"))

    def encode(files: list[Path]) -> np.ndarray:
        parts = []
        for start in range(0, len(files), 64):
            pictures = [
                np.asarray(cv2.imread(str(f)))[..., ::-1] for f in files[start : start + 64]
            ]
            crops = canonical_crops(np.stack(pictures), None)  # prepared at that quality
            parts.append(autoencoder.reconstruct(crops)[0])
        return np.concatenate(parts)

    real = encode(sorted((folder / "train_real").iterdir())[:faces])
    points = encode(sorted((folder / "calib_real").iterdir())[:_HELD_OUT])
    with np.load(bundle.directory / "density.npz", allow_pickle=False) as arrays:
        bandwidth = float(arrays["bandwidth"])
    random = np.random.default_rng(0)
    codes = np.empty((max(CODES), real.shape[1]), np.float32)
    codes[: len(real)] = real
    for start in range(len(real), len(codes), _PART):
        rows = min(_PART, len(codes) - start)
        first, second = random.integers(0, len(real), (2, rows))
        weight = random.uniform(0.0, 0.5, (rows, 1)).astype(np.float32)
        codes[start : start + rows] = real[first] * (1 - weight) + real[second] * weight
    return codes, points, bandwidth, f"{len(real)} real faces', beyond them mixtures of two"

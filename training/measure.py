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

"""The two scores of the thesis, computed with the Keras network itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from fakeface_ros.scoring.autoencoder import reconstruction_error
from fakeface_ros.scoring.density import GaussianKDE
from training.feeding import Batches

BATCH = 64


def observe(
    network: keras.Model, paths: Sequence[Path], size_px: int, limit: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Codes and reconstruction errors of prepared faces.

    Args:
        network: crops -> [code, reconstruction].
        paths: prepared JPEG faces.
        limit: at most so many, a random part with a fixed seed.

    Returns:
        codes (n, D) float32, errors (n,) float64 (mean squared error per value).
    """
    chosen = list(paths)
    if limit and len(chosen) > limit:
        picks = np.random.default_rng(0).choice(len(chosen), limit, replace=False)
        chosen = [chosen[i] for i in sorted(picks)]
    batches = Batches(chosen, size_px, BATCH)
    codes, errors = [], []
    for index in range(len(batches)):
        crops, _ = batches[index]
        code, reconstruction = run_network(network, crops)
        codes.append(code)
        errors.append(reconstruction_error(crops, reconstruction))
    return np.concatenate(codes), np.concatenate(errors)


def run_network(network: keras.Model, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes (n, D) and reconstructions (n, S, S, 3), float32, of crops (n, S, S, 3) in [0, 1]."""
    code, reconstruction = network.predict_on_batch(crops)
    return np.reshape(code, (len(crops), -1)), np.asarray(reconstruction)


def evidence_of(
    density: GaussianKDE, codes: np.ndarray, errors: np.ndarray
) -> dict[str, np.ndarray]:
    """Both kinds of evidence by the names a bundle uses."""
    return {"reconstruction_error": errors, "log_density": density.log_density(codes)}

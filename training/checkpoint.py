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

"""Checkpoints: weights, optimizer and progress of a run in one .npz file, written atomically.

Plain arrays by position, so that no pickle is read and any Keras backend can take up the run.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from training.autoencoders import Autoencoder, build_autoencoder
from training.config import CONFIG_NAME, TrainConfig, read_config

LAST_NAME = "last.npz"
BEST_NAME = "best.npz"


@dataclass
class Progress:
    """How far a run has come.

    epoch: epochs finished. best_loss, best_epoch: lowest validation loss.
    seconds: training time so far. stopped: early stopping ended the run.
    """

    epoch: int = 0
    best_loss: float = float("inf")
    best_epoch: int = 0
    seconds: float = 0.0
    stopped: bool = False


def _named(variables: list, prefix: str) -> dict[str, np.ndarray]:
    return {
        f"{prefix}{number:04d}": np.asarray(keras.ops.convert_to_numpy(variable))
        for number, variable in enumerate(variables)
    }


def save_checkpoint(path: Path, model: keras.Model, progress: Progress) -> None:
    """Write the model's variables, its optimizer's and the progress to `path`."""
    arrays = _named(model.variables, "model_") | _named(model.optimizer.variables, "optimizer_")
    arrays["progress"] = np.array(json.dumps(asdict(progress)))
    unfinished = path.with_suffix(".part.npz")
    np.savez(unfinished, **arrays)  # type: ignore[arg-type]
    os.replace(unfinished, path)


def load_checkpoint(path: Path, model: keras.Model, with_optimizer: bool = True) -> Progress:
    """Put a checkpoint's values into a model of the same build, and return the progress.

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: it was made by another network or optimizer.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such checkpoint")
    with np.load(path, allow_pickle=False) as stored:
        _assign(path, "model_", model.variables, stored)
        if with_optimizer:
            model.optimizer.build(model.trainable_variables)
            _assign(path, "optimizer_", model.optimizer.variables, stored)
        return Progress(**json.loads(str(stored["progress"])))


def _assign(path: Path, prefix: str, variables: list, stored: np.lib.npyio.NpzFile) -> None:
    names = [name for name in stored.files if name.startswith(prefix)]
    shapes = [stored[name].shape for name in names]
    if shapes != [tuple(variable.shape) for variable in variables]:
        raise ValueError(
            f"{path}: holds other {prefix.rstrip('_')} arrays than this configuration builds"
        )
    for name, variable in zip(names, variables, strict=True):
        variable.assign(stored[name])


def load_run(directory: Path, weights: str = "last") -> tuple[Autoencoder, TrainConfig, Progress]:
    """Rebuild the autoencoder that a run of training.train left in `directory`.

    Args:
        directory: a run's output folder.
        weights: "last" for the last finished epoch, "best" for that of the lowest validation loss.
    """
    config = read_config(Path(directory) / CONFIG_NAME)
    autoencoder = build_autoencoder(config.kind, config.size_px, **config.options)
    name = {"last": LAST_NAME, "best": BEST_NAME}[weights]
    progress = load_checkpoint(Path(directory) / name, autoencoder.trainer, with_optimizer=False)
    return autoencoder, config, progress

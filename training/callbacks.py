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

"""What happens around an epoch: seeds before it; checkpoint, log and early stopping after it."""

from __future__ import annotations

import time
from pathlib import Path

import keras
import numpy as np

from training.checkpoint import BEST_NAME, LAST_NAME, Progress, save_checkpoint
from training.feeding import Batches


def seed_epoch(model: keras.Model, seed: int, epoch: int) -> None:
    """Set every noise generator of the model as (seed, epoch) says, whatever ran before."""
    states = [
        variable
        for variable in model.non_trainable_variables
        if variable.name == "seed_generator_state"
    ]
    for number, state in enumerate(states):
        drawn = np.random.default_rng([seed, epoch, number]).integers(0, 2**31, size=2)
        state.assign(drawn.astype("uint32"))


class EpochSeeds(keras.callbacks.Callback):
    """Makes an epoch's order and noise depend on (seed, epoch) alone."""

    def __init__(self, batches: Batches, seed: int):
        super().__init__()
        self.batches, self.seed = batches, seed

    def on_epoch_begin(self, epoch, logs=None):
        """Set the epoch's order and noise."""
        self.batches.epoch = epoch
        seed_epoch(self.model, self.seed, epoch)


class Checkpoints(keras.callbacks.Callback):
    """Saves each epoch, keeps the best, and stops after `patience` epochs without a better one."""

    def __init__(self, directory: Path, progress: Progress, patience: int):
        super().__init__()
        self.directory, self.progress, self.patience = directory, progress, patience
        self._began = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        """Start the epoch's clock."""
        self._began = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        """Save, and stop where patience is spent."""
        progress, loss = self.progress, (logs or {}).get("val_loss", float("nan"))
        if not np.isfinite(loss):
            raise ArithmeticError(
                f"epoch {epoch + 1}: validation loss is {loss}; lower the learning rate"
            )
        progress.epoch = epoch + 1
        progress.seconds += time.monotonic() - self._began
        better = loss < progress.best_loss
        if better:
            progress.best_loss, progress.best_epoch = float(loss), epoch + 1
        progress.stopped = bool(self.patience) and epoch + 1 - progress.best_epoch >= self.patience
        save_checkpoint(self.directory / LAST_NAME, self.model, progress)
        if better:
            save_checkpoint(self.directory / BEST_NAME, self.model, progress)
        if progress.stopped:
            self.model.stop_training = True


class TimeLeft(keras.callbacks.Callback):
    """Prints one line per epoch: the figures, images per second, and the time left for the run."""

    def __init__(self, images: int):
        super().__init__()
        self.images = images
        self._began = self._first = 0.0
        self._done = 0

    def on_train_begin(self, logs=None):
        """Start the run's clock."""
        self._first = time.monotonic()

    def on_epoch_begin(self, epoch, logs=None):
        """Start the epoch's clock."""
        self._began = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        """Print the epoch's line."""
        self._done += 1
        now, epochs = time.monotonic(), self.params["epochs"]
        left_s = (now - self._first) / self._done * (epochs - epoch - 1)
        figures = "  ".join(f"{name} {value:.5f}" for name, value in sorted((logs or {}).items()))
        print(
            f"epoch {epoch + 1}/{epochs}  {figures}  {self.images / (now - self._began):.0f} "
            f"images/s  {int(left_s // 60)} min {int(left_s % 60):02d} s left",
            flush=True,
        )

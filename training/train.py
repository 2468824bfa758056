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

"""Train one autoencoder on the real faces of a prepared dataset.

    python -m training.train --data build/faces --out build/runs/reference
    python -m training.train --data build/faces --out build/runs/reference --resume

The output folder then holds config.json, history.csv, accuracy.png, loss.png, last.npz and
best.npz (see checkpoint.py) and TensorBoard logs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import keras

from training import devices
from training.autoencoders import KINDS, Autoencoder, build_autoencoder
from training.callbacks import Checkpoints, EpochSeeds, TimeLeft
from training.checkpoint import LAST_NAME, Progress, load_checkpoint
from training.config import (
    CONFIG_NAME,
    PRECISIONS,
    THESIS_CONFIG,
    TrainConfig,
    read_config,
    write_config,
)
from training.feeding import Batches
from training.figures import training_curves
from training.index import select

HISTORY_NAME = "history.csv"


def compile_trainer(autoencoder: Autoencoder, config: TrainConfig) -> None:
    """Adam on the mean squared error, with the thesis's metrics, MSE and accuracy.

    "Accuracy" is what Keras makes of metrics=["accuracy"] here: the share of pixels whose largest
    colour channel is the same in crop and reconstruction.
    """
    autoencoder.trainer.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate),
        loss="mean_squared_error",
        metrics=[
            keras.metrics.MeanSquaredError(name="mse"),
            keras.metrics.CategoricalAccuracy(name="accuracy"),
        ],
        jit_compile=config.jit_compile,
    )


def train(
    data: Path,
    out: Path,
    config: TrainConfig,
    resume: bool = False,
    device_count: int = 1,
    verbose: bool = True,
) -> Progress:
    """Train as `config` says and return the progress made.

    Args:
        data: a folder made by training.prepare.
        out: the run's folder.
        resume: go on from out/last.npz; the result equals that of an uninterrupted run.
        device_count: devices that share each batch; 0 for all.
        verbose: one progress bar and one line per epoch.

    Raises:
        FileNotFoundError: no index, or nothing to resume.
        FileExistsError: `out` holds a run and `resume` was not asked for.
        ValueError: a split is empty, or the run in `out` has other settings.
    """
    _claim(out, config, resume)
    part = devices.join_machines()
    sets = {}
    for split in ("train", "validation"):
        paths = select(data, split, "real")
        if not paths:
            raise ValueError(f"{data}: no real face in split {split!r}")
        sets[split] = Batches(
            paths,
            config.size_px,
            config.batch_size,
            config.seed,
            shuffle=split == "train",
            flip=config.flip and split == "train",
            part=part,
            whole=device_count != 1,
        )
    keras.utils.set_random_seed(config.seed)
    keras.mixed_precision.set_dtype_policy(config.precision)
    try:
        # Training stays inside as well: JAX spreads batches only while its distribution is set.
        with devices.data_parallel(device_count):
            autoencoder = build_autoencoder(config.kind, config.size_px, **config.options)
            compile_trainer(autoencoder, config)
            progress = (
                load_checkpoint(out / LAST_NAME, autoencoder.trainer) if resume else Progress()
            )
            if not progress.stopped and progress.epoch < config.epochs:
                write_config(out, config)
                _fit(autoencoder, config, sets, out, progress, resume, verbose)
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    return progress


def _fit(
    autoencoder: Autoencoder,
    config: TrainConfig,
    sets: dict[str, Batches],
    out: Path,
    progress: Progress,
    resume: bool,
    verbose: bool,
) -> None:
    images = len(sets["train"].paths)
    callbacks = [
        EpochSeeds(sets["train"], config.seed),
        keras.callbacks.CSVLogger(str(out / HISTORY_NAME), append=resume),
        Checkpoints(out, progress, config.patience),
    ]
    if devices.has_tensorboard():
        callbacks.append(keras.callbacks.TensorBoard(str(out / "tensorboard"), write_graph=False))
    if verbose:
        print(
            f"{config.kind}: {autoencoder.parameters:,} parameters, {images} faces, "
            f"{len(sets['validation'].paths)} held out, Keras on {keras.backend.backend()}",
            flush=True,
        )
        callbacks.append(TimeLeft(images))
    # The bar counts down an epoch on a terminal; in a log file only the lines per epoch remain.
    autoencoder.trainer.fit(
        sets["train"],
        validation_data=sets["validation"],
        epochs=config.epochs,
        initial_epoch=progress.epoch,
        callbacks=callbacks,
        shuffle=False,
        verbose=1 if verbose and sys.stdout.isatty() else 0,
    )


def _claim(out: Path, config: TrainConfig, resume: bool) -> None:
    """Make the run's folder, or check that it holds this run."""
    if resume:
        if not (out / CONFIG_NAME).is_file():
            raise FileNotFoundError(f"{out}: nothing to resume")
        stored = read_config(out / CONFIG_NAME, epochs=config.epochs)
        if stored != config:
            raise ValueError(f"{out}: was begun with other settings: {stored} instead of {config}")
    elif (out / LAST_NAME).exists():
        raise FileExistsError(f"{out}: holds a run; use --resume, or another folder")
    out.mkdir(parents=True, exist_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder made by training.prepare")
    parser.add_argument("--out", type=Path, required=True, help="folder for the run")
    parser.add_argument("--config", type=Path, default=THESIS_CONFIG, help="settings (JSON)")
    parser.add_argument("--kind", choices=sorted(KINDS), help="replaces the configuration's")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--seed", type=int)
    parser.add_argument(
        "--patience", type=int, help="stop after this many epochs without improvement"
    )
    parser.add_argument("--precision", choices=PRECISIONS)
    parser.add_argument(
        "--devices", type=int, default=1, help="devices that share each batch; 0: all"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on where the run in --out stopped"
    )
    given = parser.parse_args(arguments)
    try:
        config = read_config(
            given.config,
            kind=given.kind,
            epochs=given.epochs,
            batch_size=given.batch_size,
            learning_rate=given.learning_rate,
            seed=given.seed,
            patience=given.patience,
            precision=given.precision,
        )
        progress = train(given.data, given.out, config, given.resume, given.devices)
    except (OSError, ValueError, ArithmeticError) as error:
        print(f"train: {error}", file=sys.stderr)
        return 2
    for name, picture in training_curves(given.out / HISTORY_NAME).items():
        (given.out / f"{name}.png").write_bytes(picture)
    print(
        f"{progress.epoch} epochs in {progress.seconds:.0f} s; best {progress.best_epoch} with "
        f"validation loss {progress.best_loss:.6f}; {given.out}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

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

"""Train the forgery network on folders of aligned real and generated faces, and cross-validate it.

    python -m training.classifier.train --real DIR… --fake DIR… --out build/forgery --folds 5
    python -m training.classifier.train --real DIR… --fake DIR… --out build/forgery

With --folds K each picture is scored by a network that never saw it, and scores_foldN.csv says so;
the pictures of --unseen-fake are scored by every fold and never trained on. Without it one network
is trained on all. training.classifier.export reads the weights that either leaves.

All pictures of both classes must have come by the same steps (one resampling, one codec), or the
network learns the steps: see ../shared/data/README.md on the traps of its sets.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from training.classifier.augmentation import plain_crop
from training.classifier.batches import Folder, RandomBatches
from training.classifier.network import SIZE_PX, build, keep_first_blocks, load_pretrained
from training.metrics import auroc, ranking_metrics
from training.pictures import Unusable, decode, list_files


@dataclass(frozen=True)
class Settings:
    """How the network is trained; the one source of these defaults.

    Attributes:
        strength: of the random changes, in [0, 1].
        share: of each fold's pictures that is trained on, in (0, 1]: for a learning curve.
    """

    backbone: str = "lite0"
    epochs: int = 12
    steps_per_epoch: int = 100
    batch_size: int = 32
    learning_rate: float = 5e-4
    weight_decay: float = 0.02
    label_smoothing: float = 0.1
    strength: float = 0.6
    share: float = 1.0
    seed: int = 1


def train(real: list[Folder], fake: list[Folder], settings: Settings) -> keras.Model:
    """A network from "crops" to "logit", started from ImageNet's weights.

    The last layer starts as the logistic regression on the pretrained features, so that the first
    steps do not distort them: Kumar et al., "Fine-tuning can distort pretrained features and
    underperform out-of-distribution", ICLR 2022. The weights returned are an exponential mean over
    the last steps.

    Args:
        real, fake: folders of aligned faces.
        settings: see Settings.
    """
    keras.utils.set_random_seed(settings.seed)
    model = build(settings.backbone)
    load_pretrained(model)
    keep_first_blocks(model)
    _start_from_regression(model, real, fake, settings.steps_per_epoch)
    if not settings.epochs:
        return model  # the pretrained features and a logistic regression, to compare with
    steps = settings.steps_per_epoch * settings.epochs
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.learning_rate / 20,
        decay_steps=steps * 9 // 10,
        warmup_target=settings.learning_rate,
        warmup_steps=steps // 10,
    )
    model.compile(
        keras.optimizers.AdamW(rate, settings.weight_decay, use_ema=True, ema_momentum=0.99),
        keras.losses.BinaryCrossentropy(
            from_logits=True, label_smoothing=settings.label_smoothing
        ),
    )
    batches = RandomBatches(
        real,
        fake,
        SIZE_PX,
        settings.batch_size,
        settings.steps_per_epoch,
        settings.seed,
        settings.strength,
    )
    model.fit(batches, epochs=settings.epochs, verbose=2)
    return model


def logits_of(model: keras.Model, pictures: list[np.ndarray]) -> np.ndarray:
    """Logit of each picture, (N,) float64, high is fake."""
    crops = np.stack([plain_crop(picture, SIZE_PX) for picture in pictures])
    return model.predict(crops, batch_size=32, verbose=0)[:, 0].astype(np.float64)


def read_pictures(folders: list[Path]) -> tuple[list[Path], list[np.ndarray]]:
    """Every picture of the folders; ValueError where a folder has none."""
    paths: list[Path] = []
    pictures: list[np.ndarray] = []
    for folder in folders:
        before = len(paths)
        for path in list_files(folder):
            try:
                pictures.append(decode(path.read_bytes()))
            except Unusable as error:
                print(f"{path}: skipped, {error}", file=sys.stderr)
                continue
            paths.append(path)
        if len(paths) == before:
            raise ValueError(f"{folder}: no picture")
    return paths, pictures


def _start_from_regression(
    model: keras.Model, real: list[Folder], fake: list[Folder], steps: int
) -> None:
    """Of as many pictures of either class, changed at random as those trained on."""
    pooled = keras.Model(model.input, model.get_layer("pool").output)
    drawn = RandomBatches(real, fake, SIZE_PX, batch_size=32, steps=steps, seed=0)
    batches = [drawn[index] for index in range(steps)]
    crops, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    features = pooled.predict(crops, batch_size=32, verbose=0)
    mean, variance = features.mean(axis=0), features.var(axis=0)
    scaler = model.get_layer("features")
    scaler.set_weights([mean, variance])
    scaled = (features - mean) / np.sqrt(variance + scaler.epsilon)
    regression = LogisticRegression(C=0.01, max_iter=1000).fit(scaled, labels[:, 0])
    model.get_layer("logit").set_weights([regression.coef_.T, regression.intercept_])


def _cross_validate(
    out: Path,
    real: list[Path],
    fake: list[Path],
    also: tuple[list[Folder], list[Folder]],
    unseen: list[Path],
    folds: int,
    only: int | None,
    settings: Settings,
) -> None:
    paths: list[Path] = []
    pictures: list[np.ndarray] = []
    folders: list[int] = []  # number of each picture's folder, those of real ones first
    for number, folder in enumerate([*real, *fake]):
        some_paths, some_pictures = read_pictures([folder])
        paths, pictures = paths + some_paths, pictures + some_pictures
        folders += [number] * len(some_paths)
    paths_u, pictures_u = read_pictures(unseen) if unseen else ([], [])
    labels = (np.array(folders) >= len(real)).astype(int)
    split = StratifiedKFold(folds, shuffle=True, random_state=settings.seed)
    for number, (seen, held) in enumerate(split.split(labels, labels)):
        if only is not None and number != only:
            continue
        random = np.random.default_rng(settings.seed)
        seen = np.sort(random.permutation(seen)[: round(len(seen) * settings.share)])
        parts: list[Folder] = [[] for _ in [*real, *fake]]
        for i in seen:
            parts[folders[i]].append(pictures[i])
        model = train([*parts[: len(real)], *also[0]], [*parts[len(real) :], *also[1]], settings)
        np.savez(out / f"weights_fold{number}.npz", *model.get_weights())
        logits = logits_of(model, [pictures[i] for i in held])
        other = logits_of(model, pictures_u) if pictures_u else np.zeros(0)
        values = ranking_metrics(logits[labels[held] == 0], logits[labels[held] == 1])
        print(
            f"fold {number}: "
            + "  ".join(f"{k} {v:.3f}" for k, v in values.items())
            + f"  unseen auroc {auroc(logits[labels[held] == 0], other):.3f}",
            flush=True,
        )
        with (out / f"scores_fold{number}.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["fold", "label", "path", "logit"])
            for i, logit in zip(held, logits, strict=True):
                table.writerow([number, "fake" if labels[i] else "real", paths[i], logit])
            for path, logit in zip(paths_u, other, strict=True):
                table.writerow([number, "unseen_fake", path, logit])


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.classifier.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--real", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--fake", type=Path, nargs="+", required=True, metavar="DIR")
    parser.add_argument("--also-real", type=Path, nargs="+", default=[], metavar="DIR",
                        help="trained on in every fold")  # fmt: skip
    parser.add_argument("--also-fake", type=Path, nargs="+", default=[], metavar="DIR")
    parser.add_argument("--unseen-fake", type=Path, nargs="+", default=[], metavar="DIR")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--folds", type=int, help="cross-validate instead of training on all")
    parser.add_argument("--fold", type=int, help="only this one of the folds, from 0")
    for name, value in asdict(Settings()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    given = parser.parse_args(arguments)
    settings = Settings(**{name: getattr(given, name) for name in asdict(Settings())})
    if settings.share != 1.0 and not given.folds:
        parser.error("--share is for a learning curve and needs --folds")
    given.out.mkdir(parents=True, exist_ok=True)
    also_real, also_fake = (
        [read_pictures([folder])[1] for folder in folders]
        for folders in (given.also_real, given.also_fake)
    )
    facts = {
        **asdict(settings),
        "folds": given.folds,
        "real": [folder.name for folder in [*given.real, *given.also_real]],
        "fake": [folder.name for folder in [*given.fake, *given.also_fake]],
    }
    (given.out / "settings.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    if given.folds:
        _cross_validate(
            given.out,
            given.real,
            given.fake,
            (also_real, also_fake),
            given.unseen_fake,
            given.folds,
            given.fold,
            settings,
        )
        return 0
    real, fake = (
        [read_pictures([folder])[1] for folder in folders] for folders in (given.real, given.fake)
    )
    model = train([*real, *also_real], [*fake, *also_fake], settings)
    np.savez(given.out / "weights.npz", *model.get_weights())
    return 0


if __name__ == "__main__":
    sys.exit(main())

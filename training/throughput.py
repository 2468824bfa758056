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

"""Images per second of feeding alone and of training alone, on this machine.

    python -m training.throughput --data build/faces

Feeding must not hold training up: the goal is at least three times its rate. Feeding is measured
both from memory (sets that fit) and from files, decoded anew for every batch (sets that do not).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras

from training.autoencoders import KINDS, build_autoencoder
from training.config import THESIS_CONFIG, TrainConfig, read_config
from training.feeding import THREADS, Batches
from training.index import select
from training.train import compile_trainer


def feeding_rate(batches: Batches, seconds: float) -> float:
    """Images per second that `batches` gives, by as many threads as Keras gives it."""
    threads = 1 if batches.cached else THREADS
    fed, began = 0, time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        while time.perf_counter() - began < seconds:
            fed += sum(
                len(crops) for crops, _ in pool.map(batches.__getitem__, range(len(batches)))
            )
            batches.epoch += 1
    return fed / (time.perf_counter() - began)


def training_rate(config: TrainConfig, batches: Batches, seconds: float) -> float:
    """Images per second of training steps on one batch that lies ready in memory."""
    trainer = build_autoencoder(config.kind, config.size_px, **config.options)
    compile_trainer(trainer, config)
    crops, wanted = batches[0]
    for _ in range(3):  # the first steps compile and warm up
        trainer.trainer.train_on_batch(crops, wanted)
    trained, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        trainer.trainer.train_on_batch(crops, wanted)
        trained += len(crops)
    return trained / (time.perf_counter() - began)


def measure(data: Path, config: TrainConfig, seconds: float) -> dict[str, float | str]:
    """All three rates and how many times faster feeding is."""
    paths = select(data, "train", "real")
    sets = {
        name: Batches(
            paths, config.size_px, config.batch_size, shuffle=True, flip=True, cache_bytes=limit
        )
        for name, limit in (("memory", 1 << 62), ("files", 0))
    }
    rates = {name: feeding_rate(batches, seconds) for name, batches in sets.items()}
    trained = training_rate(config, sets["memory"], seconds)
    return {
        "backend": keras.backend.backend(),
        "feeding_from_memory_per_s": round(rates["memory"], 1),
        "feeding_from_files_per_s": round(rates["files"], 1),
        "training_per_s": round(trained, 1),
        "feeding_from_memory_over_training": round(rates["memory"] / trained, 2),
        "feeding_from_files_over_training": round(rates["files"] / trained, 2),
    }


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.throughput",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder made by training.prepare")
    parser.add_argument("--config", type=Path, default=THESIS_CONFIG)
    parser.add_argument("--kind", choices=sorted(KINDS))
    parser.add_argument("--seconds", type=float, default=10.0, help="for each measurement")
    given = parser.parse_args(arguments)
    try:
        config = read_config(given.config, kind=given.kind)
        print(json.dumps(measure(given.data, config, given.seconds), indent=2))
    except (OSError, ValueError) as error:
        print(f"throughput: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

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

"""Train every autoencoder kind on the same faces and set them side by side in one table.

    python -m training.compare --data build/faces --out build/compare --epochs 8

Scores the test split's real and fake faces. A kind whose run is complete in OUT is not trained
again. Writes OUT/comparison.csv and OUT/comparison.md.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from pathlib import Path

import numpy as np

from fakeface_ros.scoring.autoencoder import Autoencoder
from fakeface_ros.scoring.density import GaussianKDE
from training.autoencoders import KINDS
from training.bandwidth import choose_bandwidth
from training.checkpoint import LAST_NAME, load_run
from training.config import read_config
from training.feeding import Batches
from training.index import select
from training.measure import observe
from training.metrics import auroc
from training.onnx_graph import to_onnx
from training.train import train

TIMED_PASSES = 30


def compare_kind(data: Path, run: Path, kind: str, epochs: int) -> dict[str, object]:
    """Train one kind unless its run is complete, and measure it.

    Returns:
        A row of the table: parameters, code size, epochs, training minutes, validation MSE, AUROC
        of both
        scores with each direction counted as fake, bandwidth, ONNX size and milliseconds for one
        face.
    """
    config = read_config(kind=kind, epochs=epochs)
    if not (run / LAST_NAME).exists() or load_run(run)[2].epoch < epochs:
        train(data, run, config, resume=(run / LAST_NAME).exists())
    autoencoder, config, progress = load_run(run)
    seen = {
        name: observe(autoencoder.network, select(data, split, label), config.size_px)
        for name, split, label in (("train", "train", "real"), ("fake", "test", "fake"),
                                   ("real", "test", "real"), ("validation", "validation", "real"))
    }  # fmt: skip
    codes = seen["train"][0]
    bandwidth = choose_bandwidth(codes)
    density = GaussianKDE.fit(codes, bandwidth)
    errors = [seen[name][1] for name in ("real", "fake")]
    densities = [density.log_density(seen[name][0]) for name in ("real", "fake")]
    model = to_onnx(autoencoder.network).SerializeToString()
    error_auroc, density_auroc = auroc(*errors), auroc(*densities)
    return {
        "kind": kind,
        "parameters": autoencoder.parameters,
        "code values": codes.shape[1],
        "epochs": progress.epoch,
        "training min": round(progress.seconds / 60, 1),
        "validation MSE": round(float(seen["validation"][1].mean()), 5),
        "AUROC error high = fake": round(error_auroc, 3),
        "error low = fake": round(1 - error_auroc, 3),
        "AUROC density low = fake": round(1 - density_auroc, 3),
        "density high = fake": round(density_auroc, 3),
        "bandwidth": round(bandwidth, 4),
        "ONNX MB": round(len(model) / 1e6, 2),
        "ms per face": round(milliseconds(model, data, config.size_px), 1),
    }


def milliseconds(model: bytes, data: Path, size_px: int) -> float:
    """Least time of one face in ONNX Runtime: least, because others use this machine too."""
    network = Autoencoder(model)
    crops, _ = Batches(select(data, "validation", "real")[:1], size_px, 1)[0]
    times = []
    for _ in range(TIMED_PASSES):
        began = time.perf_counter()
        network.reconstruct(crops)
        times.append(time.perf_counter() - began)
    return float(np.min(times)) * 1e3


def markdown(rows: list[dict[str, object]]) -> str:
    """The rows as a Markdown table."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([str(row[name]) for name in names] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder made by training.prepare")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--kinds", nargs="+", choices=sorted(KINDS), default=list(KINDS))
    given = parser.parse_args(arguments)
    rows: list[dict[str, object]] = []
    try:
        for kind in given.kinds:
            rows.append(compare_kind(given.data, given.out / kind, kind, given.epochs))
            with open(given.out / "comparison.csv", "w", newline="", encoding="utf-8") as stream:
                writer = csv.DictWriter(stream, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            (given.out / "comparison.md").write_text(markdown(rows), encoding="utf-8")
    except (OSError, ValueError, ArithmeticError) as error:
        print(f"compare: {error}", file=sys.stderr)
        return 2
    print(markdown(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())

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

"""`make bench`: speed and memory, against what a user would otherwise run.

    python test/benchmark/bench.py --out build/bench.json            # all parts, about 10 minutes
    python test/benchmark/bench.py --quick                           # without the 50,000 codes
    python test/benchmark/bench.py --only detection node             # some parts
    python test/benchmark/bench.py --only node --soak 120            # two minutes under load

The reference stack is the mtcnn wheel in TensorFlow, `predict` of the same autoencoder and encoder
in Keras with the bundle's own weights, and scikit-learn's KernelDensity. Both stacks run in this
one run, each in its own process, frame by frame in turn.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import compare
import cv2
import density_cost
import growth
import limit
import precision
from child import Child
from frames import Frames, load_frames
from machine import describe
from stacks import THESIS_MODEL
from tables import Table
from threadpoolctl import threadpool_limits

from fakeface_ros.process_settings import settle_process
from fakeface_ros.scoring.bundle import BundleError, find_bundle

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "frames", "detection", "size", "faces", "threads", "every", "density", "precision", "limit",
    "node",
)  # fmt: skip
_REFERENCE_CODES = 50_000


class Bench:
    """One run, part by part."""

    def __init__(self, arguments: argparse.Namespace, folder: Path):
        self._quick: bool = arguments.quick
        self._rounds: int = arguments.rounds
        self._soak_s: float = arguments.soak
        self._folder = folder
        self._frames: Frames = load_frames(ROOT, camera=8, crowd=4 if self._quick else 10)
        self._pictures = folder / "pictures.npz"
        compare.save_pictures(self._frames, self._pictures)

    @property
    def source(self) -> str:
        """Where the frames come from."""
        return self._frames.source

    def run(self, part: str) -> Iterator[Table]:
        """Tables of a part."""
        rounds, camera = self._rounds, self._frames.camera
        if part == "frames":
            yield from self._whole_frames()
        elif part == "detection":
            with contextlib.ExitStack() as stack:
                ours = stack.enter_context(self._ours(THESIS_MODEL))
                wheel = stack.enter_context(self._reference(0))
                crowd = len(self._frames.crowd)
                yield compare.detection_alone(ours, wheel, len(camera), crowd, rounds, (20, 40))
        elif part == "size":
            yield growth.by_size(THESIS_MODEL, self._frames, 3 * rounds)
            yield growth.by_smallest_face(camera[0], 3 * rounds)
        elif part == "faces":
            yield growth.by_faces(THESIS_MODEL, 2 * rounds)
        elif part == "threads":
            yield growth.by_threads(THESIS_MODEL, camera[0], 5 * rounds)
        elif part == "density":
            yield density_cost.measure(ROOT, faces=600 if self._quick else 2000, rounds=5 * rounds)
        elif part == "every":
            yield growth.by_searches(ROOT, 60 if self._quick else 200)
        elif part == "precision":
            yield precision.measure(ROOT, "default", 100 if self._quick else 550, 10 * rounds)
        elif part == "limit":
            for model in _models():
                yield limit.measure(model, camera, 2 * rounds)
        else:
            import node_load  # imports rclpy, which the other parts do without

            yield node_load.measure(
                {"640 x 480": camera[0], "1920 x 1080": self._frames.large},
                self._folder,
                self._soak_s,
            )

    def _whole_frames(self) -> list[Table]:
        with contextlib.ExitStack() as stack:
            ours = [stack.enter_context(self._ours(name)) for name in _models()]
            others = [stack.enter_context(self._reference(0))]
            if not self._quick:
                others.append(stack.enter_context(self._reference(_REFERENCE_CODES)))
            return compare.whole_frames(ours, others, len(self._frames.camera), self._rounds)

    def _ours(self, model: str) -> Child:
        log = self._folder / f"ours-{Path(model).name}.log"
        return Child(f"fakeface {model}", ["ours", model], self._pictures, log)

    def _reference(self, codes: int) -> Child:
        name = f"reference, {codes or 'as many'} codes"
        log = self._folder / f"reference-{codes}.log"
        return Child(name, ["reference", THESIS_MODEL, str(codes)], self._pictures, log)


def _models() -> list[str]:
    """The bundles that are compared: the thesis's, and `default` where it is shipped."""
    models = [THESIS_MODEL]
    with contextlib.suppress(BundleError):
        find_bundle("default")
        models.append("default")
    return list(dict.fromkeys(models))


def main() -> int:
    """0 when every part came to its end, 1 when one did not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    parser.add_argument("--quick", action="store_true", help="leave out what takes long")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART",
                        help=f"of {', '.join(PARTS)}")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=3, help="repetitions of each measurement")
    parser.add_argument("--soak", type=float, default=15.0, help="seconds of each node part")
    arguments = parser.parse_args()
    if arguments.rounds < 1 or arguments.soak < 1:
        parser.error("--rounds and --soak must be at least 1")
    settle_process()
    cv2.setNumThreads(1)  # as settle_process has it for what is imported after it
    start = time.perf_counter()
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="fakeface_bench_") as folder:
        machine = describe(ROOT)
        bench = Bench(arguments, Path(folder))
        machine.notes.append(f"Frames: {bench.source}.")
        print(machine.text(), flush=True)
        tables = [machine]
        for part in arguments.only:
            try:
                with threadpool_limits(1, "blas"):  # as our programs set it
                    for table in bench.run(part):
                        print(table.text(), flush=True)
                        tables.append(table)
            except Exception:  # one part must not cost the others their figures
                failed.append(part)
                print(f"\n== {part} FAILED\n{traceback.format_exc()}", file=sys.stderr, flush=True)
    report = {
        "command": " ".join(sys.argv),
        "seconds": round(time.perf_counter() - start),
        "failed": failed,
        "tables": [table.as_json() for table in tables],
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"\n{report['seconds']} s; written to {arguments.out}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

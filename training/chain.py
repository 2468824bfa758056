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

"""The whole chain in one command: prepare, train, fit, export, evaluate.

    python -m training.chain --small          # a subset, in minutes (make train)
    python -m training.chain --small --real photos/real --fake photos/fake
    python -m training.chain                  # the thesis's run: all faces, 50 epochs
    python -m training.chain --resume         # go on where it stopped

Leaves in build/train/ (--small) or build/reference/: faces/ (prepared), run/ (checkpoints,
accuracy.png, loss.png), a bundle (quick/ or cae_kde/) for `fakeface check --model DIR`, and
evaluation/report.html.
A small run shows that the chain works; so few faces and epochs make no detector.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from training import checkpoint, evaluate, export, fit, index, prepare, train

Step = tuple[str, Callable[[list[str]], int], list[str]]

ROOT = Path(__file__).resolve().parents[1]
SHARED_FACES = ROOT.parent / "shared" / "data" / "faces"
SHARED_SETS = {
    "--train-real": "train_real",
    "--calibration-real": "calib_real",
    "--test-real": "dev_real",
    "--test-fake": "dev_fake",
}


@dataclass(frozen=True)
class Scale:
    """limit: pictures of each folder; epochs: None for the configuration's."""

    folder: str
    bundle: str
    limit: int | None
    epochs: int | None
    components: int
    perturbed: int


SMALL = Scale("train", "quick", limit=640, epochs=4, components=64, perturbed=20)
FULL = Scale("reference", "cae_kde", limit=None, epochs=None, components=256, perturbed=10_000)


def folders_to_use(real: list[Path], fake: list[Path], shared: Path = SHARED_FACES) -> list[str]:
    """Arguments that name the source folders to training.prepare.

    Raises:
        FileNotFoundError: none were given and the project's shared data is not beside the
        repository.
    """
    if real and fake:
        return ["--real", *map(str, real), "--fake", *map(str, fake)]
    if real or fake:
        raise FileNotFoundError("give both --real DIR and --fake DIR")
    missing = [name for name in SHARED_SETS.values() if not (shared / name).is_dir()]
    if missing:
        raise FileNotFoundError(
            f"no faces to train on: {', '.join(missing)} not found in ../shared/data/faces beside "
            "this repository; give your own with --real DIR --fake DIR (photographs and generated "
            "faces)"
        )
    return [word for option, name in SHARED_SETS.items() for word in (option, str(shared / name))]


def steps(sources: list[str], out: Path, scale: Scale, resume: bool) -> list[Step]:
    """The commands of the chain in order, each as (name, function, arguments)."""
    faces, run, bundle = str(out / "faces"), str(out / "run"), str(out / scale.bundle)
    limit = ["--limit", str(scale.limit)] if scale.limit else []
    epochs = ["--epochs", str(scale.epochs)] if scale.epochs else []
    begun = resume and (out / "run" / checkpoint.LAST_NAME).exists()
    prepared = resume and (out / "faces" / index.INDEX_NAME).exists()
    where = ["--data", faces, "--run", run]
    tests = [f"{faces}/test/real", f"{faces}/test/fake"]
    chain: list[Step] = [
        ("prepare", prepare.main, [*sources, "--out", faces, *limit]),
        ("train", train.main,
         ["--data", faces, "--out", run, *epochs, *(["--resume"] if begun else [])]),
        ("fit", fit.main, [*where, "--components", str(scale.components)]),
        ("export", export.main, [*where, "--out", bundle]),
        ("evaluate", evaluate.main,
         ["--real", tests[0], "--fake", tests[1], "--model", bundle,
          "--out", str(out / "evaluation"), "--crops", "--perturbed", str(scale.perturbed)]),
    ]  # fmt: skip
    return chain[1:] if prepared else chain


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.chain",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--small", action="store_true", help="a subset and few epochs")
    parser.add_argument("--real", type=Path, nargs="+", default=[], metavar="DIR")
    parser.add_argument("--fake", type=Path, nargs="+", default=[], metavar="DIR")
    parser.add_argument("--out", type=Path, help="default: build/train or build/reference")
    parser.add_argument("--limit", type=int, help="pictures taken of each folder")
    parser.add_argument("--epochs", type=int)
    parser.add_argument(
        "--resume", action="store_true", help="keep what an earlier run has finished"
    )
    given = parser.parse_args(arguments)
    scale = SMALL if given.small else FULL
    scale = replace(scale, limit=given.limit or scale.limit, epochs=given.epochs or scale.epochs)
    out: Path = given.out or ROOT / "build" / scale.folder
    try:
        sources = folders_to_use(given.real, given.fake)
    except FileNotFoundError as error:
        print(f"chain: {error}", file=sys.stderr)
        return 2
    if not given.resume:
        for old in ("faces", "run", "evaluation", scale.bundle):
            shutil.rmtree(out / old, ignore_errors=True)
    began = time.monotonic()
    for name, step, words in steps(sources, out, scale, given.resume):
        print(
            f"\n[{time.monotonic() - began:.0f} s] python -m training.{name} {' '.join(words)}",
            flush=True,
        )
        if step(words):
            print(f"chain: stopped at {name}", file=sys.stderr)
            return 2
    print(
        f"\nThe chain took {time.monotonic() - began:.0f} s. "
        f"Curves: {out / 'run' / 'accuracy.png'}, {out / 'run' / 'loss.png'}. "
        f"Report: {out / 'evaluation' / 'report.html'}. Bundle: {out / scale.bundle}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

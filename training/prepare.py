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

"""Bring folders of pictures to one size and one codec, split them by person or file, refuse leaks.

    python -m training.prepare --real photos/real --fake photos/fake --out build/faces
    python -m training.prepare --train-real faces/train_real --calibration-real faces/calib_real \\
        --test-real faces/dev_real --test-fake faces/dev_fake --out build/faces

Writes OUT/SPLIT/LABEL/*.jpg, OUT/index.csv (see index.py), OUT/skipped.csv and OUT/prepare.json.
Folders given without a split are split as the thesis splits its 70,000; of a training folder
without a validation folder one face in twenty is held out.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from training import leaks, preparing
from training.index import INDEX_NAME, LABELS, SPLITS, Entry, write_index
from training.pictures import FaceSource
from training.sources import Source, jobs_of
from training.splits import split_entries

SETTINGS_NAME, SKIPPED_NAME = "prepare.json", "skipped.csv"
SIZE_PX, JPEG_QUALITY, SEED = 128, 50, 1


@dataclass(frozen=True)
class Options:
    """How pictures are prepared. min_side_px: None for size_px. group: see sources.person_of.

    limit: take at most so many files of each folder. workers: processes.
    """

    size_px: int = SIZE_PX
    jpeg_quality: int | None = JPEG_QUALITY
    faces: FaceSource = "auto"
    min_side_px: int | None = None
    group: str | None = None
    limit: int | None = None
    seed: int = SEED
    workers: int = os.cpu_count() or 1


def prepare(sources: list[Source], out: Path, options: Options | None = None) -> dict[str, int]:
    """Prepare `sources` into `out`; returns the number of faces by split and class.

    Raises:
        FileExistsError: `out` holds a prepared set.
        NotADirectoryError: a source is no folder.
        ValueError: a folder gives no face, or splits leak into each other; the message lists
        examples.
    """
    options = options or Options()
    if (out / INDEX_NAME).exists():
        raise FileExistsError(f"{out}: holds a prepared set already")
    jobs = [
        job
        for source in sources
        for job in jobs_of(source, options.group, options.limit, options.seed)
    ]
    out.mkdir(parents=True, exist_ok=True)
    incoming = out / "incoming"
    shutil.rmtree(incoming, ignore_errors=True)
    incoming.mkdir()
    settings = preparing.Settings(
        incoming,
        options.size_px,
        options.jpeg_quality,
        options.min_side_px or options.size_px,
        options.faces,
    )
    entries: list[Entry] = []
    skipped: list[tuple[str, str]] = []
    try:
        for job, outcome in zip(jobs, preparing.run(jobs, settings, options.workers), strict=True):
            if isinstance(outcome, str):
                skipped.append((str(job.path), outcome))
            else:
                entries.append(outcome)
        _write_skipped(out, skipped)
        _refuse_empty(sources, entries, skipped, out)
        entries = split_entries(entries, options.seed)
        leaks.refuse(entries)
        entries = [_place(entry, incoming, out) for entry in entries]
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
    counts = {
        f"{split}/{label}": sum(e.split == split and e.label == label for e in entries)
        for split in SPLITS
        for label in LABELS
    }
    counts = {name: count for name, count in counts.items() if count}
    record = {
        "size_px": options.size_px,
        "jpeg_quality": options.jpeg_quality,
        "seed": options.seed,
        "faces": options.faces,
        "counts": counts,
        "skipped": len(skipped),
        "sources": {
            _name(source): [s.folder.name for s in sources if _name(s) == _name(source)]
            for source in sources
        },
    }
    (out / SETTINGS_NAME).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    write_index(out, entries)
    return counts


def read_settings(directory: Path) -> dict:
    """What prepare.json of a prepared folder says.

    Raises:
        FileNotFoundError: the folder was not made by training.prepare.
    """
    path = Path(directory) / SETTINGS_NAME
    if not path.is_file():
        raise FileNotFoundError(f"{path}: not there; make it with python -m training.prepare")
    return json.loads(path.read_text(encoding="utf-8"))


def _name(source: Source) -> str:
    return f"{source.split}/{source.label}" if source.split else source.label


def _refuse_empty(sources: list[Source], entries: list[Entry], skipped: list, out: Path) -> None:
    for source in sources:
        if not any(e.label == source.label and e.split == source.split for e in entries):
            raise ValueError(
                f"{source.folder}: no usable {source.label} face; {len(skipped)} files were "
                f"skipped, see {out / SKIPPED_NAME}"
            )


def _place(entry: Entry, incoming: Path, out: Path) -> Entry:
    path = Path(entry.split) / entry.label / entry.path
    (out / path).parent.mkdir(parents=True, exist_ok=True)
    os.replace(incoming / entry.path, out / path)
    return replace(entry, path=path.as_posix())


def _write_skipped(out: Path, skipped: list[tuple[str, str]]) -> None:
    with open(out / SKIPPED_NAME, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("path", "reason"), *skipped])


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.prepare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for split in ("", *SPLITS):
        for label in LABELS:
            name = f"{split}-{label}" if split else label
            parser.add_argument(
                f"--{name}",
                type=Path,
                nargs="+",
                default=[],
                metavar="DIR",
                help=f"{label} pictures for {split}" if split else f"{label} pictures to split",
            )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=SIZE_PX, help="side of the crops, px")
    parser.add_argument("--jpeg-quality", type=int, default=JPEG_QUALITY, help="0 keeps PNG")
    parser.add_argument(
        "--faces",
        choices=("auto", "crops", "detect"),
        default="auto",
        help="auto: square pictures are aligned faces, in others the largest face is found",
    )
    parser.add_argument(
        "--min-side", type=int, help="least side of a face's square, px (default: --size)"
    )
    parser.add_argument(
        "--group", help="regular expression on the file's stem; its first group is the person"
    )
    parser.add_argument("--limit", type=int, help="take at most so many files of each folder")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=Options.workers, help="processes")
    given = parser.parse_args(arguments)
    sources = [
        Source(folder, label, split)
        for split in ("", *SPLITS)
        for label in LABELS
        for folder in getattr(given, f"{split}_{label}" if split else label)
    ]
    if not sources:
        parser.error("no folder given: --real DIR --fake DIR, or --train-real DIR …")
    options = Options(
        given.size,
        given.jpeg_quality or None,
        given.faces,
        given.min_side,
        given.group,
        given.limit,
        given.seed,
        given.workers,
    )
    try:
        counts = prepare(sources, given.out, options)
    except (OSError, ValueError, re.error) as error:
        print(f"prepare: {error}", file=sys.stderr)
        return 2
    skipped = read_settings(given.out)["skipped"]
    print(
        f"{given.out}: {counts}; {skipped} files skipped"
        + (f", listed in {given.out / SKIPPED_NAME}" if skipped else "")
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

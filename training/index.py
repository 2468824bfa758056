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

"""The index of a prepared dataset: one row per face, its split and what it came from."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

INDEX_NAME = "index.csv"
SPLITS = ("train", "validation", "calibration", "test")
LABELS = ("real", "fake")


@dataclass(frozen=True)
class Entry:
    """One face of a prepared dataset.

    path: the prepared JPEG, relative to the dataset's folder. split: one of SPLITS. label: one of
    LABELS.
    id: the person or file that must not be in two splits. sha256: of the prepared file.
    dhash: 256-bit difference hash as 64 hex digits. source: the original file's path as it was
    given.
    source_sha256: of the original file.
    """

    path: str
    split: str
    label: str
    id: str
    sha256: str
    dhash: str
    source: str
    source_sha256: str


def write_index(directory: Path, entries: Iterable[Entry]) -> None:
    """Write DIRECTORY/index.csv, one row per entry, in the order given."""
    names = [field.name for field in fields(Entry)]
    with open(directory / INDEX_NAME, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, names)
        writer.writeheader()
        writer.writerows(asdict(entry) for entry in entries)


def read_index(directory: Path) -> list[Entry]:
    """Read DIRECTORY/index.csv.

    Raises:
        FileNotFoundError: the folder was not made by training.prepare.
        ValueError: a column is missing, or a split or label is unknown.
    """
    path = Path(directory) / INDEX_NAME
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such index; make one with python -m training.prepare")
    with open(path, newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        missing = {field.name for field in fields(Entry)} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path}: columns missing: {', '.join(sorted(missing))}")
        entries = [
            Entry(**{field.name: row[field.name] for field in fields(Entry)}) for row in reader
        ]
    for entry in entries:
        if entry.split not in SPLITS or entry.label not in LABELS:
            raise ValueError(f"{path}: {entry.path}: split {entry.split!r}, label {entry.label!r}")
    return entries


def select(directory: Path, split: str, label: str) -> list[Path]:
    """Absolute paths of one split and class, in the index's order."""
    return [
        Path(directory) / entry.path
        for entry in read_index(directory)
        if entry.split == split and entry.label == label
    ]

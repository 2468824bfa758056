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

"""Which pictures training.prepare takes of the folders it is given, and who is on each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from training.pictures import list_files
from training.preparing import Job


@dataclass(frozen=True)
class Source:
    """A folder of one class; split is "" where it is still to be split."""

    folder: Path
    label: str
    split: str = ""


def jobs_of(source: Source, group: str | None, limit: int | None, seed: int) -> Iterator[Job]:
    """One job for each picture of a folder that is taken: all, or `limit` drawn by `seed`.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    for path in _limited(list_files(source.folder), limit, seed):
        name = Path(source.folder.name) / path.relative_to(source.folder)
        yield Job(path, str(name), source.label, source.split, person_of(path, group))


def person_of(path: Path, group: str | None) -> str:
    """The id that must stay in one split.

    The file's stem, or the first group of a regular expression.
    r"(.+)_\\d+" takes LFW's "Aaron_Peirsol_0001" to "Aaron_Peirsol".
    """
    found = re.search(group, path.stem) if group else None
    return found.group(1) if found and found.groups() else path.stem


def _limited(paths: list[Path], limit: int | None, seed: int) -> list[Path]:
    """A random part, the same on every machine, in the folder's order."""
    if not limit or len(paths) <= limit:
        return paths
    ranked = sorted(
        paths, key=lambda path: hashlib.sha256(f"{seed}:{path.name}".encode()).digest()
    )
    return sorted(ranked[:limit])

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

"""Leaks between splits: one file, one person, or one picture saved in two ways."""

from __future__ import annotations

from collections.abc import Iterator

from training.duplicates import near_pairs
from training.index import Entry

SHOWN = 5


class Groups:
    """Things that belong together, joined pair by pair (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def find(self, member: str) -> str:
        """The name of the member's group: its least member."""
        parent = self._parent.setdefault(member, member)
        while parent != self._parent[parent]:
            self._parent[parent] = self._parent[self._parent[parent]]
            parent = self._parent[parent]
        self._parent[member] = parent
        return parent

    def join(self, one: str, other: str) -> None:
        """Make both one group."""
        first, second = sorted((self.find(one), self.find(other)))
        self._parent[second] = first


class LeakError(ValueError):
    """Two splits share a face; the message lists examples."""


def group_names(entries: list[Entry]) -> list[str]:
    """The group of each entry: entries of one person, file or picture are in one group."""
    groups = Groups()
    for one, other, _ in _alike(entries):
        groups.join(one.id, other.id)
    return [groups.find(entry.id) for entry in entries]


def refuse(entries: list[Entry]) -> None:
    """Raise LeakError where entries of different splits are the same file, person or picture."""
    found = [(one, other, why) for one, other, why in _alike(entries) if one.split != other.split]
    if found:
        lines = [
            f"  {one.split}: {one.source}  =  {other.split}: {other.source}  ({why})"
            for one, other, why in found[:SHOWN]
        ]
        more = f"\n  and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise LeakError(
            f"{len(found)} faces are in two splits; leave them out of one of them "
            "(if only the file names agree, tell people apart with --group):\n"
            + "\n".join(lines)
            + more
        )


def _alike(entries: list[Entry]) -> Iterator[tuple[Entry, Entry, str]]:
    """Pairs that must not be parted. Ids count within a class: a fake's is nobody's name."""
    first_file: dict[str, Entry] = {}
    people: dict[tuple[str, str, str], Entry] = {}
    for entry in entries:
        same = first_file.setdefault(entry.source_sha256, entry)
        if same is not entry:
            yield same, entry, "same file"
        people.setdefault((entry.label, entry.id, entry.split), entry)
    by_person: dict[tuple[str, str], Entry] = {}
    for (label, person, _), entry in people.items():
        same = by_person.setdefault((label, person), entry)
        if same is not entry:
            yield same, entry, "same id"
    for i, j in near_pairs([entry.dhash for entry in entries]):
        if entries[i].source_sha256 != entries[j].source_sha256:
            yield entries[i], entries[j], "near-duplicate picture"

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

"""Which face goes into which split: by group, so that nobody is in two."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from training.index import LABELS, Entry
from training.leaks import group_names

THESIS_FRACTIONS = {"train": 5 / 7, "validation": 1 / 14, "calibration": 1 / 14, "test": 1 / 7}
"""50,000 to train and 10,000 to test of 70,000, as in the thesis; its other 10,000 are halved
between validation and calibration."""
HELD_OUT = {"train": 0.95, "validation": 0.05}


def assign_splits(
    groups: Iterable[str], fractions: Mapping[str, float], seed: int
) -> dict[str, str]:
    """Deal groups out to splits.

    Groups are ordered by a hash of (seed, name) and cut where the faces before them reach the
    fractions: the same faces give the same splits in any order and on any machine.

    Args:
        groups: the group of every face, one item per face.
        fractions: share of the faces by split, summing to 1.
        seed: another seed, another dealing.

    Returns:
        The split of each group.

    Raises:
        ValueError: the fractions do not sum to 1.
    """
    if abs(sum(fractions.values()) - 1.0) > 1e-9 or min(fractions.values()) < 0:
        raise ValueError(f"fractions: {dict(fractions)} must be non-negative and sum to 1")
    sizes: dict[str, int] = {}
    for group in groups:
        sizes[group] = sizes.get(group, 0) + 1
    total, boundary, boundaries = sum(sizes.values()), 0.0, []
    for split, fraction in fractions.items():
        boundary += fraction
        boundaries.append((round(boundary * total), split))
    splits, before = {}, 0
    for group in sorted(
        sizes, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest()
    ):
        splits[group] = next(
            (split for end, split in boundaries if before < end), boundaries[-1][1]
        )
        before += sizes[group]
    return splits


def split_entries(entries: list[Entry], seed: int) -> list[Entry]:
    """Split entries that have no split; hold validation faces out of training where needed."""
    result = list(entries)
    for label in LABELS:
        given = {e.split for e in result if e.label == label}
        asked = {"": THESIS_FRACTIONS}
        if "train" in given and "validation" not in given:
            asked["train"] = HELD_OUT
        for split, fractions in asked.items():
            chosen = [i for i, e in enumerate(result) if e.label == label and e.split == split]
            names = group_names([result[i] for i in chosen])
            splits = assign_splits(names, fractions, seed)
            for i, name in zip(chosen, names, strict=True):
                result[i] = replace(result[i], split=splits[name])
    return result

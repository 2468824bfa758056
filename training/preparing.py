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

"""The work of one process of training.prepare: file in, prepared file and index entry out."""

from __future__ import annotations

import functools
import hashlib
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2

from fakeface_ros.vision.detection import MtcnnDetector
from training.duplicates import difference_hash
from training.index import Entry
from training.pictures import FaceSource, Unusable, decode, encode, face_crop, is_crop


@dataclass(frozen=True)
class Job:
    """One file. name: path below the folder's parent. split: "" if not yet known."""

    path: Path
    name: str
    label: str
    split: str
    id: str


@dataclass(frozen=True)
class Settings:
    """What every file is brought to; incoming: folder for the prepared files."""

    incoming: Path
    size_px: int
    jpeg_quality: int | None
    min_side_px: int
    faces: FaceSource


class _Worker:
    """One process's settings and its detector, which is loaded when a picture first needs it."""

    def __init__(self, settings: Settings):
        self.settings = settings

    @functools.cached_property
    def detector(self) -> MtcnnDetector:
        return MtcnnDetector(threads=1)


_worker: _Worker | None = None
"""Set in each process; tasks of a pool can only share a detector through the module."""


def run(jobs: Sequence[Job], settings: Settings, workers: int) -> Iterator[Entry | str]:
    """Process the jobs; outcomes come in their order.

    Pictures stay in the workers, so memory does not grow with their number.
    """
    if workers <= 1:
        _start_worker(settings)
        yield from map(process, jobs)
        return
    # Spawned, not forked: a fork of a process with running threads can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start_worker, (settings,)) as pool:
        yield from pool.map(process, jobs, chunksize=32)


def _start_worker(settings: Settings) -> None:
    global _worker
    cv2.setNumThreads(1)  # there is one process per core
    _worker = _Worker(settings)


def process(job: Job) -> Entry | str:
    """Write the prepared file and return its entry, or return why the file gives none."""
    assert _worker is not None, "processes begin with _start_worker"
    settings = _worker.settings
    try:
        data = job.path.read_bytes()
        image = decode(data)
        detector = None if is_crop(image, settings.faces) else _worker.detector
        crop = face_crop(image, settings.size_px, settings.min_side_px, settings.faces, detector)
    except (Unusable, OSError) as error:
        return str(error)
    prepared = encode(crop, settings.jpeg_quality)
    suffix = ".png" if settings.jpeg_quality is None else ".jpg"
    # The name keeps the file's stem for people and its path's hash so that no two meet.
    unique = hashlib.sha256(f"{job.split}/{job.label}/{job.name}".encode()).hexdigest()[:8]
    name = f"{job.path.stem}-{unique}{suffix}"
    (settings.incoming / name).write_bytes(prepared)
    return Entry(
        name,
        job.split,
        job.label,
        job.id,
        hashlib.sha256(prepared).hexdigest(),
        difference_hash(crop),
        job.name,
        hashlib.sha256(data).hexdigest(),
    )

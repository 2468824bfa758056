# SPDX-License-Identifier: Apache-2.0
"""The work of one process of training.prepare: file in, prepared file and index entry out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2

from fakeface_ros.vision.detection import MtcnnDetector
from training.duplicates import difference_hash
from training.index import Entry
from training.pictures import FaceSource, Unusable, decode, encode, face_crop


@dataclass(frozen=True)
class Job:
    """One file. name: its path below the folder's parent, for the index. split: "" if not yet known."""

    path: Path
    name: str
    label: str
    split: str
    id: str


@dataclass
class _Worker:
    incoming: Path
    size_px: int
    jpeg_quality: int | None
    min_side_px: int
    faces: FaceSource
    detector: MtcnnDetector | None = None


_worker: _Worker | None = None
"""One process's settings and detector; a pool's tasks can only share them through the module."""


def start_worker(
    incoming: Path, size_px: int, jpeg_quality: int | None, min_side_px: int, faces: FaceSource
) -> None:
    """Set this process up. Each runs single-threaded: there is one process per core."""
    global _worker
    cv2.setNumThreads(1)
    _worker = _Worker(incoming, size_px, jpeg_quality, min_side_px, faces)


def process(job: Job) -> Entry | str:
    """Write the prepared file and return its entry, or return why the file gives none."""
    assert _worker is not None, "start_worker first"
    try:
        data = job.path.read_bytes()
        image = decode(data)
        crops = _worker.faces == "crops" or (
            _worker.faces == "auto" and image.shape[0] == image.shape[1]
        )
        if not crops and _worker.detector is None:
            _worker.detector = MtcnnDetector(threads=1)
        crop = face_crop(
            image, _worker.size_px, _worker.min_side_px, _worker.faces, _worker.detector
        )
    except (Unusable, OSError) as error:
        return str(error)
    prepared = encode(crop, _worker.jpeg_quality)
    suffix = ".png" if _worker.jpeg_quality is None else ".jpg"
    # The name keeps the file's stem for people and its path's hash so that no two meet.
    unique = hashlib.sha256(f"{job.split}/{job.label}/{job.name}".encode()).hexdigest()[:8]
    name = f"{job.path.stem}-{unique}{suffix}"
    (_worker.incoming / name).write_bytes(prepared)
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

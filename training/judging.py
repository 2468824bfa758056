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

"""Folders of pictures through the real pipeline, one picture at a time, to one row per picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from fakeface_ros.pipeline import Pipeline
from fakeface_ros.results import Face, Verdict
from fakeface_ros.vision.alignment import align_faces, resize_crop
from training.baselines import trivial_cues
from training.perturbations import PERTURBATIONS
from training.pictures import Unusable, decode, list_files

EVIDENCE = ("reconstruction_error", "log_density")


@dataclass
class Sample:
    """One picture and what the pipeline says of its largest face.

    found: a face was detected (always with --crops). judged: its verdict is real or fake. The
    scores
    are NaN where it was not judged. perturbed: fake_score and whether the verdict is fake, by
    name.
    """

    path: Path
    folder: str
    label: str
    found: bool = False
    judged: bool = False
    flagged: bool = False
    reason: str = ""
    fake_score: float = math.nan
    p_real: float = math.nan
    reconstruction_error: float = math.nan
    log_density: float = math.nan
    cues: dict[str, float] = field(default_factory=dict)
    perturbed: dict[str, tuple[float, bool]] = field(default_factory=dict)


def judge_folder(
    pipeline: Pipeline,
    folder: Path,
    label: str,
    crops: bool,
    perturb: Callable[[int], bool],
    skipped: list[tuple[str, str]],
) -> Iterator[Sample]:
    """Judge every picture of a folder.

    Args:
        pipeline: the one that the node and the command use.
        folder: pictures of one class.
        label: "real" or "fake".
        crops: each picture is one aligned face.
        perturb: whether the picture of that number is also judged perturbed.
        skipped: receives (path, reason) of files that are no pictures.
    """
    for number, path in enumerate(list_files(folder)):
        try:
            image = decode(path.read_bytes())
        except (Unusable, OSError) as error:
            skipped.append((str(path), str(error)))
            continue
        sample = Sample(path, folder.name, label)
        crop = _judge(pipeline, image, crops, sample)
        if crop is not None and sample.judged:
            sample.cues = trivial_cues(crop, pipeline.bundle.jpeg_quality)
            if perturb(number):
                sample.perturbed = dict(_perturbed(pipeline, crop, number))
        yield sample


def face_crop_of(pipeline: Pipeline, image: np.ndarray, crops: bool) -> np.ndarray | None:
    """The crop (S, S, 3) uint8 RGB that the pipeline judges of a picture, None without a face."""
    return _judge(pipeline, image, crops, Sample(Path(), "", ""))


def _judge(
    pipeline: Pipeline, image: np.ndarray, crops: bool, sample: Sample
) -> np.ndarray | None:
    size_px = pipeline.bundle.size_px
    if crops:
        faces = pipeline.judge_crop(image).faces
    else:
        faces = pipeline.process(image).faces
        pipeline.reset()  # the next picture is another scene
    if not faces:
        return None
    face = max(faces, key=lambda found: found.box[2] * found.box[3])
    _fill(sample, face)
    if crops:
        return resize_crop(image, size_px)
    return align_faces(image, face.landmarks[None], size_px)[0]


def _fill(sample: Sample, face: Face) -> None:
    sample.found, sample.judged = True, face.verdict != Verdict.UNKNOWN
    sample.flagged, sample.reason = face.verdict == Verdict.FAKE, face.reason
    for name in ("fake_score", "p_real", *EVIDENCE):
        setattr(sample, name, getattr(face, name))


def _perturbed(
    pipeline: Pipeline, crop: np.ndarray, number: int
) -> Iterator[tuple[str, tuple[float, bool]]]:
    """Perturb the aligned crop, so that every perturbation means the same on every picture."""
    for kind, (name, apply) in enumerate(PERTURBATIONS.items()):
        picture = apply(
            cv2.cvtColor(crop, cv2.COLOR_RGB2BGR), np.random.default_rng([number, kind])
        )
        face = pipeline.judge_crop(picture).faces[0]
        yield name, (face.fake_score, face.verdict == Verdict.FAKE)

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

"""How a frame's time grows: with faces, frame size, smallest face, threads, searches."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from frames import Frames, cover, with_faces
from tables import Table
from timing import interleaved_ms, ratios, rounded, slope, summarise

from fakeface_ros.parallel import thread_count
from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.sources import frames_from
from fakeface_ros.vision.boxes import overlap
from fakeface_ros.vision.detection import MtcnnDetector

FACES = (0, 1, 2, 4, 8, 16, 32)


def by_faces(model: str, rounds: int) -> Table:
    """1080p frames with 0 to 32 faces."""
    pipeline, detector = Pipeline(PipelineConfig(model=model)), MtcnnDetector()
    pictures = {count: with_faces(count) for count in FACES}
    seen = {count: len(pipeline.process(picture).faces) for count, picture in pictures.items()}
    whole = interleaved_ms(
        {str(n): partial(pipeline.process, picture) for n, picture in pictures.items()}, rounds
    )
    alone = interleaved_ms(
        {str(n): partial(detector.detect, picture) for n, picture in pictures.items()}, rounds
    )
    table = Table(f"time against faces, {model}, 1920 x 1080, smallest face 40 px")
    for count in FACES:
        detection = summarise(alone[str(count)]).median
        total = summarise(whole[str(count)])
        table.rows.append(
            {
                "faces": count,
                "found": seen[count],
                **total.row(),
                "of it detection": rounded(detection),
            }
        )
    medians = [summarise(whole[str(n)]).median for n in FACES]
    each = slope([seen[n] for n in FACES], medians)
    detection = slope([seen[n] for n in FACES], [summarise(alone[str(n)]).median for n in FACES])
    table.rows.append(
        {"faces": "each more", "median ms": rounded(each), "of it detection": rounded(detection)}
    )
    return table


def by_size(model: str, frames: Frames, rounds: int) -> Table:
    """The same picture at several sizes, the smallest face growing with it and not."""
    height = 1080
    cases = {
        "640 x 480": ((640, 480), 40),
        "854 x 480": ((854, 480), 40),
        "1280 x 720": ((1280, 720), 60),
        "1920 x 1080": ((1920, height), 90),
        "1920 x 1080, small faces too": ((1920, height), 40),
    }
    calls: dict[str, Callable[[], object]] = {}
    for name, (size, min_face_px) in cases.items():
        picture = cover(frames.large, size)
        pipeline = Pipeline(PipelineConfig(model, min_face_px))
        detector = MtcnnDetector(min_face_px)
        calls[name] = partial(pipeline.process, picture)
        calls[f"{name} detection"] = partial(detector.detect, picture)
    times = interleaved_ms(calls, rounds)
    table = Table(f"time against frame size, {model}, the same picture")
    for name, (_, min_face_px) in cases.items():
        alone = times[f"{name} detection"]
        table.rows.append(
            {
                "frame": name,
                "smallest face px": min_face_px,
                **summarise(times[name]).row(),
                "detection ms": rounded(summarise(alone).median),
                "detection, times 640 x 480": rounded(
                    ratios(alone, times["640 x 480 detection"]).median
                ),
                "times 854 x 480": rounded(ratios(alone, times["854 x 480 detection"]).median),
            }
        )
    return table


def by_smallest_face(frame: np.ndarray, rounds: int) -> Table:
    """Detection alone on a camera frame."""
    detectors = {size: MtcnnDetector(size) for size in (20, 30, 40, 60, 80)}
    times = interleaved_ms(
        {str(size): partial(by.detect, frame) for size, by in detectors.items()}, rounds
    )
    table = Table("detection against the smallest face, 640 x 480")
    for size in detectors:
        table.rows.append({"smallest face px": size, **summarise(times[str(size)]).row()})
    return table


def by_threads(model: str, frame: np.ndarray, rounds: int) -> Table:
    """A whole camera frame on one core, two, and so on."""
    cores = thread_count()
    counts = sorted({1, 2, 4, 8, 16, cores} & set(range(1, cores + 1)))
    pipelines = {count: Pipeline(PipelineConfig(model, threads=count)) for count in counts}
    times = interleaved_ms(
        {str(n): partial(p.process, frame) for n, p in pipelines.items()}, rounds
    )
    table = Table(f"whole 640 x 480 frame against threads, {model}, of {cores} cores")
    for count in counts:
        gain = ratios(times["1"], times[str(count)]).median
        table.rows.append(
            {"threads": count, **summarise(times[str(count)]).row(), "times faster": rounded(gain)}
        )
    return table


def by_searches(root: Path, frames: int) -> Table:
    """Clips with `detect_every` from 1 to 10: time, and whether the same faces are found."""
    counts = (1, 2, 3, 5, 10)
    folder = root.parent / "shared" / "data" / "scenes" / "clips"
    clips = [str(clip) for clip in sorted(folder.iterdir())] if folder.is_dir() else []
    table = Table("time against detect_every, default, whole frames")
    times: dict[int, list[float]] = {count: [] for count in counts}
    found, same = dict.fromkeys(counts, 0), dict.fromkeys(counts, 0)
    for clip in clips[::3]:
        pipelines = {n: Pipeline(PipelineConfig("default", detect_every=n)) for n in counts}
        for frame in islice(frames_from(clip), frames // len(clips[::3])):
            if frame.image is None:
                continue
            boxes = {}
            for count in _turned(counts, frame.index):
                result = pipelines[count].process(frame.image)
                times[count].append(result.latency_ms)
                boxes[count] = np.array([face.box for face in result.faces]).reshape(-1, 4)
                boxes[count][:, 2:] += boxes[count][:, :2]
            for count in counts:
                found[count] += len(boxes[count])
                same[count] += int((overlap(boxes[1], boxes[count]) >= 0.7).any(axis=1).sum())
    for count in counts if found[1] else ():
        table.rows.append(
            {
                "detect_every": count,
                **summarise(times[count]).row(),
                "mean ms": rounded(float(np.mean(times[count]))),
                "times faster": rounded(sum(times[1]) / sum(times[count])),
                "faces": found[count],
                "of those at 1, IoU 0.7": f"{same[count] / found[1]:.1%}",
            }
        )
    table.notes.append(f"{len(clips[::3])} clips of shared/data/scenes, {len(times[1])} frames.")
    return table


def _turned(counts: tuple[int, ...], by: int) -> tuple[int, ...]:
    by %= len(counts)
    return counts[by:] + counts[:by]

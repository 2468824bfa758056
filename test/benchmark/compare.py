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

"""Both stacks on the same frames, in turn: whole frames, start-up, memory, detection alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from child import Child
from frames import Frames
from tables import Table
from timing import Summary, ratios, rounded, summarise

from fakeface_ros.vision.boxes import overlap

Samples = dict[str, list[float]]


def save_pictures(frames: Frames, file: Path) -> None:
    """What the stacks' processes read: camera0, camera1, …, crowd0, …."""
    pictures = {f"camera{i}": frame for i, frame in enumerate(frames.camera)}
    pictures |= {f"crowd{i}": frame for i, frame in enumerate(frames.crowd)}
    np.savez(file, **pictures)  # type: ignore[arg-type]


def whole_frames(ours: list[Child], others: list[Child], frames: int, rounds: int) -> list[Table]:
    """Time, ratio, start-up and memory; then where the time goes; then whether they agree."""
    children = [*ours, *others]
    times: Samples = {child.name: [] for child in children}
    stages: dict[str, list[dict[str, float]]] = {child.name: [] for child in children}
    answers: dict[str, dict[int, dict]] = {child.name: {} for child in children}
    for number in range(-1, rounds):
        for frame in range(frames):
            for child in _turned(children, frame):
                judged = child.judge(f"camera{frame}")
                answers[child.name][frame] = judged
                if number >= 0:  # the first round warms up
                    times[child.name].append(judged["total_ms"])
                    stages[child.name].append(judged["stages_ms"])
    table = Table("whole frame, 640 x 480, one face, smallest face 40 px")
    for child in children:
        row = {"stack": child.name, **summarise(times[child.name]).row()}
        for mine in ours:
            if child in others:
                ratio = ratios(times[child.name], times[mine.name], frames)
                row[f"times {mine.name}"] = _times(ratio)
        row["start to first verdict s"] = rounded(child.started_s)
        row["resident MB"] = rounded(child.resident_mb())
        row["highest MB"] = rounded(child.resident_mb(peak=True))
        table.rows.append(row)
    table.notes.append(
        f"{frames} frames, {rounds} rounds after one of warm-up, in turn; each stack in its own "
        "process; ratios are of the time for all frames of a round, median and quartiles."
    )
    parts = Table("where the time of a whole frame goes (median ms)")
    for child in children:
        names = dict.fromkeys(name for stage in stages[child.name] for name in stage)
        parts.rows.append(
            {"stack": child.name}
            | {
                name: rounded(float(np.median([s.get(name, 0.0) for s in stages[child.name]])))
                for name in names
            }
        )
    return [table, parts, _agreement(ours[0], others, answers)]


def detection_alone(
    ours: Child, wheel: Child, frames: int, crowd: int, rounds: int, sizes: tuple[int, ...]
) -> Table:
    """Our detector against the wheel's: time on camera frames, recall on all pictures."""
    table = Table("detection alone, against the mtcnn wheel at the same smallest face")
    camera = [f"camera{i}" for i in range(frames)]
    for min_face_px in sizes:
        times: Samples = {ours.name: [], wheel.name: []}
        for number in range(-1, rounds):
            for index, key in enumerate(camera):
                for child in _turned([ours, wheel], index):
                    spent_ms = child.detect(key, min_face_px)["total_ms"]
                    if number >= 0:
                        times[child.name].append(spent_ms)
        wanted = found = extra = 0
        crowd_times: Samples = {ours.name: [], wheel.name: []}
        for key in [*camera, *(f"crowd{i}" for i in range(crowd))]:
            answers = {child.name: child.detect(key, min_face_px) for child in (ours, wheel)}
            matches = _matches(answers[wheel.name]["boxes"], answers[ours.name]["boxes"])
            wanted += matches.shape[0]
            found += int(matches.any(axis=1).sum())
            extra += int((~matches.any(axis=0)).sum())
            for name, answer in answers.items() if key.startswith("crowd") else ():
                crowd_times[name].append(answer["total_ms"])
        not_mended = sum(
            len(wheel.detect(key, min_face_px, as_shipped=True)["boxes"]) for key in camera
        )
        mine, theirs = summarise(times[ours.name]), summarise(times[wheel.name])
        row = {
            "smallest face px": min_face_px,
            "ours ms": rounded(mine.median),
            "ours p95": rounded(mine.p95),
            "wheel ms": rounded(theirs.median),
            "wheel p95": rounded(theirs.p95),
            "times faster": _times(ratios(times[wheel.name], times[ours.name], frames)),
            "wheel's faces": wanted,
            "not mended": not_mended,
            "found at IoU 0.7": f"{found / wanted:.1%}" if wanted else "-",
            "more": extra,
        }
        if crowd:
            row["times, photos"] = _times(ratios(crowd_times[wheel.name], crowd_times[ours.name]))
        table.rows.append(row)
    table.notes.append(
        f"Times on {frames} camera frames, their ratio that of all of them in a round; faces "
        f"counted on these and on {crowd} photos of different sizes, each measured once. "
        "The wheel's pyramid is mended (see stacks.py); "
        f"'not mended' is what it finds on the {frames} camera frames without."
    )
    return table


def _agreement(mine: Child, others: list[Child], answers: dict[str, dict[int, dict]]) -> Table:
    """Same faces, same reconstruction error, same verdict?"""
    table = Table(f"agreement with {mine.name}")
    for other in others:
        faces = same_verdict = 0
        differences = []
        for frame, theirs in answers[other.name].items():
            ours = answers[mine.name][frame]
            for i, j in zip(*np.nonzero(_matches(theirs["boxes"], ours["boxes"])), strict=True):
                faces += 1
                same_verdict += theirs["fake"][i] == ours["fake"][j]
                differences.append(abs(theirs["errors"][i] / ours["errors"][j] - 1))
        row: dict = {"stack": other.name, "faces in common": faces, "same verdict": same_verdict}
        if differences:
            row["largest difference of reconstruction error"] = f"{max(differences):.2%}"
        table.rows.append(row)
    table.notes.append(
        "The reference's density is filled with codes made from the bundle's (see stacks.py), so "
        "its log density, and a verdict that hangs on it, can differ."
    )
    return table


def _matches(theirs: list, ours: list) -> np.ndarray:
    corners = []
    for boxes in (theirs, ours):
        array = np.asarray(boxes, np.float64).reshape(-1, 4)
        corners.append(np.concatenate([array[:, :2], array[:, :2] + array[:, 2:]], axis=1))
    return overlap(*corners) >= 0.7


def _turned(children: list[Child], by: int) -> list[Child]:
    by %= len(children)
    return children[by:] + children[:by]


def _times(ratio: Summary) -> str:
    return f"{ratio.median:.3g} ({ratio.low:.3g} to {ratio.high:.3g})"

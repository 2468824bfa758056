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

"""What became of each face over a scene: its ids, its scores, how often its verdict changed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from fakeface_ros.results import Face, FrameResult, Verdict
from fakeface_ros.vision.boxes import overlap
from training.metrics import RESAMPLES

FIRST_SECOND_FRAMES = 30
_SAME_FACE_OVERLAP = 0.4
_HIDDEN = 0.25  # a face of which more than this is covered is not asked for
_BRIEF_FRAMES = 5  # what a clip's detector finds for no longer than this is not a person


@dataclass
class Followed:
    """One face of a scene, frame by frame, where it was found.

    Attributes:
        label: "real" or "fake".
        kind: of the scene.
        expected: frames in which it was to be seen.
        found: the pipeline's faces, in order.
        frames: in which they were found.
    """

    label: str
    kind: str
    expected: int = 0
    found: list[Face] = field(default_factory=list)
    frames: list[int] = field(default_factory=list)

    @property
    def judged(self) -> list[Face]:
        """Its faces that got a verdict."""
        return [face for face in self.found if face.verdict is not Verdict.UNKNOWN]

    @property
    def width_px(self) -> float:
        """Mean width of the boxes found; NaN where there are none."""
        return float(np.mean([face.box[2] for face in self.found])) if self.found else math.nan

    @property
    def strangeness(self) -> np.ndarray:
        """Of each judged frame alone."""
        return np.array([face.strangeness for face in self.judged])

    @property
    def score(self) -> float:
        """What is said in the end, over its frames."""
        return self.judged[-1].fake_score

    @property
    def flagged(self) -> bool:
        """Whether it is called fake in the end."""
        return self.judged[-1].verdict is Verdict.FAKE

    def changes(self) -> tuple[int, int]:
        """Changes of verdict in the first second since it was first judged, and after it."""
        shown = [
            (frame, face.verdict)
            for frame, face in zip(self.frames, self.found, strict=True)
            if face.verdict is not Verdict.UNKNOWN
        ]
        late = [
            frame - shown[0][0] >= FIRST_SECOND_FRAMES
            for (_, before), (frame, verdict) in itertools.pairwise(shown)
            if verdict is not before
        ]
        return len(late) - sum(late), sum(late)

    def id_switches(self) -> int:
        """How often it went on under another id."""
        ids = [face.id for face in self.found]
        return sum(a != b for a, b in itertools.pairwise(ids))

    def row(self) -> dict[str, object]:
        """For a table."""
        judged = bool(self.judged)
        early, late = self.changes()
        return {
            "kind": self.kind,
            "label": self.label,
            "expected": self.expected,
            "found": len(self.found),
            "judged": len(self.judged),
            "face_px": round(self.width_px, 1),
            "mean_strangeness": round(float(self.strangeness.mean()), 4) if judged else "",
            "score": round(self.score, 6) if judged else "",
            "flagged": self.flagged if judged else "",
            "changes_first_second": early,
            "changes_after": late,
            "id_switches": self.id_switches(),
        }


def follow_known(
    results: Sequence[FrameResult],
    boxes: np.ndarray,
    hidden: np.ndarray,
    labels: Sequence[str],
    kind: str,
) -> list[Followed]:
    """The faces of a scene whose truth is known.

    Args:
        results: of T frames.
        boxes: (T, F, 4) x1, y1, x2, y2 of the true faces.
        hidden: (T, F) share of them that is covered.
        labels: of the F faces.
        kind: of the scene.
    """
    followed = [Followed(label, kind) for label in labels]
    for index, result in enumerate(results):
        x, y, width, height = _boxes(result.faces).T
        shared = overlap(boxes[index], np.stack([x, y, x + width, y + height], axis=1))
        for number, face in enumerate(followed):
            if hidden[index, number] > _HIDDEN:
                continue
            face.expected += 1
            # Two true faces may overlap one found; it belongs to that which it overlaps most.
            mine = np.where(shared.argmax(axis=0) == number, shared[number], 0.0)
            if len(mine) and mine.max() >= _SAME_FACE_OVERLAP:
                face.found.append(result.faces[int(mine.argmax())])
                face.frames.append(index)
    return followed


def follow_all(results: Sequence[FrameResult], label: str, kind: str) -> list[Followed]:
    """Every face of a recording under the id it was given, but those found only briefly."""
    followed: dict[str, Followed] = {}
    for index, result in enumerate(results):
        for face in result.faces:
            one = followed.setdefault(face.id, Followed(label, kind))
            one.expected += 1
            one.found.append(face)
            one.frames.append(index)
    return [face for face in followed.values() if len(face.found) > _BRIEF_FRAMES]


def summarise(followed: Sequence[Followed]) -> dict[str, object]:
    """Figures over all faces followed: of single frames, of whole tracks, and of their calm.

    frame_auroc pools all frames, each judged alone. Intervals are by bootstrap over whole tracks,
    each class by itself, since frames of one face are not independent.
    """
    judged = [face for face in followed if face.judged]
    real = [face for face in judged if face.label == "real"]
    fake = [face for face in judged if face.label == "fake"]
    changes = np.array([face.changes() for face in followed] or [(0, 0)])
    early, late = changes[:, 0], changes[:, 1]
    expected = sum(face.expected for face in followed)
    by_frame = _aurocs([face.strangeness for face in real], [face.strangeness for face in fake])
    by_track = _aurocs([[face.score] for face in real], [[face.score] for face in fake])
    gain = by_track - by_frame
    return {
        "tracks": len(followed),
        "tracks_judged": len(judged),
        "frames_expected": expected,
        "found": sum(len(face.found) for face in followed) / expected if expected else math.nan,
        "judged": sum(len(face.judged) for face in followed) / expected if expected else math.nan,
        "frame_auroc": float(by_frame[0]),
        "frame_auroc_ci95": _interval(by_frame),
        "track_auroc": float(by_track[0]),
        "track_auroc_ci95": _interval(by_track),
        "track_minus_frame": float(gain[0]),
        "track_minus_frame_ci95": _interval(gain),
        "real_frames_flagged": _share([f.verdict is Verdict.FAKE for t in real for f in t.judged]),
        "real_tracks_flagged": _share([face.flagged for face in real]),
        "fake_tracks_flagged": _share([face.flagged for face in fake]),
        "tracks_changing_in_first_second": int((early > 0).sum()),
        "tracks_changing_twice_in_first_second": int((early > 1).sum()),
        "tracks_changing_after": int((late > 0).sum()),
        "id_switches": sum(face.id_switches() for face in followed),
        "tracks_with_id_switch": sum(face.id_switches() > 0 for face in followed),
    }


def _aurocs(
    real: Sequence[Sequence[float] | np.ndarray],
    fake: Sequence[Sequence[float] | np.ndarray],
    seed: int = 0,
) -> np.ndarray:
    """AUROC of all scores of all tracks, and of RESAMPLES sets of tracks drawn with replacement.

    Args:
        real, fake: of each track its scores.

    Returns:
        (1 + RESAMPLES,), that of the tracks as they are first; NaN where a class is empty. The
        same seed draws the same tracks, so that two kinds of scores can be compared draw by draw.
    """
    if not real or not fake:
        return np.full(1 + RESAMPLES, math.nan)
    # An AUROC is the share of pairs that are in order, and drawing tracks only weighs the pairs.
    pairs = np.outer([len(r) for r in real], [len(f) for f in fake]).astype(np.float64)
    ordered = np.array([[_in_order(np.asarray(r), np.asarray(f)) for f in fake] for r in real])
    random = np.random.default_rng(seed)
    # How often each track is drawn, (1 + RESAMPLES, tracks).
    real_weights, fake_weights = (
        np.vstack([np.ones(count), random.multinomial(count, [1 / count] * count, RESAMPLES)])
        for count in (len(real), len(fake))
    )
    in_order, all_pairs = (
        ((real_weights @ table) * fake_weights).sum(axis=1) for table in (ordered, pairs)
    )
    return in_order / all_pairs


def _in_order(real: np.ndarray, fake: np.ndarray) -> float:
    """Pairs in which the fake one is stranger; equal ones count half."""
    return float((fake > real[:, None]).sum() + (fake == real[:, None]).sum() / 2)


def _interval(values: np.ndarray) -> tuple[float, float]:
    """95 % percentile interval of values (1 + RESAMPLES,), whose first is the figure itself."""
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return float(low), float(high)


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else math.nan


def _boxes(faces: Sequence[Face]) -> np.ndarray:
    return np.array([face.box for face in faces], np.float64).reshape(-1, 4)

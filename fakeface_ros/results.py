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

"""What passes between the stages: detections, judged faces, and the result of one frame."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

LANDMARK_NAMES = ("left_eye", "right_eye", "nose", "left_mouth_corner", "right_mouth_corner")
"""Order of the five landmarks everywhere; left and right are the viewer's."""


class Verdict(enum.IntEnum):
    """What is said of a face; the values are those of FaceVerdict.msg."""

    UNKNOWN = 0
    REAL = 1
    FAKE = 2

    @property
    def label(self) -> str:
        """Lower-case name, as in the JSON contract: "unknown", "real" or "fake"."""
        return self.name.lower()


@dataclass(frozen=True)
class Detections:
    """Faces found in one frame, strongest first.

    Attributes:
        boxes: (N, 4) float32, x, y, width, height in pixels of the frame, inside the frame.
        landmarks: (N, 5, 2) float32, x, y in pixels of the frame, in the order LANDMARK_NAMES;
            they may lie outside the frame where the face is cut by its edge.
        scores: (N,) float32, the detector's confidence in [0, 1].
    """

    boxes: np.ndarray
    landmarks: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def none(cls) -> Detections:
        """No face."""
        return cls(*(np.zeros(shape, np.float32) for shape in ((0, 4), (0, 5, 2), (0,))))


@dataclass
class Face:
    """One face of one frame and what is said of it.

    Attributes:
        box: x, y, width, height in pixels of the input frame.
        landmarks: (5, 2) float32, pixels of the input frame, in the order LANDMARK_NAMES.
        detection_score: the detector's confidence in [0, 1].
        id: the same for one face as long as it is followed, "" where faces are not followed.
        verdict: real, fake or unknown.
        fake_score: [0, 1], high is fake, 0.5 at the bundle's threshold, over the face's frames so
            far; NaN if not judged.
        p_real: conformal p-value in (0, 1]: the share of calibration faces, all real, that are
            at least as strange as this one has been over its frames so far; NaN if not judged.
        reconstruction_error: mean squared error per value of this frame's crop, values in [0, 1];
            NaN where the bundle does not compute it.
        log_density: natural log of the density of this frame's latent code; NaN likewise.
        strangeness: of this frame's crop alone, high is fake, as in `Scores`; NaN if not judged.
        reason: why the verdict is unknown, else "".
    """

    box: tuple[float, float, float, float]
    landmarks: np.ndarray
    detection_score: float
    id: str = ""
    verdict: Verdict = Verdict.UNKNOWN
    fake_score: float = math.nan
    p_real: float = math.nan
    reconstruction_error: float = math.nan
    log_density: float = math.nan
    strangeness: float = math.nan
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain values; a number that is not known is null, as JSON has no NaN."""

        def number(value: float, digits: int = 6) -> float | None:
            return round(float(value), digits) if math.isfinite(value) else None

        return {
            "box": [number(v, 2) for v in self.box],
            "landmarks": [[number(x, 2), number(y, 2)] for x, y in self.landmarks],
            "detection_score": number(self.detection_score),
            "id": self.id,
            "verdict": self.verdict.label,
            "fake_score": number(self.fake_score),
            "p_real": number(self.p_real),
            "reconstruction_error": number(self.reconstruction_error, 9),
            "log_density": number(self.log_density, 4),
            "reason": self.reason,
        }


@dataclass
class FrameResult:
    """Everything said of one frame.

    Attributes:
        source: file, device or topic the frame came from.
        frame: its number within the source, from 0.
        width, height: of the input frame, in pixels.
        faces: the judged faces, strongest detection first.
        latency_ms: time spent on this frame, in milliseconds.
    """

    source: str
    frame: int
    width: int
    height: int
    faces: list[Face] = field(default_factory=list)
    latency_ms: float = math.nan

    def to_json(self) -> dict[str, Any]:
        """The JSON contract of one image or frame."""
        return {
            "source": self.source,
            "frame": self.frame,
            "width": self.width,
            "height": self.height,
            "faces": [face.to_json() for face in self.faces],
        }

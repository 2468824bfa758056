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

"""The picture that people look at: a rectangle and a score for each face."""

from __future__ import annotations

import math

import cv2
import numpy as np

from fakeface_ros.results import Face, FrameResult, Verdict

COLOURS_BGR = {
    Verdict.FAKE: (40, 40, 220),
    Verdict.REAL: (60, 170, 40),
    Verdict.UNKNOWN: (150, 150, 150),
}
"""Red is fake, green is real, grey is unknown."""

STYLES = ("boxes", "labels", "landmarks")
"""Each draws what the one before it draws, and more."""

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_WHITE = (255, 255, 255)


def annotate(frame: np.ndarray, result: FrameResult, style: str = STYLES[-1]) -> np.ndarray:
    """Draw verdicts on a copy of the frame.

    Args:
        frame: (H, W, 3) uint8 BGR.
        result: what was said of this very frame.
        style: one of STYLES.

    Returns:
        (H, W, 3) uint8 BGR. With labels and exactly one face, `sentence` stands at the bottom.
    """
    extent = STYLES.index(style)
    picture = frame.copy()
    thickness = max(1, round(min(frame.shape[:2]) / 240))
    for face in result.faces:
        _draw_face(picture, face, thickness, extent)
    said = sentence(result)
    if said and extent >= 1:
        colour = COLOURS_BGR[result.faces[0].verdict]
        _draw_label(picture, said, (0, frame.shape[0]), colour, thickness)
    return picture


def sentence(result: FrameResult) -> str:
    """What the thesis says of a one-face image, "" where there is not one judged face."""
    if len(result.faces) != 1 or result.faces[0].verdict is Verdict.UNKNOWN:
        return ""
    return f"This image is {result.faces[0].verdict.label.capitalize()}"


def _draw_face(picture: np.ndarray, face: Face, thickness: int, extent: int) -> None:
    colour = COLOURS_BGR[face.verdict]
    x, y, width, height = (round(float(v)) for v in face.box)
    cv2.rectangle(picture, (x, y), (x + width, y + height), colour, thickness)
    if extent >= 2:
        for point in face.landmarks[np.isfinite(face.landmarks).all(axis=1)]:
            centre = (round(float(point[0])), round(float(point[1])))
            cv2.circle(picture, centre, thickness, colour, -1)
    if extent >= 1:
        _draw_label(picture, _label(face), (x, y), colour, thickness)


def _label(face: Face) -> str:
    words = [f"#{face.id}"] if face.id else []
    words.append(face.verdict.label)
    if math.isfinite(face.fake_score):
        words.append(f"{face.fake_score:.2f}")
    return " ".join(words)


def _draw_label(
    picture: np.ndarray,
    text: str,
    bottom_left: tuple[int, int],
    colour: tuple[int, int, int],
    thickness: int,
) -> None:
    """White text on a filled bar, moved so that it lies within the picture."""
    scale = 0.4 + 0.2 * (thickness - 1)
    stroke = max(1, thickness // 2)
    (width, height), below = cv2.getTextSize(text, _FONT, scale, stroke)
    bar = height + below + 4
    left = max(0, min(bottom_left[0], picture.shape[1] - width - 4))
    bottom = max(bar, min(bottom_left[1], picture.shape[0]))
    cv2.rectangle(picture, (left, bottom - bar), (left + width + 4, bottom), colour, -1)
    cv2.putText(
        picture, text, (left + 2, bottom - below - 1), _FONT, scale, _WHITE, stroke, cv2.LINE_AA
    )

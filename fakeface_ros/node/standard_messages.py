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

"""The result of a frame as messages that others define: for planners, Foxglove, and the like."""

from __future__ import annotations

from typing import Any

from geometry_msgs.msg import Point
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import ImageMarker

from fakeface_ros.results import Face, FrameResult, Verdict
from fakeface_ros.vision.annotation import COLOURS_BGR

try:
    from vision_msgs.msg import (
        BoundingBox2D,
        Detection2D,
        Detection2DArray,
        ObjectHypothesisWithPose,
    )
except ImportError:
    Detection2DArray = None

_LINE_WIDTH_PX = 2.0


def detections(result: FrameResult, header: Header) -> Any:
    """The faces as a vision_msgs/Detection2DArray, strongest detection first.

    Each has one hypothesis: class_id "real", "fake" or "unknown"; score is fake_score for a fake,
    1 - fake_score for a real face, 0 for an unknown one; no NaN, which few consumers expect. Only
    where vision_msgs is installed.
    """
    return Detection2DArray(
        header=header, detections=[_detection(face, header) for face in result.faces]
    )


def _detection(face: Face, header: Header) -> Any:
    x, y, width, height = (float(value) for value in face.box)
    hypothesis = ObjectHypothesisWithPose()
    hypothesis.hypothesis.class_id = face.verdict.label
    hypothesis.hypothesis.score = {
        Verdict.FAKE: face.fake_score,
        Verdict.REAL: 1.0 - face.fake_score,
        Verdict.UNKNOWN: 0.0,
    }[face.verdict]
    box = BoundingBox2D(size_x=width, size_y=height)
    box.center.position.x = x + width / 2
    box.center.position.y = y + height / 2
    return Detection2D(header=header, id=face.id, results=[hypothesis], bbox=box)


def marker(result: FrameResult, header: Header) -> ImageMarker:
    """All boxes in the colours of their verdicts, as one marker for drawing over the image.

    A face on a camera has no place in space without depth, so that rviz's markers in 3D cannot
    show it. Foxglove draws an ImageMarker over the raw image, with nothing drawn or encoded here.
    """
    message = ImageMarker(
        header=header,
        ns="faces",
        id=0,
        type=ImageMarker.LINE_LIST,
        action=ImageMarker.ADD,
        scale=_LINE_WIDTH_PX,
    )
    for face in result.faces:
        x, y, width, height = (float(value) for value in face.box)
        corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
        for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
            message.points += [Point(x=x, y=y, z=0.0) for x, y in (start, end)]
            message.outline_colors.append(_colour(face.verdict))
    return message


def _colour(verdict: Verdict) -> ColorRGBA:
    blue, green, red = (value / 255 for value in COLOURS_BGR[verdict])
    return ColorRGBA(r=red, g=green, b=blue, a=1.0)

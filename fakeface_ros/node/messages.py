# SPDX-License-Identifier: Apache-2.0
"""The result of a frame as messages."""

from __future__ import annotations

import json

from geometry_msgs.msg import Point32
from sensor_msgs.msg import RegionOfInterest
from std_msgs.msg import Header, String

from fakeface_ros.msg import FaceVerdict, FaceVerdictArray
from fakeface_ros.results import Face, FrameResult
from fakeface_ros.scoring.bundle import Bundle


def verdict_array(
    result: FrameResult, header: Header, model: str, latency_ms: float
) -> FaceVerdictArray:
    """All that is said of one frame; header is that of its image."""
    return FaceVerdictArray(
        header=header,
        image_width=result.width,
        image_height=result.height,
        model=model,
        latency_ms=latency_ms,
        faces=[_verdict(face, header, result) for face in result.faces],
    )


def _verdict(face: Face, header: Header, result: FrameResult) -> FaceVerdict:
    return FaceVerdict(
        header=header,
        id=face.id,
        box=_region(face.box, result.width, result.height),
        landmarks=[Point32(x=float(x), y=float(y), z=0.0) for x, y in face.landmarks],
        detection_score=face.detection_score,
        verdict=int(face.verdict),
        fake_score=face.fake_score,
        p_real=face.p_real,
        reconstruction_error=face.reconstruction_error,
        log_density=face.log_density,
    )


def _region(box: tuple[float, float, float, float], width: int, height: int) -> RegionOfInterest:
    """The whole pixels that a box touches most of, inside the image and never without area."""
    left = min(max(round(box[0]), 0), width - 1)
    top = min(max(round(box[1]), 0), height - 1)
    right = min(max(round(box[0] + box[2]), left + 1), width)
    bottom = min(max(round(box[1] + box[3]), top + 1), height)
    return RegionOfInterest(
        x_offset=left, y_offset=top, width=right - left, height=bottom - top, do_rectify=False
    )


def model_info(bundle: Bundle) -> String:
    """What names the model that judges, as JSON: name, version, sha256 of its manifest."""
    return String(
        data=json.dumps({"name": bundle.name, "version": bundle.version, "sha256": bundle.sha256})
    )

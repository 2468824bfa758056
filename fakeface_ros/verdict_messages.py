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

"""The result of a frame as FaceVerdictArray, in the classes of rclpy or of rosbags alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fakeface_ros.results import Face, FrameResult


@dataclass(frozen=True)
class MessageTypes:
    """The classes that messages are made of."""

    FaceVerdict: Any
    FaceVerdictArray: Any
    Point32: Any
    RegionOfInterest: Any

    def verdict_array(
        self, result: FrameResult, header: Any, model: str, latency_ms: float
    ) -> Any:
        """All that is said of one frame; header is that of its image."""
        return self.FaceVerdictArray(
            header=header,
            image_width=result.width,
            image_height=result.height,
            model=model,
            latency_ms=latency_ms,
            faces=[self._verdict(face, header, result) for face in result.faces],
        )

    def _verdict(self, face: Face, header: Any, result: FrameResult) -> Any:
        return self.FaceVerdict(
            header=header,
            id=face.id,
            box=self._region(face.box, result.width, result.height),
            landmarks=[self.Point32(x=float(x), y=float(y), z=0.0) for x, y in face.landmarks],
            detection_score=face.detection_score,
            verdict=int(face.verdict),
            fake_score=face.fake_score,
            p_real=face.p_real,
            reconstruction_error=face.reconstruction_error,
            log_density=face.log_density,
        )

    def _region(self, box: tuple[float, float, float, float], width: int, height: int) -> Any:
        """The whole pixels that a box touches most of, inside the image and never without area."""
        left = min(max(round(box[0]), 0), width - 1)
        top = min(max(round(box[1]), 0), height - 1)
        right = min(max(round(box[0] + box[2]), left + 1), width)
        bottom = min(max(round(box[1] + box[3]), top + 1), height)
        return self.RegionOfInterest(
            x_offset=left, y_offset=top, width=right - left, height=bottom - top, do_rectify=False
        )

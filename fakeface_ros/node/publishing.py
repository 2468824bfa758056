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

"""What the node publishes of each image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    QoSPolicyKind,
    QoSProfile,
    ReliabilityPolicy,
)
from rclpy.qos_overriding_options import QoSOverridingOptions
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header, String

from fakeface_ros.msg import FaceVerdictArray
from fakeface_ros.node.conversion import to_compressed_image, to_image
from fakeface_ros.node.messages import model_info, verdict_array
from fakeface_ros.node.parameters import Parameters
from fakeface_ros.node.standard_messages import Detection2DArray, ImageMarker, detections, marker
from fakeface_ros.results import FrameResult
from fakeface_ros.scoring.bundle import Bundle
from fakeface_ros.vision.annotation import annotate


def open_overrides() -> QoSOverridingOptions:
    """Lets qos_overrides.TOPIC.… parameters change the quality of service at start."""
    return QoSOverridingOptions(
        (
            QoSPolicyKind.HISTORY,
            QoSPolicyKind.DEPTH,
            QoSPolicyKind.RELIABILITY,
            QoSPolicyKind.DURABILITY,
        )
    )


def newest_only(reliability: ReliabilityPolicy) -> QoSProfile:
    """Depth 1: of images only the newest counts. Best effort takes from every publisher."""
    return QoSProfile(depth=1, history=HistoryPolicy.KEEP_LAST, reliability=reliability)


class Outputs:
    """The node's publishers, from configure to cleanup.

    Attributes:
        publishers: all of them.
    """

    def __init__(self, node: Node):
        self._node = node
        self.publishers: list[Publisher] = []

        def publisher(message_type: type, topic: str, qos: QoSProfile) -> Publisher:
            self.publishers.append(
                node.create_publisher(
                    message_type, topic, qos, qos_overriding_options=open_overrides()
                )
            )
            return self.publishers[-1]

        try:
            self._make(publisher)
        except Exception:
            self.destroy()
            raise

    def _make(self, publisher: Callable[[type, str, QoSProfile], Publisher]) -> None:
        self._verdicts = publisher(FaceVerdictArray, "~/verdicts", QoSProfile(depth=10))
        pictures = newest_only(ReliabilityPolicy.RELIABLE)
        self._picture = publisher(Image, "~/image_annotated", pictures)
        pictures = newest_only(ReliabilityPolicy.RELIABLE)
        self._compressed = publisher(CompressedImage, "~/image_annotated/compressed", pictures)
        self._marker = publisher(ImageMarker, "~/markers", QoSProfile(depth=10))
        # vision_msgs is not everywhere; without it there is no such topic.
        self._detections = (
            publisher(Detection2DArray, "~/detections", QoSProfile(depth=10))
            if Detection2DArray
            else None
        )
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._model_info = publisher(String, "~/model_info", latched)

    def say_model(self, bundle: Bundle) -> None:
        """Publish ~/model_info, also for those who come later."""
        self._model_info.publish(model_info(bundle))

    def publish(
        self,
        frame: np.ndarray,
        result: FrameResult,
        header: Header,
        model: str,
        latency_ms: float,
        parameters: Parameters,
    ) -> None:
        """Publish the verdicts, and all else to those who look. Header is the image's own."""
        self._verdicts.publish(verdict_array(result, header, model, latency_ms))
        if self._detections is not None and self._detections.get_subscription_count() > 0:
            self._detections.publish(detections(result, header))
        if self._marker.get_subscription_count() > 0:
            self._marker.publish(marker(result, header))
        raw_wanted = self._picture.get_subscription_count() > 0
        compressed_wanted = self._compressed.get_subscription_count() > 0
        if not raw_wanted and not compressed_wanted:
            return
        picture = annotate(frame, result, parameters.annotation_style)
        if raw_wanted:
            image = to_image(picture)
            image.header = header
            self._picture.publish(image)
        if compressed_wanted:
            compressed = to_compressed_image(picture, parameters.annotated_jpeg_quality)
            compressed.header = header
            self._compressed.publish(compressed)

    def destroy(self) -> None:
        """Destroy the publishers."""
        for publisher in self.publishers:
            self._node.destroy_publisher(publisher)

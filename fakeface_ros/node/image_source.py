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

"""The node `image_source`: publishes an image, folder, video, webcam or the demo scene.

It stands in for a camera. It ends by itself when everything was shown, unless it loops.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import rclpy
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import Image

from fakeface_ros import demo_scene
from fakeface_ros.node.command_line import check_command_line
from fakeface_ros.node.conversion import to_image
from fakeface_ros.node.processes import ros_until_interrupted
from fakeface_ros.node.publishing import newest_only, open_overrides
from fakeface_ros.sources import frames_from

_STILL_RATE_HZ = 10.0
_DEMO_RATE_HZ = 8.0

PARAMETERS = {
    "source": ("", "image, folder, video or webcam index; empty shows the demo scene"),
    "rate_hz": (0.0, "images per second; 0 takes the video's own, 10 for stills"),
    "still_s": (1.0, "how long each still image is shown, in seconds"),
    "loop": (True, "start again at the end"),
    "encoding": ("bgr8", "bgr8, rgb8 or mono8"),
    "frame_id": ("camera", "frame_id of the images"),
    "best_effort": (False, "publish best effort, as camera drivers do"),
    "wait_for_subscriber_s": (10.0, "how long to wait for a subscriber before the first image"),
}
"""Name: default, description. All are read once, at start."""

_FROM_BGR = {"rgb8": cv2.COLOR_BGR2RGB, "mono8": cv2.COLOR_BGR2GRAY}


@dataclass(frozen=True)
class Shown:
    """A picture, (H, W, 3) uint8 BGR, and for how long it is the newest, in seconds."""

    picture: np.ndarray
    seconds: float


class ImageSource(Node):
    """Publishes pictures at their pace."""

    def __init__(self) -> None:
        super().__init__("image_source")
        for name, (default, description) in PARAMETERS.items():
            descriptor = ParameterDescriptor(description=description, read_only=True)
            self.declare_parameter(name, default, descriptor)
        if self.value("encoding") not in ("bgr8", *_FROM_BGR):
            raise ValueError(
                f"encoding must be bgr8, rgb8 or mono8, got {self.value('encoding')!r}"
            )
        best_effort = self.value("best_effort")
        self._publisher = self.create_publisher(
            Image,
            "image",
            newest_only(
                ReliabilityPolicy.BEST_EFFORT if best_effort else ReliabilityPolicy.RELIABLE
            ),
            qos_overriding_options=open_overrides(),
        )
        self.published = 0

    def value(self, name: str) -> Any:
        """Value of a parameter."""
        return self.get_parameter(name).value

    def run(self) -> int:
        """Publish until the end; 0 if anything was shown."""
        self._wait_for_subscriber()
        while rclpy.ok():
            before = self.published
            for shown in self._pictures():
                self._publish(shown.picture)
                self._spin(shown.seconds)
                if not rclpy.ok():
                    return 0
            if not self.value("loop") or self.published == before:
                break
        self._spin(0.5)  # what was published last is still on its way
        self.get_logger().info(f"{self.published} images were published")
        return 0 if self.published else 1

    def _pictures(self) -> Iterator[Shown]:
        source, rate_hz = self.value("source"), self.value("rate_hz")
        if not source:
            for picture in demo_scene.frames():
                yield Shown(picture, 1 / (rate_hz or _DEMO_RATE_HZ))
            return
        last = ""
        for frame in frames_from(source):
            if frame.image is None:
                self.get_logger().warning(f"{frame.source}: {frame.error}")
                continue
            if frame.source != last:
                last = frame.source
                self.get_logger().info(f"showing {last}")
            if frame.is_video:
                # A camera sets its own pace: capture waits for it.
                pace = 0.0 if source.isdecimal() else 1 / (rate_hz or frame.rate_hz or 30.0)
                yield Shown(frame.image, pace)
            else:
                still_rate_hz = rate_hz or _STILL_RATE_HZ
                for _ in range(max(round(self.value("still_s") * still_rate_hz), 1)):
                    yield Shown(frame.image, 1 / still_rate_hz)

    def _publish(self, picture: np.ndarray) -> None:
        encoding = self.value("encoding")
        if encoding == "bgr8":
            message = to_image(picture)
        else:
            message = to_image(cv2.cvtColor(picture, _FROM_BGR[encoding]))
            message.encoding = encoding
            message.step = message.width * (1 if encoding == "mono8" else 3)
        message.header.stamp = self.get_clock().now().to_msg()
        message.header.frame_id = self.value("frame_id")
        self._publisher.publish(message)
        self.published += 1

    def _wait_for_subscriber(self) -> None:
        deadline = time.monotonic() + self.value("wait_for_subscriber_s")
        while self._publisher.get_subscription_count() == 0:
            if time.monotonic() > deadline:
                self.get_logger().warning(
                    f"nobody subscribes to {self._publisher.topic_name}; publishing all the same"
                )
                return
            self._spin(0.05)

    def _spin(self, seconds: float) -> None:
        """Let time pass while ROS is served."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and rclpy.ok():
            rclpy.spin_once(self, timeout_sec=left)


def main(args: list[str] | None = None) -> int:
    """Run the node to the end of its source; 1 where nothing could be shown."""
    check_command_line("image_source", __doc__, PARAMETERS, args)
    with ros_until_interrupted(args):
        try:
            return ImageSource().run()
        except (ValueError, rclpy.exceptions.ParameterException) as error:
            print(f"image_source: {error}", file=sys.stderr)
            return 1
    return 0

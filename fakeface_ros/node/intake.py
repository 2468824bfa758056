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

"""Images from their topic to the thread that judges them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rclpy
from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image

from fakeface_ros.node.counting import Counts
from fakeface_ros.node.endpoints import unmatched_publishers
from fakeface_ros.node.judging import Arrival, Judge
from fakeface_ros.node.losses import Losses
from fakeface_ros.node.publishing import newest_only, open_overrides
from fakeface_ros.node.worker import Worker

GIVES_NUMBERS = hasattr(Subscription, "CallbackType")
"""Whether rclpy gives a publisher's numbers; Humble's gives the message alone."""


@dataclass(frozen=True)
class ImageTopic:
    """Where images come from.

    Attributes:
        base: resolved name of the topic of raw images.
        compressed: whether the compressed images beside them are taken instead.
    """

    base: str
    compressed: bool

    def name_of(self, compressed: bool) -> str:
        """As image_transport does: remapping `image` moves its transports along."""
        return f"{self.base}/compressed" if compressed else self.base

    @property
    def name(self) -> str:
        """Resolved name of the topic taken."""
        return self.name_of(self.compressed)

    def publishers(self, node: Node) -> str:
        """How many there are; and where there is none, whether the other transport has some."""
        count = node.count_publishers(self.name)
        other = self.name_of(not self.compressed)
        elsewhere = 0 if count else node.count_publishers(other)
        if not elsewhere:
            return str(count)
        transport = "raw" if self.compressed else "compressed"
        return f"0, but {elsewhere} on {other}: set image_transport to {transport}"


class Intake:
    """The subscription and the worker, from activate to deactivate.

    Attributes:
        enabled: images are passed over where it is False.
    """

    def __init__(self, node: Node, topic: ImageTopic, judge: Judge, counts: Counts, enabled: bool):
        """Subscribe and start the worker's thread."""
        self.enabled = enabled
        self._node = node
        self._judge = judge
        self._counts = counts
        self._worker: Worker[Arrival] = Worker(
            judge.judge, self._on_error, judge.parameters.niceness
        )
        # By their numbers, not by the middleware's event for lost ones: each of those would wake
        # the executor just when the next image comes, and a busy machine then loses that one too.
        self._losses = Losses(lambda: node.count_publishers(topic.name))
        on_image: Any = self._on_numbered_image if GIVES_NUMBERS else self._on_image
        self._subscription = node.create_subscription(
            CompressedImage if topic.compressed else Image,
            topic.name,
            on_image,
            newest_only(ReliabilityPolicy.BEST_EFFORT),
            qos_overriding_options=open_overrides(),
        )
        self._worker.start()

    def stop(self) -> bool:
        """Unsubscribe, finish the image at hand, end the thread; False where it would not end."""
        self._node.destroy_subscription(self._subscription)
        return self._worker.stop()

    def unmatched(self) -> list[str]:
        """A sentence for each publisher of the topic that cannot reach the node."""
        return unmatched_publishers(self._node, self._subscription)

    def _on_numbered_image(
        self, message: Image | CompressedImage, info: Mapping[str, int | None]
    ) -> None:
        lost = self._losses.before(info.get("publication_sequence_number"))
        if self.enabled and lost is not None:
            self._counts.lost(lost)
        self._on_image(message)

    def _on_image(self, message: Image | CompressedImage) -> None:
        now = self._node.get_clock().now().nanoseconds
        if self.enabled:
            dropped = self._worker.mailbox.put(Arrival(message, now))
            self._counts.received(now / 1e9, dropped)

    def _on_error(self, error: Exception) -> None:
        # While the process ends, publishers may be gone before the worker is.
        if rclpy.ok(context=self._node.context):
            self._judge.on_error(error)

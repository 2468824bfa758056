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

"""A test's own node: a camera that waits for answers, and an ear for all that the node says."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from fakeface_ros.msg import FaceVerdictArray
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import SetParameters
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image

Result = TypeVar("Result")


class Onlooker:
    """Lives in a namespace beside the node under test.

    Attributes:
        camera: publishes images, and keeps the last image_depth of them for who missed some.
    """

    def __init__(
        self,
        namespace: str,
        image_topic: str = "image",
        image_type: Any = None,
        image_depth: int = 1,
    ):
        self.node = Node("onlooker", namespace=namespace)
        self.verdicts: list[FaceVerdictArray] = []
        self.diagnostics: list[Any] = []
        self.camera = self.node.create_publisher(image_type or Image, image_topic, image_depth)
        self.node.create_subscription(
            FaceVerdictArray, "fakeface/verdicts", self.verdicts.append, QoSProfile(depth=100)
        )
        self.node.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, 10)
        self._stamps = itertools.count(1)
        self._clients: dict[str, Any] = {}

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        prefix = self.node.get_namespace().lstrip("/")
        self.diagnostics += [s for s in message.status if s.name.startswith(f"{prefix}/")]

    def wait(self, for_what: Callable[[], Result], what: str, timeout_s: float = 30.0) -> Result:
        """Spin until for_what() is true; returns what it gave."""
        deadline = time.monotonic() + timeout_s
        while not (result := for_what()):
            assert time.monotonic() < deadline, f"{what} did not come within {timeout_s} s"
            rclpy.spin_once(self.node, timeout_sec=0.1)
        return result

    def wait_for_match(self) -> None:
        """Until images reach the node, and what it publishes reaches what is subscribed here."""
        self.wait(lambda: self.camera.get_subscription_count() > 0, "a subscriber")
        self.wait(
            lambda: self.node.count_publishers(f"{self.node.get_namespace()}/fakeface/verdicts"),
            "a publisher of verdicts",
        )
        self._wait_to_be_known()

    def _wait_to_be_known(self) -> None:
        """Until the node knows every publisher, subscription and client that was made here.

        That they know of the node does not mean that it knows of them, and what it publishes or
        answers before is lost. DDS tells of them in the order in which they were made: once the
        node answers to one more client, it knows all before it.
        """
        probe = self.node.create_client(GetState, "fakeface/get_state")

        def answered() -> bool:
            future = probe.call_async(GetState.Request())
            rclpy.spin_until_future_complete(self.node, future, timeout_sec=1.0)
            return future.done()

        self.wait(probe.service_is_ready, "the service get_state")
        self.wait(answered, "an answer of get_state")
        self.node.destroy_client(probe)

    def send(self, message: Image | CompressedImage) -> tuple[int, int]:
        """Publish an image with a stamp of its own; returns the stamp."""
        now = self.node.get_clock().now().to_msg()
        message.header.stamp.sec = now.sec
        message.header.stamp.nanosec = next(self._stamps)
        message.header.frame_id = "camera_optical"
        self.camera.publish(message)
        return now.sec, message.header.stamp.nanosec

    def answer(self, stamp: tuple[int, int]) -> FaceVerdictArray:
        """The verdicts on the image with that stamp."""
        return self.wait(
            lambda: next((v for v in self.verdicts if stamp_of(v) == stamp), None),
            f"the verdict on image {stamp}",
        )

    def judge(self, message: Image | CompressedImage) -> FaceVerdictArray:
        return self.answer(self.send(message))

    def status(self, accept: Callable[[dict[str, str], Any], bool]) -> dict[str, str]:
        """The values of the next diagnostic status from now on that is accepted."""
        seen = len(self.diagnostics)

        def accepted() -> dict[str, str] | None:
            for status in self.diagnostics[seen:]:
                values = {pair.key: pair.value for pair in status.values}
                if accept(values, status):
                    return values
            return None

        return self.wait(accepted, "a matching diagnostic")

    def call(self, service_type: Any, name: str, request: Any) -> Any:
        if name not in self._clients:
            self._clients[name] = self.node.create_client(service_type, name)
            self._wait_to_be_known()
        client = self._clients[name]
        self.wait(client.service_is_ready, f"service {name}")
        future = client.call_async(request)
        self.wait(future.done, f"the answer of {name}")
        return future.result()

    def set_parameter(self, name: str, value: bool | int | float | str) -> SetParametersResult:
        """Ask the node to change one; whether it did, and else why not."""
        request = SetParameters.Request(
            parameters=[Parameter(name, value=value).to_parameter_msg()]
        )
        return self.call(SetParameters, "fakeface/set_parameters", request).results[0]

    def change_state(self, transition_id: int) -> bool:
        request = ChangeState.Request(transition=Transition(id=transition_id))
        return self.call(ChangeState, "fakeface/change_state", request).success

    def deactivate(self) -> None:
        """Until its subscription is gone: the next match could be with that one otherwise."""
        assert self.change_state(Transition.TRANSITION_DEACTIVATE)
        self.wait(lambda: self.camera.get_subscription_count() == 0, "no subscriber")


def stamp_of(message: Any) -> tuple[int, int]:
    return message.header.stamp.sec, message.header.stamp.nanosec


def resident_mb(pid: int | str = "self") -> float:
    """Resident memory of a process now, in MB (10^6 bytes)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmRSS:"))


def reliable(namespace: str, topic: str = "image") -> dict[str, object]:
    """Parameters with which no image is lost on the way: tests count them."""
    return {f"qos_overrides.{namespace}/{topic}.subscription.reliability": "reliable"}

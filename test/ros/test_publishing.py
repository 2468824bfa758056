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

"""Annotated images are drawn only for those who look."""

import numpy as np
import pytest
import rclpy
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from fakeface_ros.node import publishing
from fakeface_ros.node.parameters import SETTINGS, Parameters
from fakeface_ros.node.publishing import Outputs
from fakeface_ros.results import FrameResult

FRAME = np.zeros((32, 48, 3), np.uint8)
PARAMETERS = Parameters.from_values({setting.name: setting.default for setting in SETTINGS})
RESULT = FrameResult("", 0, 48, 32)


@pytest.fixture
def drawn(monkeypatch) -> list[int]:
    calls: list[int] = []
    real = publishing.annotate

    def counted(*arguments):
        calls.append(1)
        return real(*arguments)

    monkeypatch.setattr(publishing, "annotate", counted)
    return calls


@pytest.fixture
def node(ros):
    name = "/quiet/verdicts"
    overrides = [Parameter(f"qos_overrides.{name}.publisher.depth", value=3)]
    node = Node("quiet", parameter_overrides=overrides)
    yield node
    node.destroy_node()


def publish(outputs: Outputs) -> None:
    outputs.publish(FRAME, RESULT, Header(frame_id="cam"), "m", 1.0, PARAMETERS)


def test_nothing_is_drawn_for_nobody(node, drawn):
    outputs = Outputs(node)
    publish(outputs)
    assert drawn == []
    outputs.destroy()


@pytest.mark.parametrize(
    ("topic", "message_type"),
    [("~/image_annotated", Image), ("~/image_annotated/compressed", CompressedImage)],
)
def test_drawn_once_for_a_subscriber(node, drawn, topic, message_type):
    outputs = Outputs(node)
    received: list[object] = []
    subscription = node.create_subscription(message_type, topic, received.append, 1)
    for _ in range(200):
        if drawn:
            break
        publish(outputs)
        rclpy.spin_once(node, timeout_sec=0.05)
    for _ in range(100):
        if received:
            break
        rclpy.spin_once(node, timeout_sec=0.05)
    assert drawn == [1]
    assert received[0].header.frame_id == "cam"
    node.destroy_subscription(subscription)
    outputs.destroy()


def test_quality_of_service_can_be_overridden(node):
    outputs = Outputs(node)
    assert node.get_parameter("qos_overrides./quiet/verdicts.publisher.depth").value == 3
    outputs.destroy()
    Outputs(node).destroy()  # and again, as after cleanup and configure

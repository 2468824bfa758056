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

"""Who is silently left unconnected is named with the reason, in diagnostics; who fits is not."""

from __future__ import annotations

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from fakeface_ros.msg import FaceVerdictArray
from onlooker import reliable
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import CompressedImage, Image

from fakeface_ros.node.conversion import to_image

NAMESPACE = "/ends"


@pytest.fixture(scope="module")
def onlooker(start, onlook):
    start("fakeface_node", reliable(NAMESPACE), NAMESPACE)
    onlooker = onlook(NAMESPACE)
    onlooker.wait_for_match()
    return onlooker


def test_who_fits_is_not_named(onlooker):
    onlooker.status(lambda values, _: values["publishers"] == "1" and not values["not connected"])


def test_a_best_effort_camera_for_a_reliable_node_is_named(onlooker):
    quality = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    camera = onlooker.node.create_publisher(Image, "image", quality)
    expected = (
        f"nothing comes from {NAMESPACE}/onlooker: quality of service "
        "(best effort publisher and reliable subscription)"
    )
    onlooker.status(
        lambda values, status: status.level == DiagnosticStatus.WARN
        and expected in status.message
        and values["not connected"] == expected
    )
    onlooker.node.destroy_publisher(camera)
    onlooker.status(lambda values, _: not values["not connected"])


def test_a_reader_that_wants_more_than_is_offered_is_named(onlooker):
    quality = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    reader = onlooker.node.create_subscription(
        FaceVerdictArray, "fakeface/verdicts", lambda _: None, quality
    )
    onlooker.status(
        lambda values, status: status.level == DiagnosticStatus.WARN
        and f"{NAMESPACE}/onlooker gets nothing of {NAMESPACE}/fakeface/verdicts: quality of "
        "service (volatile publisher and transient local subscription)"
        in values["not connected"]
    )
    onlooker.node.destroy_subscription(reader)


def test_images_of_another_type_are_named(onlooker):
    context = rclpy.Context()  # of its own, as Fast DDS wants one type per topic in each
    rclpy.init(args=[], context=context)
    stranger = Node("stranger", context=context, namespace=NAMESPACE)
    stranger.create_publisher(CompressedImage, "image", 1)
    onlooker.status(
        lambda values, _: f"nothing comes from {NAMESPACE}/stranger: its type is "
        "sensor_msgs/msg/CompressedImage instead of sensor_msgs/msg/Image"
        in values["not connected"]
    )
    stranger.destroy_node()
    rclpy.shutdown(context=context)


def test_images_by_the_other_transport_are_pointed_to(start, onlook):
    start("fakeface_node", {}, "/transport")
    onlooker = onlook("/transport", "image/compressed", CompressedImage)
    onlooker.status(
        lambda _, status: status.level == DiagnosticStatus.WARN
        and "publishers: 0, but 1 on /transport/image/compressed: set image_transport to "
        "compressed"
        in status.message
    )


def test_a_node_of_the_same_name_is_warned_of_once_and_both_go_on(start, onlook, noise):
    first = start("fakeface_node", reliable("/twins"), "/twins")
    onlooker = onlook("/twins")
    onlooker.wait_for_match()
    second = start("fakeface_node", reliable("/twins"), "/twins")

    def warned(values, status) -> bool:
        return (
            status.level == DiagnosticStatus.WARN
            and "another node is named /twins/fakeface" in status.message
        )

    for _ in range(4):
        onlooker.status(warned)
    assert onlooker.judge(to_image(noise)).faces == []
    for node in (first, second):
        onlooker.wait(lambda node=node: "another node is named" in node.text(), "its warning")
        assert node.text().count("another node is named") == 1
    second.stop()
    onlooker.status(lambda values, _: not values["not connected"])

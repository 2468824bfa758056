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

"""Detections and markers say what the verdicts say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from onlooker import reliable, stamp_of
from std_msgs.msg import Header
from visualization_msgs.msg import ImageMarker

from fakeface_ros.node import standard_messages
from fakeface_ros.node.conversion import to_image
from fakeface_ros.node.standard_messages import detections, marker
from fakeface_ros.results import Face, FrameResult, Verdict

HEADER = Header(frame_id="camera_optical")
POINTS = np.zeros((5, 2), np.float32)
RESULT = FrameResult("", 0, 640, 480, [
    Face((10.0, 20.0, 30.0, 40.0), POINTS, 0.9, "1", Verdict.FAKE, fake_score=0.8),
    Face((100.0, 20.0, 30.0, 40.0), POINTS, 0.9, "2", Verdict.REAL, fake_score=0.3),
    Face((200.0, 20.0, 30.0, 40.0), POINTS, 0.9, "3", Verdict.UNKNOWN),
])  # fmt: skip

needs_vision_msgs = pytest.mark.skipif(
    standard_messages.Detection2DArray is None,
    reason="vision_msgs is not installed: it comes with apt's ROS",
)


def test_a_marker_has_four_lines_a_face_in_the_colour_of_its_verdict():
    message = marker(RESULT, HEADER)
    assert message.header == HEADER
    assert message.type == ImageMarker.LINE_LIST
    assert len(message.points) == 3 * 4 * 2
    assert len(message.outline_colors) == 3 * 4
    assert {(p.x, p.y) for p in message.points[:8]} == {(10, 20), (40, 20), (40, 60), (10, 60)}
    red, green, grey = (message.outline_colors[index] for index in (0, 4, 8))
    assert red.r > 2 * red.g
    assert green.g > 2 * green.b
    assert grey.r == grey.g == grey.b
    assert math.isclose(grey.a, 1.0)


def test_no_face_is_an_empty_marker():
    assert not marker(FrameResult("", 0, 9, 9), HEADER).points


@needs_vision_msgs
def test_detections_carry_class_score_id_and_box():
    message = detections(RESULT, HEADER)
    said = [(d.id, d.results[0].hypothesis.class_id, d.results[0].hypothesis.score)
            for d in message.detections]  # fmt: skip
    assert said == [("1", "fake", 0.8), ("2", "real", 0.7), ("3", "unknown", 0.0)]
    box = message.detections[0].bbox
    assert (box.center.position.x, box.center.position.y) == (25, 40)
    assert (box.size_x, box.size_y) == (30, 40)
    assert message.detections[0].header == HEADER


@pytest.fixture(scope="module")
def onlooker(start, onlook):
    start("fakeface_node", reliable("/standard"), "/standard")
    onlooker = onlook("/standard")
    onlooker.wait_for_match()
    return onlooker


def hear(onlooker, message_type, topic, picture):
    """The first message on a topic, and the verdicts on the same image."""
    heard: list = []
    onlooker.node.create_subscription(message_type, topic, heard.append, 10)

    def come() -> bool:
        onlooker.judge(to_image(picture))
        return bool(heard)

    onlooker.wait(come, f"a message on {topic}")
    return heard[0], onlooker.answer(stamp_of(heard[0]))


def test_the_node_publishes_markers(onlooker, astronaut):
    message, verdicts = hear(onlooker, ImageMarker, "fakeface/markers", astronaut)
    assert message.header == verdicts.header
    box = verdicts.faces[0].box
    assert abs(message.points[0].x - box.x_offset) <= 1
    assert abs(message.points[0].y - box.y_offset) <= 1


@needs_vision_msgs
def test_the_node_publishes_detections(onlooker, astronaut):
    message, verdicts = hear(
        onlooker, standard_messages.Detection2DArray, "fakeface/detections", astronaut
    )
    assert message.header == verdicts.header
    (detection,), (face,) = message.detections, verdicts.faces
    assert detection.id == face.id
    assert detection.results[0].hypothesis.class_id in ("real", "fake")


@pytest.mark.skipif(standard_messages.Detection2DArray is not None, reason="it is installed")
def test_without_vision_msgs_there_is_no_such_topic(onlooker):
    names = dict(onlooker.node.get_topic_names_and_types())
    assert "/standard/fakeface/markers" in names
    assert "/standard/fakeface/detections" not in names

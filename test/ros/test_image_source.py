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

"""The stand-in for a camera, and real recordings through it and the node."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from onlooker import reliable
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image


@pytest.fixture
def folder(tmp_path, astronaut):
    cv2.imwrite(str(tmp_path / "a.png"), astronaut)
    (tmp_path / "b.jpg").write_bytes(b"\xff\xd8 no more than this")
    cv2.imwrite(str(tmp_path / "c.png"), astronaut[:100, :200])
    return tmp_path


@pytest.mark.parametrize("encoding", ["bgr8", "rgb8", "mono8"])
def test_a_folder_is_shown_in_order_and_a_corrupt_file_named(
    start, onlook, folder, astronaut, encoding
):
    namespace = f"/source_{encoding}"
    onlooker = onlook(namespace, image_topic="unused")
    images: list[Image] = []
    onlooker.node.create_subscription(Image, "image", images.append, QoSProfile(depth=50))
    source = start(
        "image_source",
        {"source": str(folder), "loop": False, "still_s": 0.2, "encoding": encoding,
         "frame_id": "bench", "qos_overrides." + namespace + "/image.publisher.depth": 50},
        namespace,
    )  # fmt: skip
    onlooker.wait(lambda: source.exit_code is not None, "the end of the folder")
    onlooker.wait(lambda: len(images) == 4, "two images of each file")
    assert source.exit_code == 0
    assert "b.jpg" in source.text()
    assert [(i.width, i.height) for i in images] == [(512, 512)] * 2 + [(200, 100)] * 2
    assert {(i.encoding, i.header.frame_id) for i in images} == {(encoding, "bench")}
    stamps = [i.header.stamp.sec * 10**9 + i.header.stamp.nanosec for i in images]
    assert sorted(set(stamps)) == stamps
    code = {"rgb8": cv2.COLOR_BGR2RGB, "mono8": cv2.COLOR_BGR2GRAY}.get(encoding)
    expected = astronaut if code is None else cv2.cvtColor(astronaut, code)
    received = np.frombuffer(images[0].data, np.uint8).reshape(expected.shape)
    np.testing.assert_array_equal(received, expected)


def test_a_source_that_shows_nothing_ends_with_the_reason(start, onlook):
    onlooker = onlook("/nothing")
    source = start(
        "image_source", {"source": "/no/such/file", "wait_for_subscriber_s": 0.0}, "/nothing"
    )
    onlooker.wait(lambda: source.exit_code is not None, "its end")
    assert source.exit_code == 1
    assert "/no/such/file: there is no such file" in source.text()


def test_recorded_clip_runs_through_the_node(start, onlook, shared_data):
    clip = sorted((shared_data / "scenes" / "clips").glob("*.mkv"))[0]
    onlooker = onlook("/clip", image_topic="unused")
    start("fakeface_node", reliable("/clip"), "/clip")
    onlooker.status(lambda values, _: values["state"] == "active")
    source = start("image_source", {"source": str(clip), "loop": False}, "/clip")
    onlooker.wait(lambda: source.exit_code is not None, "the end of the clip", timeout_s=60)
    values = onlooker.status(lambda _, status: "no image for" in status.message)
    assert int(values["images received"]) > 30
    assert values["images refused"] == values["images failed"] == "0"
    judged = int(values["images processed"])
    assert judged + int(values["images dropped"]) == int(values["images received"])
    assert len(onlooker.verdicts) == judged
    sizes = {(v.image_width, v.image_height) for v in onlooker.verdicts}
    assert sizes == {(640, 480)}
    with_face = sum(len(v.faces) > 0 for v in onlooker.verdicts)
    assert with_face > 0.8 * judged

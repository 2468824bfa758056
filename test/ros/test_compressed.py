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

"""Compressed images in and out."""

from __future__ import annotations

import array

import cv2
import numpy as np
import pytest
from onlooker import reliable, stamp_of
from sensor_msgs.msg import CompressedImage

from fakeface_ros.node.conversion import to_compressed_image

NAMESPACE = "/compressed_test"


@pytest.fixture(scope="module")
def onlooker(start, onlook):
    parameters = {"image_transport": "compressed", "max_image_megapixels": 1.0}
    start("fakeface_node", {**parameters, **reliable(NAMESPACE, "image/compressed")}, NAMESPACE)
    onlooker = onlook(NAMESPACE, image_topic="image/compressed", image_type=CompressedImage)
    onlooker.wait_for_match()
    return onlooker


def picture(astronaut, suffix: str) -> CompressedImage:
    data = cv2.imencode(suffix, astronaut)[1].tobytes()
    return CompressedImage(format=suffix[1:], data=array.array("B", data))


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_compressed_image_is_judged(onlooker, astronaut, suffix):
    verdicts = onlooker.judge(picture(astronaut, suffix))
    assert (verdicts.image_width, verdicts.image_height) == (512, 512)
    assert len(verdicts.faces) == 1
    assert verdicts.header.frame_id == "camera_optical"


def test_annotated_image_is_compressed_too(onlooker, astronaut):
    received: list[CompressedImage] = []
    onlooker.node.create_subscription(
        CompressedImage, "fakeface/image_annotated/compressed", received.append, 1
    )

    def drawn() -> bool:
        onlooker.judge(to_compressed_image(astronaut, 95))
        return bool(received)

    onlooker.wait(drawn, "an annotated image")
    assert stamp_of(received[0]) in {stamp_of(v) for v in onlooker.verdicts}
    assert "jpeg" in received[0].format
    decoded = cv2.imdecode(np.frombuffer(received[0].data, np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == astronaut.shape


@pytest.mark.parametrize("kind", ["empty", "truncated", "no picture", "bomb"])
def test_bad_compressed_image_is_refused_and_the_next_one_judged(onlooker, astronaut, kind):
    bad = picture(astronaut, ".jpg")
    data, explanation = {
        "empty": (b"", "no data"),
        "truncated": (bad.data.tobytes()[:5000], "truncated"),
        "no picture": (b"hello", "neither JPEG nor PNG"),
        "bomb": (
            cv2.imencode(".png", np.zeros((9000, 9000), np.uint8))[1].tobytes(),
            "9000 x 9000 is over the limit of 1 megapixels",
        ),
    }[kind]
    bad.data = array.array("B", data)
    onlooker.send(bad)
    onlooker.status(lambda values, _: explanation in values["last error"])
    assert len(onlooker.judge(picture(astronaut, ".jpg")).faces) == 1

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

"""Twenty thousand generated messages judged in this process: refused by name or answered."""

from __future__ import annotations

from collections import Counter

import fuzz_images
import fuzz_pictures
import numpy as np
import pytest
from onlooker import resident_mb
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage

from fakeface_ros.image_messages import ImageError, make_converter, to_bgr
from fakeface_ros.node.conversion import to_image
from fakeface_ros.node.counting import Counts
from fakeface_ros.node.judging import Arrival, Judge
from fakeface_ros.node.parameters import SETTINGS, Parameters
from fakeface_ros.node.publishing import Outputs
from fakeface_ros.pipeline import Pipeline

IMAGES, PICTURES = 20_000, 5_000
LIMIT_MEGAPIXELS = 1.0
GROWTH_MB = 12.0  # each message kept would be 100 MB and more


@pytest.fixture(scope="module")
def judge(ros):
    node = Node("fuzz", namespace="/fuzz")
    values = {setting.name: setting.default for setting in SETTINGS}
    parameters = Parameters.from_values(
        {**values, "threads": 1, "max_image_megapixels": LIMIT_MEGAPIXELS}
    )
    outputs = Outputs(node)
    yield Judge(
        Pipeline(parameters.pipeline),
        parameters,
        make_converter(),
        outputs,
        Counts(),
        node.get_clock(),
        node.get_logger(),
    )
    outputs.destroy()
    node.destroy_node()


def test_every_image_is_refused_by_name_or_judged(judge):
    refused = Counter[str]()
    sound_but_refused = []
    warm_mb = 0.0
    for number in range(IMAGES):
        if number == IMAGES // 4:
            warm_mb = resident_mb()
        message, sound = fuzz_images.image(number)
        try:
            judge.judge(Arrival(message, number))
        except ImageError as error:
            refused[error.kind] += 1
            if sound:
                sound_but_refused.append((number, str(error)))
        except Exception as error:
            raise AssertionError(f"image {number} was neither refused nor judged") from error
    assert resident_mb() - warm_mb < GROWTH_MB
    assert not sound_but_refused
    assert set(refused) == {"empty", "size", "encoding", "step", "length"}
    assert 0.3 * IMAGES < refused.total() < 0.7 * IMAGES, refused


def test_every_picture_is_refused_by_name_or_decoded():
    converter = make_converter()
    decoded = 0
    for number in range(PICTURES):
        message = fuzz_pictures.picture(number)
        try:
            frame = to_bgr(message, converter, int(LIMIT_MEGAPIXELS * 1e6))
        except ImageError:
            continue
        except Exception as error:
            raise AssertionError(f"picture {number} was neither refused nor decoded") from error
        assert frame.dtype == np.uint8
        assert frame.ndim == 3
        assert frame.shape[2] == 3
        assert frame.shape[0] * frame.shape[1] <= LIMIT_MEGAPIXELS * 1e6
        decoded += 1
    assert 0.1 * PICTURES < decoded < 0.9 * PICTURES, decoded


@pytest.mark.parametrize(
    ("width", "height"), [(65_500, 1), (1, 65_500), (65_500, 13), (13, 65_500), (1, 1), (2, 2)]
)
def test_extreme_but_allowed_sizes_are_judged_and_drawn(judge, onlook, width, height):
    onlooker = onlook("/fuzz")
    pictures: list[CompressedImage] = []
    topic = "fuzz/image_annotated/compressed"
    subscription = onlooker.node.create_subscription(
        CompressedImage, topic, pictures.append, QoSProfile(depth=10)
    )
    message = to_image(np.full((height, width, 3), 90, np.uint8))

    def drawn() -> bool:
        judge.judge(Arrival(message, 0))
        return bool(pictures)

    onlooker.wait(drawn, "an annotated image")
    onlooker.node.destroy_subscription(subscription)

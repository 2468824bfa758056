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

"""Generated messages into the built node over DDS: it answers the next good image every time.

`make fuzz MESSAGES=20000` sends more of them.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator

import fuzz_images
import fuzz_pictures
import numpy as np
import pytest
from lifecycle_msgs.msg import Transition
from onlooker import Onlooker, reliable, resident_mb
from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage, Image

from fakeface_ros.node.conversion import to_compressed_image, to_image

MESSAGES = int(os.environ.get("FUZZ_MESSAGES", "3000"))
BURST = 30
LIMIT_MEGAPIXELS = 1.0
GROWTH_MB = 5.0  # of the node while inactive; what frames leave in its heap comes and goes


def raw_messages() -> Iterator[Image | bytes]:
    """Three of them with fields that do not fit, then one that is broken on the wire."""
    for number in itertools.count():
        message, _ = fuzz_images.image(number)
        yield fuzz_images.serialized(serialize_message(message), number) if number % 4 else message


def compressed_messages() -> Iterator[CompressedImage]:
    """Broken pictures."""
    return map(fuzz_pictures.picture, itertools.count())


@pytest.mark.parametrize(
    ("transport", "topic", "message_type", "messages"),
    [
        ("raw", "image", Image, raw_messages),
        ("compressed", "image/compressed", CompressedImage, compressed_messages),
    ],
)
def test_the_next_good_image_is_answered_every_time(
    start, onlook, astronaut, transport, topic, message_type, messages: Callable[[], Iterator]
):
    namespace = f"/fuzz_{transport}"
    parameters: dict[str, object] = {
        "image_transport": transport,
        "max_image_megapixels": LIMIT_MEGAPIXELS,
        f"qos_overrides.{namespace}/{topic}.subscription.depth": 2 * BURST,
        **reliable(namespace, topic),
    }
    detector = start("fakeface_node", parameters, namespace)
    # One publisher for all images: those of two may overtake each other, and a good one that a bad
    # one overtakes gives way to it.
    onlooker: Onlooker = onlook(
        namespace, image_topic=topic, image_type=message_type, image_depth=2 * BURST
    )
    onlooker.wait_for_match()
    face = np.ascontiguousarray(astronaut[20:220, 120:330])
    good = to_image(face) if transport == "raw" else to_compressed_image(face, 90)

    def judge_bad_and_good(bursts: int) -> None:
        for _ in range(bursts):
            for message in itertools.islice(bad, BURST):
                onlooker.camera.publish(message)
                time.sleep(0.001)  # so that most are looked at before the next takes their place
            assert len(onlooker.judge(good).faces) == 1
            onlooker.verdicts.clear()

    bad = messages()
    warm_bursts = MESSAGES // BURST // 4
    judge_bad_and_good(warm_bursts)
    onlooker.deactivate()
    warm_mb = resident_mb(detector.pid)
    assert onlooker.change_state(Transition.TRANSITION_ACTIVATE)
    onlooker.wait_for_match()
    judge_bad_and_good(MESSAGES // BURST - warm_bursts)

    assert detector.exit_code is None
    values = onlooker.status(lambda values, _: values["state"] == "active")
    assert values["images failed"] == "0"
    # On a busy machine many give way to newer ones before they are looked at.
    assert int(values["images refused"]) > MESSAGES // 20
    assert "Traceback" not in detector.text()
    onlooker.deactivate()
    grown_mb = resident_mb(detector.pid) - warm_mb
    print(f"{transport}: {values}, resident MB {warm_mb:.1f}, then {grown_mb:.1f} more")
    assert grown_mb < GROWTH_MB
    detector.stop()

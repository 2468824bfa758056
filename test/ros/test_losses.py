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

"""Images that never came are counted by the gaps in one publisher's numbers."""

from __future__ import annotations

import numpy as np
import pytest

from fakeface_ros.node.conversion import to_image
from fakeface_ros.node.intake import GIVES_NUMBERS
from fakeface_ros.node.losses import Losses

BURST = 100


@pytest.mark.parametrize(
    ("numbers", "lost"),
    [
        ([1, 2, 3], [0, 0, 0]),
        ([7, 8, 12, 13], [0, 0, 3, 0]),  # what came before the first is not known
        ([7, 12, 1, 2, 5, 9], [0, 4, 0, 0, 0, 3]),  # started again, from where it may have gaps
        ([None, None], [None, None]),
        ([4, None, 9, 11], [0, None, 0, 1]),
    ],
)
def test_gaps_of_one_publisher_are_lost_images(numbers, lost):
    losses = Losses(lambda: 1)
    assert [losses.before(number) for number in numbers] == lost


def test_gaps_between_two_publishers_say_nothing():
    publishers = 2
    losses = Losses(lambda: publishers)
    assert [losses.before(number) for number in (100, 5, 101, 7, 102, 9, 11)] == [0] * 7
    publishers = 1  # the gap to the other's last number first
    assert [losses.before(number) for number in (105, 106, 109)] == [0, 0, 2]


@pytest.mark.skipif(not GIVES_NUMBERS, reason="rclpy gives no numbers")
def test_every_image_is_received_or_lost(start, onlook):
    start("fakeface_node", {}, "/burst")
    onlooker = onlook("/burst")
    onlooker.wait_for_match()
    image = to_image(np.zeros((48, 64, 3), np.uint8))
    onlooker.judge(image)
    for _ in range(BURST):
        onlooker.send(image)
    onlooker.judge(image)
    onlooker.status(
        lambda values, _: int(values["images received"]) + int(values["images lost"]) == BURST + 2
    )

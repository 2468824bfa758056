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

"""Images that the middleware loses are counted, and most of them lost is a warning."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus

from fakeface_ros.node.conversion import to_image

IMAGES = 100
LARGE = np.full((480, 640, 3), 90, np.uint8)  # 920 kB, of which socket buffers hold few
SMALL = LARGE[:48, :64].copy()


@pytest.mark.usefixtures("by_udp")
def test_lost_images_are_counted_and_a_warning_where_they_are_most(start, onlook):
    detector = start("fakeface_node", {}, "/lossy")
    onlooker = onlook("/lossy")
    onlooker.wait_for_match()
    onlooker.wait(lambda: onlooker.send(to_image(SMALL)) and onlooker.verdicts, "a first verdict")
    before = int(onlooker.status(lambda values, _: True)["images lost"])
    os.kill(detector.pid, signal.SIGSTOP)
    try:
        for _ in range(IMAGES):
            onlooker.send(to_image(LARGE))
    finally:
        os.kill(detector.pid, signal.SIGCONT)

    def sees_the_gap() -> bool:
        onlooker.send(to_image(SMALL))  # by whose number the node knows
        time.sleep(0.3)  # few came, by that
        return any(
            status.level == DiagnosticStatus.WARN and "are lost on the way" in status.message
            for status in onlooker.diagnostics
        )

    onlooker.wait(sees_the_gap, "a warning")
    lost = int(onlooker.status(lambda values, _: True)["images lost"])
    _, sent = onlooker.send(to_image(SMALL))
    assert before + IMAGES // 2 < lost < sent
    assert "images a second on /lossy/image are lost on the way" in detector.text()

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

"""Levels and messages of the diagnostic status."""

import time
from dataclasses import replace

import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.time import Time

from fakeface_ros.node.counting import Counts, Reading
from fakeface_ros.node.diagnostics import LOSES_MOST, NO_CLOCK, Reporter, Situation, now_s, status

ACTIVE = Situation("active", "", True, "/image", "1", (), "cae_kde", "ab" * 32)
DEAF = "nothing comes from /cam: quality of service (best effort publisher and …)"
ROS_TIME = ClockType.ROS_TIME
OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


def reading(**changes: object) -> Reading:
    return replace(Counts().read(0.0), **changes)


@pytest.mark.parametrize(
    ("situation", "reading_", "level", "message"),
    [
        (ACTIVE, reading(), OK, "judging 0.0 images/s"),
        (ACTIVE, reading(silence_s=2.0), WARN, "no image for 2 s on /image, publishers: 1"),
        (ACTIVE, reading(recent={"refused": 1, "failed": 0}, last_error="bad step"), ERROR,
         "images are refused: bad step"),
        (ACTIVE, reading(recent={"refused": 1, "failed": 1}, last_error="oh"), ERROR,
         "images failed: oh"),
        (replace(ACTIVE, enabled=False), reading(silence_s=9.0), OK, "disabled by ~/enable"),
        (replace(ACTIVE, state="inactive"), reading(silence_s=9.0), OK, "inactive"),
        (replace(ACTIVE, state="unconfigured", problem="cannot be configured: no bundle"),
         reading(), ERROR, "cannot be configured: no bundle"),
        (replace(ACTIVE, unmatched=(DEAF,)), reading(), WARN, DEAF),
        (ACTIVE, reading(rates_hz={"received": 14.0, "processed": 7.0, "lost": 28.0}), WARN,
         LOSES_MOST),
        (ACTIVE, reading(rates_hz={"received": 28.0, "processed": 7.0, "lost": 14.0}), OK,
         "judging 7.0 images/s"),
        (replace(ACTIVE, unmatched=(DEAF,)), reading(silence_s=3.0), WARN,
         f"no image for 3 s on /image, publishers: 1; {DEAF}"),
    ],
)  # fmt: skip
def test_level_and_message(situation, reading_, level, message):
    entry = status("/robot/fakeface", situation, reading_)
    assert (entry.level, entry.message) == (level, message)
    assert entry.name == "robot/fakeface: faces"
    assert entry.hardware_id == "/robot/fakeface"


def test_simulated_time_that_does_not_come_is_a_warning():
    entry = status("/fakeface", ACTIVE, reading(), NO_CLOCK)
    assert (entry.level, "/clock" in entry.message) == (WARN, True)


def test_silence_is_measured_anew_where_the_clock_jumps(ros):
    simulated = [Parameter("use_sim_time", value=True)]
    node = Node("jumping", parameter_overrides=simulated)
    try:
        counts = Counts()
        reporter = Reporter(node, counts, lambda: ACTIVE)
        counts.start(0.0)
        for seconds in (1_000_000, 1_000_008, 5):  # from nothing far ahead, a step, and back
            node.get_clock().set_ros_time_override(Time(seconds=seconds, clock_type=ROS_TIME))
            silence_s = counts.read(now_s(node)).silence_s
            assert silence_s == (8.0 if seconds == 1_000_008 else 0.0)
        assert reporter is not None  # it holds the handle of the jumps
    finally:
        node.destroy_node()


def test_lost_images_are_listed_where_they_are_known():
    counts = Counts()

    def keys() -> set[str]:
        return {pair.key for pair in status("/fakeface", ACTIVE, counts.read(0.0)).values}

    assert "images lost" not in keys()
    counts.lost(0)
    assert "images lost" in keys()


def test_that_most_images_are_lost_is_logged_once(ros, capfd):
    node = Node("losing")
    try:
        counts = Counts()
        reporter = Reporter(node, counts, lambda: ACTIVE)
        for second in range(4):
            counts.received(now_s(node), dropped=False)
            counts.lost(0 if second % 2 else 1000)
            reporter.report()
            time.sleep(0.1)
        assert capfd.readouterr().err.count(LOSES_MOST) == 1
    finally:
        node.destroy_node()


def test_reasons_for_unknown_are_listed():
    from collections import Counter

    counts = Counter({"unknown": 3, "unknown: too small": 2, "unknown: blurred": 1})
    entry = status("/fakeface", ACTIVE, reading(counts=counts))
    values = {pair.key: pair.value for pair in entry.values}
    assert values["faces unknown"] == "3"
    assert values["faces unknown: too small"] == "2"
    assert values["faces unknown: blurred"] == "1"

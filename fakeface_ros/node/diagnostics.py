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

"""What /diagnostics says of the node, from what it counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.clock import Clock, ClockType, JumpThreshold
from rclpy.duration import Duration
from rclpy.node import Node

from fakeface_ros.node.counting import OLDEST_STAMP_S, Counts, Reading

SILENT_AFTER_S = 2.0
NO_CLOCK = "simulated, no /clock yet"
LOSES_MOST = (
    "more than half of the images are lost on their way: for large ones between processes of one "
    "host, start both with launch/dds/fastdds_large_images.xml"
)


@dataclass(frozen=True)
class Situation:
    """What the node is about.

    Attributes:
        state: of its life: "unconfigured", "inactive", "active" or "finalized".
        problem: why it could not be configured or activated, or "".
        enabled: whether ~/enable lets images in.
        topic: images are taken from.
        publishers: of that topic, in words.
        unmatched: a sentence for each publisher or subscriber that is not connected though its
            topic is one of the node's, and where another node has this one's name.
        model: name of the bundle, "" where none is loaded.
        model_sha256: of its manifest.
    """

    state: str
    problem: str
    enabled: bool
    topic: str
    publishers: str
    unmatched: tuple[str, ...]
    model: str
    model_sha256: str


class Reporter:
    """Publishes /diagnostics once a second, and logs once what keeps others from being reached."""

    def __init__(self, node: Node, counts: Counts, situation: Callable[[], Situation]):
        self._node = node
        self._counts = counts
        self._situation = situation
        self._logged: set[str] = set()
        self._publisher = node.create_publisher(DiagnosticArray, "/diagnostics", 10)
        # By the steady clock, so that it also ticks while simulated time stands still.
        node.create_timer(1.0, self.report, clock=Clock(clock_type=ClockType.STEADY_TIME))
        # Kept, as the clock lets go of a handle that nobody holds.
        self._jumps = node.get_clock().create_jump_callback(
            JumpThreshold(
                min_forward=Duration(seconds=OLDEST_STAMP_S), min_backward=Duration(nanoseconds=-1)
            ),
            post_callback=lambda _: counts.start(now_s(node)),
        )

    def report(self) -> None:
        """Publish the status now, and log what is new in it; a timer calls it every second."""
        simulated = self._node.get_parameter("use_sim_time").value
        now = now_s(self._node)
        clock = "system" if not simulated else "simulated" if now else NO_CLOCK
        name = self._node.get_fully_qualified_name()
        situation = self._situation()
        reading = self._counts.read(now)
        told = {*situation.unmatched, *([LOSES_MOST] if loses_most(reading) else [])}
        for sentence in told - self._logged:
            self._node.get_logger().warning(sentence)
        self._logged = told | (self._logged & {LOSES_MOST})  # which comes and goes: said once
        entry = status(name, situation, reading, clock)
        message = DiagnosticArray(status=[entry])
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)


def loses_most(reading: Reading) -> bool:
    """Whether of the images of the last seconds more never came than came."""
    return reading.rates_hz["lost"] > max(reading.rates_hz["received"], 1.0)


def now_s(node: Node) -> float:
    """Seconds of a node's clock."""
    return node.get_clock().now().nanoseconds / 1e9


def status(
    node_name: str, situation: Situation, reading: Reading, clock: str = "system"
) -> DiagnosticStatus:
    """The node's entry in a DiagnosticArray; clock is "system", "simulated" or NO_CLOCK."""
    level, message = _judge(situation, reading, clock)
    counts = reading.counts
    median, high = reading.latency_ms
    values = {
        "state": situation.state if situation.enabled else f"{situation.state}, disabled",
        "model": situation.model,
        "model sha256": situation.model_sha256,
        "topic": situation.topic,
        "publishers": situation.publishers,
        "not connected": "; ".join(situation.unmatched),
        "clock": clock,
        "input rate [Hz]": f"{reading.rates_hz['received']:.1f}",
        "processing rate [Hz]": f"{reading.rates_hz['processed']:.1f}",
        "latency median [ms]": f"{median:.1f}",
        "latency 95 % [ms]": f"{high:.1f}",
        **{
            f"images {name}": str(counts[name])
            for name in ("lost", "received", "processed", "dropped", "refused", "failed")
            if name != "lost" or name in counts
        },
        **{f"faces {name}": str(counts[name]) for name in ("real", "fake", "unknown")},
        **{f"faces {n}": str(counts[n]) for n in sorted(counts) if n.startswith("unknown: ")},
        "last error": reading.last_error or situation.problem,
    }
    return DiagnosticStatus(
        level=level,
        name=f"{node_name.lstrip('/')}: faces",
        message=message,
        hardware_id=node_name,
        values=[KeyValue(key=key, value=value) for key, value in values.items()],
    )


def _judge(situation: Situation, reading: Reading, clock: str) -> tuple[bytes, str]:
    if situation.problem:
        return DiagnosticStatus.ERROR, situation.problem
    if situation.state != "active":
        return DiagnosticStatus.OK, situation.state
    if not situation.enabled:
        return DiagnosticStatus.OK, "disabled by ~/enable"
    if reading.recent["failed"]:
        return DiagnosticStatus.ERROR, f"images failed: {reading.last_error}"
    if reading.recent["refused"]:
        return DiagnosticStatus.ERROR, f"images are refused: {reading.last_error}"
    if clock == NO_CLOCK:
        return DiagnosticStatus.WARN, "use_sim_time is set, and no time comes on /clock"
    if reading.silence_s >= SILENT_AFTER_S:
        reasons = "".join(f"; {sentence}" for sentence in situation.unmatched)
        return DiagnosticStatus.WARN, (
            f"no image for {reading.silence_s:.0f} s on {situation.topic}, "
            f"publishers: {situation.publishers}{reasons}"
        )
    if situation.unmatched:
        return DiagnosticStatus.WARN, "; ".join(situation.unmatched)
    if loses_most(reading):
        return DiagnosticStatus.WARN, LOSES_MOST
    return DiagnosticStatus.OK, f"judging {reading.rates_hz['processed']:.1f} images/s"

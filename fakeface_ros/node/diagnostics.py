# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics says of the node, from what it counted."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from rclpy.node import Node

from fakeface_ros.node.counting import Reading

SILENT_AFTER_S = 2.0


@dataclass(frozen=True)
class Situation:
    """What the node is about.

    Attributes:
        state: of its life: "unconfigured", "inactive" or "active".
        problem: why it could not be configured, or "".
        enabled: whether ~/enable lets images in.
        topic: images are taken from.
        publishers: of that topic, in words.
        model: name of the bundle, "" where none is loaded.
        model_sha256: of its manifest.
    """

    state: str
    problem: str
    enabled: bool
    topic: str
    publishers: str
    model: str
    model_sha256: str


def describe_publishers(node: Node, topic: str, message_type: str) -> str:
    """Who publishes a topic: a count, and what keeps messages from coming where it is the type."""
    endpoints = node.get_publishers_info_by_topic(topic)
    others = sorted({end.topic_type for end in endpoints if end.topic_type != message_type})
    text = str(len(endpoints))
    return f"{text}, of type {', '.join(others)} instead of {message_type}" if others else text


def status(node_name: str, situation: Situation, reading: Reading) -> DiagnosticStatus:
    """The node's entry in a DiagnosticArray."""
    level, message = _judge(situation, reading)
    counts = reading.counts
    median, high = reading.latency_ms
    values = {
        "state": situation.state if situation.enabled else f"{situation.state}, disabled",
        "model": situation.model,
        "model sha256": situation.model_sha256,
        "topic": situation.topic,
        "publishers": situation.publishers,
        "input rate [Hz]": f"{reading.rates_hz['received']:.1f}",
        "processing rate [Hz]": f"{reading.rates_hz['processed']:.1f}",
        "latency median [ms]": f"{median:.1f}",
        "latency 95 % [ms]": f"{high:.1f}",
        **{
            f"images {name}": str(counts[name])
            for name in ("received", "processed", "dropped", "refused", "failed")
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


def _judge(situation: Situation, reading: Reading) -> tuple[bytes, str]:
    if situation.problem:
        return DiagnosticStatus.ERROR, f"not configured: {situation.problem}"
    if situation.state != "active":
        return DiagnosticStatus.OK, situation.state
    if not situation.enabled:
        return DiagnosticStatus.OK, "disabled by ~/enable"
    if reading.recent["failed"]:
        return DiagnosticStatus.ERROR, f"images failed: {reading.last_error}"
    if reading.recent["refused"]:
        return DiagnosticStatus.ERROR, f"images are refused: {reading.last_error}"
    if reading.silence_s >= SILENT_AFTER_S:
        return DiagnosticStatus.WARN, (
            f"no image for {reading.silence_s:.0f} s on {situation.topic}, "
            f"publishers: {situation.publishers}"
        )
    return DiagnosticStatus.OK, f"judging {reading.rates_hz['processed']:.1f} images/s"

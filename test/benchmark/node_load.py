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

"""The installed node end to end over DDS: start-up, frames per second, latency, memory."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from fakeface_ros.msg import FaceVerdictArray
from machine import cpu_seconds, resident_mb, shared_mb
from rcl_interfaces.srv import GetParameters
from rclpy.node import Node
from rclpy.qos import QoSProfile
from std_srvs.srv import SetBool
from tables import Row, Table
from timing import growth, in_pipeline_times, rounded, summarise

from fakeface_ros.node.processes import Executable, hold_domain_id

RATE_HZ = 60.0
LARGE_IMAGES = str(
    Path(__file__).resolve().parents[2] / "launch" / "dds" / "fastdds_large_images.xml"
)
_PROFILE_VARIABLES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")
_LEAST_S = 60.0
_CALL_EVERY_S = 0.25
_SAMPLE_EVERY_S = 0.5


class NoVerdict(Exception):
    """Every image was lost on the way."""


class Ear(Node):
    """Hears verdicts and diagnostics, and asks services how long they take.

    Of verdicts it keeps numbers: Python's search for circles among thousands of messages takes
    100 ms now and then, which would be counted as the service's.

    Attributes:
        stamps_ms, latencies_ms: of each verdict, in the order they came in.
        counts: of images, by the node's diagnostics.
        answers_ms: how long services took to answer.
    """

    def __init__(self) -> None:
        super().__init__("benchmark")
        self.stamps_ms: list[float] = []
        self.latencies_ms: list[float] = []
        self.counts: dict[str, int] = {}
        self.answers_ms: list[float] = []
        self._asked: tuple[object, float] | None = None
        self.create_subscription(
            FaceVerdictArray, "/fakeface/verdicts", self._on_verdicts, QoSProfile(depth=200)
        )
        self.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, 10)
        self._asked_in_turn = (
            (self.create_client(SetBool, "/fakeface/enable"), SetBool.Request(data=True)),
            (
                self.create_client(GetParameters, "/fakeface/get_parameters"),
                GetParameters.Request(names=["min_face_px"]),
            ),
        )

    def close(self) -> None:
        """Nothing is heard or asked any more."""
        self.destroy_node()

    def forget(self) -> None:
        """What was heard so far."""
        for heard in (self.stamps_ms, self.latencies_ms, self.answers_ms):
            heard.clear()

    def ask(self) -> None:
        """Ask both services in turn; answers_ms grows when an answer comes."""
        client, request = self._asked_in_turn[len(self.answers_ms) % 2]
        asked = time.perf_counter()
        if self._asked is not None or not client.service_is_ready():
            return
        future = client.call_async(request)
        self._asked = (future, asked)
        future.add_done_callback(self._on_answer)

    def _on_verdicts(self, message: FaceVerdictArray) -> None:
        stamp = message.header.stamp
        self.stamps_ms.append(stamp.sec * 1e3 + stamp.nanosec / 1e6)
        self.latencies_ms.append(message.latency_ms)

    def _on_answer(self, _: object) -> None:
        assert self._asked is not None
        self.answers_ms.append((time.perf_counter() - self._asked[1]) * 1e3)
        self._asked = None

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            if status.hardware_id == "/fakeface":
                self.counts = {
                    pair.key.removeprefix("images "): int(pair.value)
                    for pair in status.values
                    if pair.key.startswith("images ")
                }


def measure(pictures: dict[str, np.ndarray], folder: Path, seconds: float) -> Table:
    """Two rows for each picture, shown by the installed image source at 60 images a second.

    The first is with Fast DDS as it comes, the second with the shipped profile for large images.

    Args:
        pictures: by name for the table.
        folder: for the pictures' files and the logs.
        seconds: of measurement for each, after a warm-up of a fifth of that.
    """
    os.environ["ROS_DOMAIN_ID"] = str(hold_domain_id())
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    table = Table(f"the node over DDS, {RATE_HZ:g} images a second offered, {seconds:g} s each")
    _set_profile(LARGE_IMAGES)
    rclpy.init(args=[])
    try:
        # All nodes of this process are what DDS makes of the first: found soon, with the profile.
        rclpy.create_node("benchmark_process")
        for name, picture in pictures.items():
            for profile in ("", LARGE_IMAGES):
                _set_profile(profile)  # which the camera's and the node's processes take over
                row = {"images": name, "profile": "large images" if profile else "none"}
                try:
                    table.rows.append(row | _one(name, picture, folder, seconds))
                except NoVerdict:
                    table.rows.append(row)
                    table.notes.append(f"{name}, profile {row['profile']}: no verdict came.")
    finally:
        _set_profile("")
        rclpy.try_shutdown()
    table.notes += [
        "Camera, node and this program are three processes on the same cores; the camera's own "
        "copies and sending of large images take from them what the node would use.",
        "Before the first verdict camera and node have to find each other, which Fast DDS "
        "now and then leaves to its next announcement: every 3 s, with the profile every 0.5 s.",
        "Received, judged, dropped and lost are the node's own count over that time, latency is "
        "from the image's stamp to its verdict, memory is the node's process, in part shared with "
        "the camera's; its change is between the medians of the first and the last quarter.",
        "A pipeline time is half of what passed since the last verdict but one: two are what an "
        "image waits at most that is the newest when its run begins.",
    ]
    return table


def _set_profile(file: str) -> None:
    """Of Fast DDS, for whatever makes its first node from here on; "" is none."""
    for variable in _PROFILE_VARIABLES:
        os.environ.pop(variable, None)
        if file:
            os.environ[variable] = file


def _one(name: str, picture: np.ndarray, folder: Path, seconds: float) -> Row:
    file = folder / f"{name.replace(' ', '')}.png"
    cv2.imwrite(str(file), picture)
    shown = {"source": str(file), "rate_hz": RATE_HZ, "still_s": 1e4}
    shown["wait_for_subscriber_s"] = _LEAST_S
    with (
        contextlib.closing(Ear()) as ear,
        Executable("image_source", folder / "image_source.log", shown) as camera,
    ):
        spin(ear, 3.0)  # it is up and waits for whoever subscribes
        start = time.perf_counter()
        with Executable("fakeface_node", folder / "fakeface_node.log") as detector:

            def heard() -> bool:
                if detector.exit_code is not None or camera.exit_code is not None:
                    raise RuntimeError(f"a node ended:\n{detector.text()}\n{camera.text()}")
                return bool(ear.latencies_ms)

            spin(ear, _LEAST_S, heard)
            if not ear.latencies_ms:
                raise NoVerdict(f"in {_LEAST_S} s:\n{detector.text()}")
            first_s = time.perf_counter() - start
            spin(ear, max(seconds / 5, 2.0))
            row = _load(ear, detector.pid, seconds)
            maps = Path(f"/proc/{detector.pid}/maps").read_text(encoding="utf-8")
    return {
        "start to first verdict s": rounded(first_s),
        **row,
        "TensorFlow loaded": "tensorflow" in maps,
    }


def _load(ear: Ear, pid: int, seconds: float) -> Row:
    """What happens from now on."""
    before, used_before = dict(ear.counts), cpu_seconds(pid)
    ear.forget()
    memory_mb: list[float] = []
    start = time.perf_counter()
    ear.create_timer(_CALL_EVERY_S, ear.ask)
    ear.create_timer(_SAMPLE_EVERY_S, lambda: memory_mb.append(resident_mb(pid)))
    spin(ear, seconds)
    spent = time.perf_counter() - start
    latencies = ear.latencies_ms
    if len(latencies) < 3 or not memory_mb:
        raise NoVerdict("while it was measured")
    latency = summarise(latencies)
    grown = {name: count - before.get(name, 0) for name, count in ear.counts.items()}
    return {
        "judged a second": rounded(len(latencies) / spent),
        "received a second": rounded(grown.get("received", 0) / spent),
        "dropped": grown.get("dropped", 0),
        "lost a second": rounded(grown.get("lost", 0) / spent),
        "latency ms median": rounded(latency.median),
        "p95": rounded(latency.p95),
        "max": rounded(max(latencies)),
        "max, times median": rounded(max(latencies) / latency.median),
        "max, pipeline times": rounded(max(in_pipeline_times(ear.stamps_ms, latencies))),
        "service ms median": rounded(summarise(ear.answers_ms or [float("nan")]).median),
        "service max": rounded(max(ear.answers_ms, default=float("nan"))),
        "resident MB": rounded(memory_mb[-1]),
        "shared MB": rounded(shared_mb(pid)),
        "change MB": rounded(growth(memory_mb, 4)),
        "cores used": rounded((cpu_seconds(pid) - used_before) / spent),
    }


def spin(node: Node, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
    """Let a node hear for some seconds, or until something is true."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not until():
        rclpy.spin_once(node, timeout_sec=min(left, 0.1))

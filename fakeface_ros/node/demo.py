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

"""`make demo`: an image source and the fakeface node as two processes, and a third that looks on.

Prints what the node says, and saves an annotated picture and video.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import Image

from fakeface_ros.image_messages import make_converter, to_bgr
from fakeface_ros.msg import FaceVerdict, FaceVerdictArray
from fakeface_ros.node.processes import Executable, hold_domain_id
from fakeface_ros.node.publishing import newest_only
from fakeface_ros.node.recording import Recording

READY_WITHIN_S = 60.0
FIRST_VERDICT_WITHIN_S = 60.0
_TOPICS = ("/fakeface/verdicts", "/fakeface/image_annotated")
# Best effort, the default, takes from every camera but loses large images on a busy machine.
_LOSE_NOTHING = {"qos_overrides./image.subscription.reliability": "reliable"}
_SILENCE_AT_THE_END_S = 2.0
_WEBCAM_S = 30.0
_ROWS_EVERY_S = 1.0
_LABELS = {
    FaceVerdict.VERDICT_UNKNOWN: "unknown",
    FaceVerdict.VERDICT_REAL: "real",
    FaceVerdict.VERDICT_FAKE: "fake",
}


class Failure(Exception):
    """Why the demo did not work."""


class Onlooker(Node):
    """Prints verdicts and records annotated images."""

    def __init__(self, recording: Recording):
        super().__init__("demo")
        self.images = 0
        self.counts = dict.fromkeys(_LABELS.values(), 0)
        self.last_verdict_at = time.monotonic()
        self._rows_at = 0.0
        self._recording = recording
        self._converter = make_converter()
        self.create_subscription(FaceVerdictArray, _TOPICS[0], self._on_verdicts, 50)
        self.create_subscription(
            Image,
            _TOPICS[1],
            self._on_picture,
            newest_only(ReliabilityPolicy.RELIABLE),
        )

    def _on_verdicts(self, message: FaceVerdictArray) -> None:
        self.images += 1
        self.last_verdict_at = time.monotonic()
        for face in message.faces:
            self.counts[_LABELS[face.verdict]] += 1
        if self.last_verdict_at - self._rows_at < _ROWS_EVERY_S:
            return
        if not self._rows_at:
            print(
                f"\n{'image':>6} {'face':>5} {'verdict':<8} {'fake_score':>10} {'p_real':>7} "
                f"{'box x, y, w, h':>20} {'latency':>9}"
            )
        self._rows_at = self.last_verdict_at
        for face in message.faces:
            box = face.box
            place = f"{box.x_offset}, {box.y_offset}, {box.width}, {box.height}"
            print(
                f"{self.images:>6} {face.id:>5} {_LABELS[face.verdict]:<8} "
                f"{face.fake_score:>10.3f} {face.p_real:>7.3f} {place:>20} "
                f"{message.latency_ms:>6.0f} ms"
            )
        if not message.faces:
            print(f"{self.images:>6}     - no face {message.latency_ms:>51.0f} ms")
        sys.stdout.flush()

    def _on_picture(self, message: Image) -> None:
        stamp = message.header.stamp
        picture = to_bgr(message, self._converter, sys.maxsize)
        self._recording.add(picture, stamp.sec + stamp.nanosec / 1e9)


def show(source: str, out: Path) -> str:
    """Run the demo; returns what was seen, in a sentence.

    Args:
        source: image, folder, video or webcam index; "" shows the demo scene.
        out: folder for annotated.png, annotated.mp4 and the logs of the two processes.

    Raises:
        Failure: no verdict arrived, or a process ended that should not.
    """
    rclpy.init(args=[])
    recording = Recording(out)
    parameters = {"loop": False, "source": str(Path(source).resolve()) if source else ""}
    if source.isdecimal():
        parameters["source"] = source
    with Executable("fakeface_node", out / "fakeface_node.log", _LOSE_NOTHING) as detector:
        onlooker = Onlooker(recording)
        print(f"[demo] started fakeface_node ({detector.pid})", flush=True)
        _wait_for_connection(onlooker, detector)
        with Executable("image_source", out / "image_source.log", parameters) as camera:
            print(f"[demo] started image_source ({camera.pid})", flush=True)
            started = time.monotonic()
            while not _finished(onlooker, detector, camera, started, source.isdecimal()):
                rclpy.spin_once(onlooker, timeout_sec=0.2)
    saved = recording.finish()
    if not saved:
        raise Failure(f"verdicts arrived but no annotated image did; see {detector.log}")
    counts = ", ".join(f"{count} {label}" for label, count in onlooker.counts.items())
    return f"{onlooker.images} images judged, faces: {counts}; saved {' and '.join(saved)}"


def _wait_for_connection(onlooker: Onlooker, detector: Executable) -> None:
    """Until the node's outputs are seen, so that none of a short source is missed."""
    started = time.monotonic()
    while not all(onlooker.count_publishers(topic) for topic in _TOPICS):
        rclpy.spin_once(onlooker, timeout_sec=0.1)
        if detector.exit_code is not None:
            raise Failure(f"fakeface_node ended by itself:\n{_tail(detector)}")
        if time.monotonic() - started > READY_WITHIN_S:
            raise Failure(
                f"fakeface_node is not ready after {READY_WITHIN_S:.0f} s. It said:\n"
                f"{_tail(detector)}"
            )


def _finished(
    onlooker: Onlooker, detector: Executable, camera: Executable, started: float, webcam: bool
) -> bool:
    now = time.monotonic()
    if detector.exit_code is not None:
        raise Failure(f"fakeface_node ended by itself:\n{_tail(detector)}")
    if camera.exit_code:
        raise Failure(f"image_source ended with code {camera.exit_code}:\n{_tail(camera)}")
    if onlooker.images == 0:
        if now - started > FIRST_VERDICT_WITHIN_S:
            raise Failure(
                f"no verdict arrived within {FIRST_VERDICT_WITHIN_S:.0f} s. fakeface_node said:\n"
                f"{_tail(detector)}\nimage_source said:\n{_tail(camera)}"
            )
        return False
    if webcam and now - started > _WEBCAM_S:
        return True
    return camera.exit_code == 0 and now - onlooker.last_verdict_at > _SILENCE_AT_THE_END_S


def _tail(process: Executable) -> str:
    return "\n".join("    " + line for line in process.text().splitlines()[-12:]) or "    nothing"


def main() -> int:
    """0 when it worked, 1 when it did not, 130 when interrupted."""
    parser = argparse.ArgumentParser(description="Judge a stream of images on real ROS 2 nodes.")
    parser.add_argument("--source", default="", help="image, folder, video or webcam index")
    parser.add_argument("--out", type=Path, default=Path("build/demo"), help="where to save")
    arguments = parser.parse_args()
    source = arguments.source
    if source and not source.isdecimal() and not Path(source).exists():
        parser.error(f"there is no {source}")
    os.environ["ROS_DOMAIN_ID"] = str(hold_domain_id())
    print(f"[demo] source: {source or 'a portrait (left) beside its forged twin (right)'}")
    try:
        print(f"\n[demo] {show(source, arguments.out)}")
    except Failure as failure:
        print(f"[demo] FAILED: {failure}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, ExternalShutdownException):
        print("\n[demo] interrupted", file=sys.stderr)
        return 128 + signal.SIGINT
    finally:
        rclpy.try_shutdown()
    return 0

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

"""What robots do to a node: others die, hang or lie around it, it is killed itself, time jumps."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from lifecycle_msgs.msg import Transition
from onlooker import Onlooker, reliable, resident_mb
from rosgraph_msgs.msg import Clock

from fakeface_ros.node.conversion import to_image
from fakeface_ros.scoring.bundle import MANIFEST, load_bundle


@pytest.fixture
def by_udp(use_dds_profile: Callable[[str], Path]) -> None:
    """What is started from here on receives by UDP alone, since it is killed; images be small.

    Fast DDS may go on writing into the shared memory of one that is dead (Fast-DDS #5469, in
    README.md), and every later process on the same port, of whatever test, would get nothing.
    Of a large image, a busy machine's socket buffers lose some fragment each time.
    """
    use_dds_profile("fastdds_without_shared_memory")


@pytest.fixture
def small(noise: np.ndarray) -> np.ndarray:
    """A picture that fits a datagram."""
    return noise[:48, :64].copy()


@pytest.fixture
def portrait(astronaut: np.ndarray) -> np.ndarray:
    """A face in 145 kB: by UDP, a socket's buffer of the usual 208 kB takes it in one go."""
    return astronaut[20:240, 120:340].copy()


def judged_again(onlooker: Onlooker, message) -> None:
    """Send until a verdict comes: what goes to one that died in the meantime is lost."""
    onlooker.verdicts.clear()

    def answered() -> bool:
        onlooker.send(message)
        return bool(onlooker.verdicts)

    onlooker.wait(answered, "a verdict")


@pytest.mark.usefixtures("by_udp")
def test_a_camera_killed_and_back(start, onlook, small, tmp_path):
    node = start("fakeface_node", {}, "/camera_dies")
    onlooker = onlook("/camera_dies", image_topic="elsewhere")
    cv2.imwrite(str(tmp_path / "small.png"), small)
    shown = {"source": str(tmp_path / "small.png"), "rate_hz": 10.0}
    for _ in range(2):
        camera = start("image_source", shown, "/camera_dies")
        onlooker.verdicts.clear()
        onlooker.wait(lambda: onlooker.verdicts, "a verdict on the camera's images")
        os.kill(camera.pid, signal.SIGKILL)
        onlooker.status(
            lambda _, status: status.level == DiagnosticStatus.WARN
            and "no image for" in status.message
        )
    assert node.exit_code is None
    assert "Traceback" not in node.text()


@pytest.mark.usefixtures("by_udp")
@pytest.mark.parametrize("state", ["unconfigured", "inactive", "active", "judging"])
def test_killed_in_any_state_it_starts_again(start, onlook, portrait, small, state):
    """Kill -9 leaves the dead one's name behind, which must do no harm."""
    namespace = f"/killed_{state}"
    parameters = {"autostart": state in ("active", "judging"), **reliable(namespace)}
    doomed = start("fakeface_node", parameters, namespace)
    onlooker = onlook(namespace)
    if state == "inactive":
        assert onlooker.change_state(Transition.TRANSITION_CONFIGURE)
    onlooker.status(lambda v, _: v["state"] == ("active" if state == "judging" else state))
    if state == "judging":
        for _ in range(5):
            onlooker.send(to_image(portrait))
    os.kill(doomed.pid, signal.SIGKILL)
    onlooker.wait(lambda: doomed.exit_code is not None, "its end")

    start("fakeface_node", reliable(namespace), namespace)
    judged_again(onlooker, to_image(small))


def count_of(what: str, pid: int) -> int:
    """Threads ("task") or file handles ("fd") of a process."""
    return len(os.listdir(f"/proc/{pid}/{what}"))


def take(taken: list[tuple[int, int, float]], onlooker: Onlooker, pid: int) -> None:
    """Add threads, file handles and resident MB of a process, once threads that end have ended."""
    if len(taken) > 1:
        threads, handles, _ = taken[1]  # after the first time, which warms up
        onlooker.wait(
            lambda: count_of("task", pid) <= threads, f"an end of all but {threads} threads"
        )
        onlooker.wait(
            lambda: count_of("fd", pid) <= handles, f"an end of all but {handles} handles"
        )
    taken.append((count_of("task", pid), count_of("fd", pid), resident_mb(pid)))


def assert_flat(taken: list[tuple[int, int, float]]) -> None:
    """Nothing is left behind each time, though the process may keep 20 MB of what was freed.

    A model that stayed would be over 10 MB a time. make soak looks closer.
    """
    memory = [memory for _, _, memory in taken[1:]]
    half = len(memory) // 2
    assert min(memory[half:]) <= max(memory[:half]) + 20, taken


def test_life_again_and_again_leaves_nothing_behind(start, onlook, portrait):
    node = start("fakeface_node", {"autostart": False, **reliable("/again")}, "/again")
    onlooker = onlook("/again")
    taken = []
    for _ in range(11):
        assert onlooker.change_state(Transition.TRANSITION_CONFIGURE)
        assert onlooker.change_state(Transition.TRANSITION_ACTIVATE)
        onlooker.wait_for_match()
        assert len(onlooker.judge(to_image(portrait)).faces) == 1
        onlooker.deactivate()
        assert onlooker.change_state(Transition.TRANSITION_CLEANUP)
        take(taken, onlooker, node.pid)
    assert_flat(taken)
    node.stop()


def test_one_model_after_another_leaves_nothing_behind(start, onlook, portrait):
    node = start("fakeface_node", reliable("/models"), "/models")
    onlooker = onlook("/models")
    onlooker.wait_for_match()
    taken = []
    for _ in range(11):
        for model in ("cae_kde", "default"):
            assert onlooker.set_parameter("model", model).successful
            onlooker.wait(
                lambda model=model: onlooker.judge(to_image(portrait)).model == model, model
            )
        take(taken, onlooker, node.pid)
    assert_flat(taken)
    loaded = f"model cae_kde {load_bundle('cae_kde').version} is loaded"
    assert node.text().count(loaded) == len(taken)
    node.stop()


def spoil_truncated(bundle: Path) -> str:
    file = bundle / "density.npz"
    file.write_bytes(file.read_bytes()[:-1])
    return "density.npz has"


def spoil_bit(bundle: Path) -> str:
    file = bundle / "calibration.npz"
    content = bytearray(file.read_bytes())
    content[99] ^= 1
    file.write_bytes(content)
    return "calibration.npz has sha256"


def spoil_missing(bundle: Path) -> str:
    (bundle / "autoencoder.onnx").unlink()
    return "autoencoder.onnx cannot be read"


def spoil_version(bundle: Path) -> str:
    manifest = json.loads((bundle / MANIFEST).read_text())
    (bundle / MANIFEST).write_text(json.dumps({**manifest, "format_version": 99}))
    return "format_version 99, this release reads 1"


def spoil_owner(bundle: Path) -> str:
    (bundle / MANIFEST).write_text('{"name": "somebody else\'s"}')
    return "is not a bundle's: format must be 'fakeface-bundle'"


def spoil_manifest(bundle: Path) -> str:
    (bundle / MANIFEST).unlink()
    return f"{MANIFEST} is missing"


SPOILS: list[Callable[[Path], str]] = [
    spoil_truncated,
    spoil_bit,
    spoil_missing,
    spoil_version,
    spoil_owner,
    spoil_manifest,
]


def test_a_spoiled_bundle_is_named_at_the_start_and_while_it_runs(
    start, onlook, model_copy, tmp_path, portrait
):
    node = start("fakeface_node", {"autostart": False, **reliable("/spoiled")}, "/spoiled")
    onlooker = onlook("/spoiled")
    bundles = []
    for spoil in SPOILS:
        bundle = Path(shutil.copytree(model_copy, tmp_path / spoil.__name__))
        bundles.append((bundle, spoil(bundle)))
    for bundle, reason in bundles:
        assert onlooker.set_parameter("model", str(bundle)).successful  # nothing is loaded yet
        assert not onlooker.change_state(Transition.TRANSITION_CONFIGURE)
        assert reason in node.text()
        assert str(bundle) in node.text()
    assert onlooker.set_parameter("model", str(model_copy)).successful
    assert onlooker.change_state(Transition.TRANSITION_CONFIGURE)
    assert onlooker.change_state(Transition.TRANSITION_ACTIVATE)
    onlooker.wait_for_match()
    for bundle, reason in bundles:
        result = onlooker.set_parameter("model", str(bundle))
        assert not result.successful
        assert reason in result.reason
        assert onlooker.judge(to_image(portrait)).model == "cae_kde"
    assert "Traceback" not in node.text()


def test_time_may_jump_back_and_forth(start, onlook, noise):
    start("fakeface_node", {"use_sim_time": True, **reliable("/jumps")}, "/jumps")
    onlooker = onlook("/jumps")
    clock = onlooker.node.create_publisher(Clock, "/clock", 10)
    onlooker.wait(clock.get_subscription_count, "a listener to /clock")
    onlooker.wait_for_match()  # last: now the node also knows who tells the time
    for second in (1000, 1003, 10, 2_000_000_000, 11, 0, 12):
        message = to_image(noise)
        for tick in range(3):
            clock.publish(Clock(clock=Time(sec=second, nanosec=tick)))
            verdicts = onlooker.judge(message)
            assert 0 <= verdicts.latency_ms < 60_000
    for _ in range(2):
        clock.publish(Clock(clock=Time(sec=20)))
        onlooker.judge(to_image(noise))
        values = onlooker.status(lambda _, status: status.level == DiagnosticStatus.OK)
    assert values["images failed"] == "0"
    assert 0 <= float(values["input rate [Hz]"]) < 1000


SLEEPER = """
import rclpy
from fakeface_ros.msg import FaceVerdictArray
from rclpy.qos import HistoryPolicy, QoSProfile
from sensor_msgs.msg import Image
rclpy.init()
node = rclpy.create_node("sleeper", namespace="/stuck")
everything = QoSProfile(history=HistoryPolicy.KEEP_ALL)
node.create_subscription(FaceVerdictArray, "fakeface/verdicts", lambda _: None, everything)
node.create_subscription(Image, "fakeface/image_annotated", lambda _: None, everything)
print("ready", flush=True)
rclpy.spin(node)
"""


@pytest.mark.usefixtures("by_udp")  # the sleeper is killed in the end
def test_a_subscriber_that_never_reads_holds_nobody_up(start, onlook, portrait, tmp_path):
    node = start("fakeface_node", reliable("/stuck"), "/stuck")
    onlooker = onlook("/stuck")
    onlooker.wait_for_match()
    sleeper = subprocess.Popen(
        [sys.executable, "-c", SLEEPER],
        stdout=subprocess.PIPE,
        start_new_session=True,
        cwd=tmp_path,  # Python would look for fakeface_ros.msg in the checkout first
    )
    try:
        assert sleeper.stdout is not None
        assert sleeper.stdout.readline() == b"ready\n"
        topic = "/stuck/fakeface/image_annotated"
        onlooker.wait(lambda: onlooker.node.count_subscribers(topic), "the sleeper")
        for _ in range(3):
            onlooker.judge(to_image(portrait))
        sleeper.send_signal(signal.SIGSTOP)
        for _ in range(300):  # 44 MB of pictures that nobody takes
            assert len(onlooker.judge(to_image(portrait)).faces) == 1
        sleeper.send_signal(signal.SIGCONT)
        assert len(onlooker.judge(to_image(portrait)).faces) == 1
        values = onlooker.status(lambda values, _: values["state"] == "active")
        assert values["images failed"] == "0"
    finally:
        sleeper.kill()
        sleeper.wait()
    assert node.exit_code is None

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

"""A node on another host: images cross a network to it, and its verdicts come back.

Two network namespaces joined by a pair of virtual Ethernet devices stand for two hosts. Nothing
leaves them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakeface_ros.node.processes import executable_path

NODE = executable_path("fakeface_node")
ENVIRONMENT = {**os.environ, "ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}


def ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"two network namespaces cannot be made here: {done.stderr.strip()}")


@pytest.fixture
def hosts() -> Iterator[tuple[str, str]]:
    """Names of two network namespaces that reach each other and nothing else."""
    if not shutil.which("ip"):
        pytest.skip("two network namespaces need the program ip, of Debian's iproute2")
    names = tuple(f"ff{os.getpid()}{side}" for side in "ab")
    devices = [f"{name}v" for name in names]
    made = []
    try:
        for name in names:
            ip("netns", "add", name)
            made.append(name)
        ip("link", "add", devices[0], "netns", names[0], "type", "veth",
           "peer", "name", devices[1], "netns", names[1])  # fmt: skip
        for number, (name, device) in enumerate(zip(names, devices, strict=True), 1):
            ip("-n", name, "address", "add", f"10.254.7.{number}/24", "dev", device)
            ip("-n", name, "link", "set", "lo", "up")
            ip("-n", name, "link", "set", device, "up")
            ip("-n", name, "route", "add", "224.0.0.0/4", "dev", device)
        yield names
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "delete", name], check=False)


def on(host: str, *command: str) -> list[str]:
    return ["ip", "netns", "exec", host, *command]


def received_bytes(host: str) -> int:
    """What came over the wire; shared memory does not count."""
    path = f"/sys/class/net/{host}v/statistics/rx_bytes"
    done = subprocess.run(on(host, "cat", path), capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_images_cross_the_network_and_verdicts_come_back(hosts, portrait_file, tmp_path):
    far, near = hosts
    log = tmp_path / "node.log"
    with log.open("w") as file:
        node = subprocess.Popen(
            on(far, str(NODE), "--ros-args", "-r", "__ns:=/far"),
            stdout=file,
            stderr=subprocess.STDOUT,
            env=ENVIRONMENT,
        )
    try:
        across = Path(__file__).with_name("across.py")
        done = subprocess.run(
            on(near, sys.executable, str(across), str(portrait_file)),
            capture_output=True,
            text=True,
            timeout=90,
            env=ENVIRONMENT,
        )
        crossed = received_bytes(far)
    finally:
        node.terminate()
        node.wait(timeout=30)
    assert done.stdout == "faces: 1, frame_id: camera_optical\n", done.stderr + log.read_text()
    assert crossed > 512 * 512 * 3

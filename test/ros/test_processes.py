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

"""Domains that do not collide, and processes that end."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from fakeface_ros.node.processes import Executable, _yaml, hold_domain_id

HOLD = """
from fakeface_ros.node.processes import hold_domain_id
print(hold_domain_id(), flush=True)
input()
"""
TWICE = """
import time
from fakeface_ros.node.processes import interrupt_once
interrupt_once()
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)
    print("tidy", flush=True)
"""
BETWEEN_STEPS = """
import sys
import rclpy
from fakeface_ros.node import fakeface_node

def spin(node):
    rclpy.shutdown()
    raise RuntimeError("the given context is not valid")  # as rclpy's RCLError is one

rclpy.spin = spin
sys.exit(fakeface_node.main(["--ros-args", "-p", "autostart:=false"]))
"""


def test_concurrent_processes_get_different_domains():
    holders = [
        subprocess.Popen([sys.executable, "-c", HOLD], stdin=-1, stdout=-1, text=True)
        for _ in range(3)
    ]
    ids = [int(holder.stdout.readline()) for holder in holders] + [hold_domain_id()]
    for holder in holders:
        holder.communicate("\n")
    assert len(set(ids)) == 4
    assert all(1 <= i <= 101 for i in ids)


def test_the_second_interrupt_does_not_break_into_tidying_up():
    process = subprocess.Popen([sys.executable, "-c", TWICE], stdout=-1, text=True)
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.communicate()[0] == "tidy\n"
    assert process.returncode == 0


def test_an_interrupt_between_two_steps_of_rclpy_is_an_end_like_any_other(ros, tmp_path):
    process = subprocess.run(
        [sys.executable, "-c", BETWEEN_STEPS],
        capture_output=True,
        text=True,
        cwd=tmp_path,  # Python would look for fakeface_ros.msg in the checkout first
    )
    assert (process.returncode, process.stderr) == (0, "")


def test_an_interrupt_while_modules_are_imported_is_a_quiet_end(ros, tmp_path):
    with Executable("fakeface_node", tmp_path / "log.txt") as process:
        maps = Path(f"/proc/{process.pid}/maps")
        while "numpy" not in maps.read_text(encoding="utf-8"):
            assert process.exit_code is None
        assert process.stop() == 0
        assert process.text() == ""


def test_strings_stay_strings_on_the_command_line():
    assert [_yaml(v) for v in ("0", "true", 'a"b\\', True, 3, 0.5)] == [
        '"0"', '"true"', '"a\\"b\\\\"', "true", "3", "0.5",
    ]  # fmt: skip


def test_an_executable_is_ended_with_its_context(ros, tmp_path):
    with Executable("fakeface_node", tmp_path / "log.txt", {"autostart": False}) as process:
        assert process.exit_code is None
    assert process.exit_code is not None

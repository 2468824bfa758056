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

"""The executables' --help, and arguments that are none of ROS's."""

from __future__ import annotations

import subprocess

import pytest

from fakeface_ros.node.image_source import PARAMETERS
from fakeface_ros.node.parameters import SETTINGS
from fakeface_ros.node.processes import executable_path

NAMES = {
    "fakeface_node": [setting.name for setting in SETTINGS],
    "image_source": list(PARAMETERS),
}


def run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [executable_path(name), *arguments], capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("name", NAMES)
def test_help_names_every_parameter_and_starts_nothing(name):
    done = run(name, "--help", "--ros-args", "-r", "__ns:=/robot")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: ros2 run fakeface_ros {name} [--ros-args")
    for parameter in NAMES[name]:
        assert f"\n  {parameter}: " in done.stdout
    assert not done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_an_argument_that_ros_does_not_know_is_refused(name):
    done = run(name, "--source", "0", "--ros-args", "-p", "loop:=true")
    assert done.returncode == 2
    assert "error: --source 0: parameters are set by --ros-args -p NAME:=VALUE" in done.stderr

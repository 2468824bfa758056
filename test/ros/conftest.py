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

"""Starts the built node as a process of its own, in a ROS domain of its own."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

try:
    import rclpy
    from ament_index_python.packages import get_package_share_directory
    from onlooker import Onlooker

    from fakeface_ros.node.processes import Executable, hold_domain_id
except ImportError as error:
    MISSING = str(error)
    collect_ignore_glob = ["test_*.py"]
else:
    MISSING = ""


Starter = Callable[..., "Executable"]


def pytest_report_header() -> str:
    return (
        f"test/ros is left out ({MISSING}): use `make test`" if MISSING else "test/ros: on ROS 2"
    )


@pytest.fixture(scope="session")
def ros() -> Iterator[None]:
    os.environ["ROS_DOMAIN_ID"] = str(hold_domain_id())
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    rclpy.init(args=[])
    yield
    rclpy.try_shutdown()


@pytest.fixture(scope="module")
def start(ros: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    """A function that starts an installed executable, which is stopped after the module."""
    started: list[Executable] = []
    logs = tmp_path_factory.mktemp("logs")

    def start_(name: str, parameters: dict[str, object], namespace: str) -> Executable:
        log = logs / f"{name}{len(started)}.log"
        process = Executable(name, log, parameters, {"__ns": namespace})
        started.append(process)
        return process

    yield start_
    for process in started:
        process.stop()
        print(f"--- {process.name} wrote:\n{process.text()}")


@pytest.fixture(scope="module")
def onlook(ros: None) -> Iterator[Callable[..., Onlooker]]:
    """A function that makes an Onlooker, which is destroyed after the module."""
    made: list[Onlooker] = []

    def onlook_(*args: Any, **kwargs: Any) -> Onlooker:
        made.append(Onlooker(*args, **kwargs))
        return made[-1]

    yield onlook_
    for onlooker in made:
        onlooker.node.destroy_node()


@pytest.fixture
def use_dds_profile(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A function that has what is started from here on go by a shipped Fast DDS profile."""

    def use(name: str) -> Path:
        file = Path(get_package_share_directory("fakeface_ros")) / "launch" / "dds" / f"{name}.xml"
        assert file.is_file()
        monkeypatch.setenv("FASTRTPS_DEFAULT_PROFILES_FILE", str(file))  # Humble, Jazzy
        monkeypatch.setenv("FASTDDS_DEFAULT_PROFILES_FILE", str(file))  # Kilted
        # LOCALHOST would add shared memory to any profile.
        monkeypatch.setenv("ROS_AUTOMATIC_DISCOVERY_RANGE", "SYSTEM_DEFAULT")
        return file

    return use


@pytest.fixture(scope="session")
def model_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a shipped bundle that a test may spoil."""
    from fakeface_ros.scoring.bundle import find_bundle

    return Path(shutil.copytree(find_bundle("cae_kde"), tmp_path_factory.mktemp("m") / "copy"))


@pytest.fixture(scope="session")
def noise() -> np.ndarray:
    """A picture without a face, (240, 320, 3) uint8 BGR."""
    return np.random.default_rng(1).integers(90, 110, (240, 320, 3), np.uint8)

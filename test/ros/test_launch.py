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

"""The launch files, by the launch system itself where it is installed (it is in no wheel)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from ament_index_python.packages import get_package_share_directory

from fakeface_ros.node.conversion import to_image

SHARE = Path(get_package_share_directory("fakeface_ros")) / "launch"

LAUNCH = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
service = LaunchService()
arguments = [tuple(a.split(":=", 1)) for a in sys.argv[2:]]
service.include_launch_description(LaunchDescription([IncludeLaunchDescription(
    PythonLaunchDescriptionSource(sys.argv[1]), launch_arguments=arguments)]))
sys.exit(service.run())
"""


@contextmanager
def launched(file: str, *arguments: str) -> Iterator[Callable[..., str]]:
    """Run a launch file; gives a function that ends it and returns what it wrote.

    That takes for how many seconds it may end by itself first.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCH, str(SHARE / file), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )

    def end(wait_s: float = 0.0) -> str:
        try:
            text = process.communicate(timeout=wait_s)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGINT)  # to all, as Ctrl-C in a terminal
            text = process.communicate(timeout=30)[0]
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)  # no node is left behind
        return text

    try:
        yield end
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture
def launch_ros() -> None:
    pytest.importorskip(
        "launch_ros", reason="launch_ros is not installed: it comes with apt's ROS"
    )


@pytest.mark.usefixtures("launch_ros")
def test_fakeface_launch_takes_namespace_topic_and_model(onlook, model_copy, astronaut):
    onlooker = onlook("/robot", image_topic="/front/image_raw")
    with launched(
        "fakeface.launch.py",
        "namespace:=robot",
        "image_topic:=/front/image_raw",
        f"model:={model_copy}",
    ) as end:
        onlooker.wait_for_match()

        def answered() -> bool:  # best effort may lose some
            onlooker.send(to_image(astronaut[:320, 64:384].copy()))
            return bool(onlooker.verdicts)

        onlooker.wait(answered, "a verdict")
        values = onlooker.status(lambda v, _: v["state"] == "active")
        assert values["topic"] == "/front/image_raw"
        text = end()
    assert "has finished cleanly" in text
    assert "Traceback" not in text


@pytest.mark.usefixtures("launch_ros")
def test_demo_launch_shows_the_scene_and_its_verdicts(onlook):
    onlooker = onlook("/")
    with launched("demo.launch.py", "rviz:=false") as end:
        onlooker.wait(lambda: any(len(v.faces) == 2 for v in onlooker.verdicts), "two faces")
        camera = onlooker.node.get_subscriptions_info_by_topic("/image")
        assert [c.qos_profile.reliability.name for c in camera] == ["RELIABLE"]
        text = end()
    assert text.count("has finished cleanly") == 2, text
    assert "Traceback" not in text


@pytest.mark.usefixtures("launch_ros")
def test_demo_launch_works_in_a_namespace_on_another_topic_without_rviz(onlook):
    onlooker = onlook("/robot", image_topic="elsewhere")
    arguments = ("namespace:=robot", "image_topic:=camera", "rviz:=true")
    with launched("demo.launch.py", *arguments) as end:
        onlooker.wait(lambda: any(len(v.faces) == 2 for v in onlooker.verdicts), "two faces")
        # The node's verdicts may come before the camera's process is known here.
        onlooker.wait(lambda: onlooker.node.count_publishers("/robot/camera") == 1, "a camera")
        text = end()
    assert "rviz2 is not installed" in text
    assert "Traceback" not in text


@pytest.mark.usefixtures("launch_ros")
@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["rviz:=maybe"], "'maybe' is neither true nor false"),
        (["rviz:=false", "source:=/no/such"], "/no/such"),
    ],
)
def test_demo_launch_that_cannot_go_on_leaves_no_node_behind(arguments, reason):
    with launched("demo.launch.py", *arguments) as end:
        text = end(wait_s=20.0)
    assert reason in text


@pytest.mark.usefixtures("launch_ros")
def test_two_cameras_get_a_node_each(onlook, noise):
    onlookers = [onlook(f"/{name}", image_topic="image_raw") for name in ("front", "rear")]
    with launched("two_cameras.launch.py", "cameras:=front, rear") as end:
        for onlooker in onlookers:
            onlooker.wait_for_match()

            def answered(onlooker=onlooker) -> bool:  # best effort may lose some
                onlooker.send(to_image(noise))
                return bool(onlooker.verdicts)

            onlooker.wait(answered, "a verdict")
        text = end()
    assert text.count("has finished cleanly") == 2, text
    assert "Traceback" not in text


def test_rviz_config_shows_the_annotated_image():
    config = yaml.safe_load((SHARE / "rviz" / "fakeface.rviz").read_text(encoding="utf-8"))
    displays = config["Visualization Manager"]["Displays"]
    assert [d["Topic"]["Value"] for d in displays] == ["/fakeface/image_annotated"]

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

"""Starts one fakeface node for each of several cameras, each in its camera's namespace.

ros2 launch fakeface_ros two_cameras.launch.py cameras:=front,rear image_topic:=image_raw

Images are taken from /front/image_raw and /rear/image_raw, verdicts come on
/front/fakeface/verdicts and /rear/fakeface/verdicts.
"""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchContext, LaunchDescription
from launch.actions import IncludeLaunchDescription, OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource

from fakeface_ros.node.launch_arguments import declare, values_of

HERE = Path(get_package_share_directory("fakeface_ros")) / "launch"

ARGUMENTS = {
    "cameras": ("left,right", "namespaces of the cameras, with commas between"),
    "image_topic": ("image_raw", "topic of the images in each of these namespaces"),
    "params_file": (str(HERE / "params" / "fakeface.yaml"), "parameter file for all of them"),
    "model": ("", "name or path of a bundle; empty takes that of the parameter file"),
    "use_sim_time": ("false", "whether to go by /clock"),
}


def generate_launch_description() -> LaunchDescription:
    """Arguments, and what they start."""
    return LaunchDescription([*declare(ARGUMENTS), OpaqueFunction(function=start)])


def start(context: LaunchContext) -> list[IncludeLaunchDescription]:
    """A node for each camera, from the arguments' values."""
    values = values_of(ARGUMENTS, context)
    cameras = [name.strip().strip("/") for name in values.pop("cameras").split(",")]
    return [
        IncludeLaunchDescription(
            PythonLaunchDescriptionSource(str(HERE / "fakeface.launch.py")),
            launch_arguments={"namespace": camera, **values}.items(),
        )
        for camera in cameras
        if camera
    ]

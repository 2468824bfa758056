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

"""Starts the fakeface node on a camera topic, and rviz where wanted.

ros2 launch fakeface_ros fakeface.launch.py image_topic:=/camera/image_raw
"""

from pathlib import Path

from ament_index_python.packages import (
    PackageNotFoundError,
    get_package_prefix,
    get_package_share_directory,
)
from launch import Action, LaunchContext, LaunchDescription
from launch.actions import LogInfo, OpaqueFunction
from launch_ros.actions import Node

from fakeface_ros.node.launch_arguments import declare, is_true, values_of

HERE = Path(get_package_share_directory("fakeface_ros")) / "launch"

ARGUMENTS = {
    "namespace": ("", "namespace of the node, one for each camera"),
    "image_topic": ("image", "topic of the images; compressed ones are looked for beside it"),
    "params_file": (str(HERE / "params" / "fakeface.yaml"), "parameter file"),
    "model": ("", "name or path of a bundle; empty takes that of the parameter file"),
    "rviz": ("false", "whether rviz shows the annotated images"),
    "use_sim_time": ("false", "whether to go by /clock"),
}


def generate_launch_description() -> LaunchDescription:
    """Arguments, and what they start."""
    return LaunchDescription([*declare(ARGUMENTS), OpaqueFunction(function=start)])


def start(context: LaunchContext) -> list[Action]:
    """The node, and rviz where wanted, from the arguments' values."""
    values = values_of(ARGUMENTS, context)
    sim_time = {"use_sim_time": is_true(values["use_sim_time"])}
    own = {"model": values["model"]} if values["model"] else {}
    namespace = values["namespace"].strip("/")
    return [
        *(rviz(namespace, sim_time) if is_true(values["rviz"]) else []),
        Node(
            package="fakeface_ros",
            executable="fakeface_node",
            namespace=namespace,
            parameters=[values["params_file"], {**sim_time, **own}],
            remappings=[("image", values["image_topic"])],
            output="screen",
        ),
    ]


def rviz(namespace: str, sim_time: dict[str, bool]) -> list[Action]:
    """Rviz on the annotated images, or a word that it is missing."""
    try:
        get_package_prefix("rviz2")
    except PackageNotFoundError:  # launch would end here, and leave the other nodes running
        return [LogInfo(msg="rviz2 is not installed: the annotated images are not shown")]
    annotated = f"/{namespace}/fakeface/image_annotated".replace("//", "/")
    return [
        Node(
            package="rviz2",
            executable="rviz2",
            namespace=namespace,
            arguments=["-d", str(HERE / "rviz" / "fakeface.rviz")],
            parameters=[sim_time],
            remappings=[("/fakeface/image_annotated", annotated)],
        )
    ]

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

"""Shows the demo: an image source, the fakeface node, and rviz.

ros2 launch fakeface_ros demo.launch.py source:=0
"""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch import LaunchDescription
from launch.actions import IncludeLaunchDescription, Shutdown
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue

from fakeface_ros.node.launch_arguments import declare

HERE = Path(get_package_share_directory("fakeface_ros")) / "launch"

ARGUMENTS = {
    "source": ("", "image, folder, video or webcam index; empty shows a portrait and its twin"),
    "namespace": ("", "namespace of both nodes"),
    "image_topic": ("image", "topic of the images"),
    "params_file": (str(HERE / "params" / "demo.yaml"), "parameter file of the fakeface node"),
    "model": ("", "name or path of a bundle; empty takes that of the parameter file"),
    "rviz": ("true", "whether rviz shows the annotated images"),
}


def generate_launch_description() -> LaunchDescription:
    """Image source, fakeface node and rviz; all end with the source."""
    passed_on = [name for name in ARGUMENTS if name != "source"]
    # A string whatever it looks like: a webcam's index is none of YAML's numbers here.
    source = ParameterValue(LaunchConfiguration("source"), value_type=str)
    return LaunchDescription(
        [
            *declare(ARGUMENTS),
            # First what may fail: launch would end, and leave what runs already behind.
            IncludeLaunchDescription(
                PythonLaunchDescriptionSource(str(HERE / "fakeface.launch.py")),
                launch_arguments=[(name, LaunchConfiguration(name)) for name in passed_on],
            ),
            Node(
                package="fakeface_ros",
                executable="image_source",
                namespace=LaunchConfiguration("namespace"),
                parameters=[{"source": source}],
                remappings=[("image", LaunchConfiguration("image_topic"))],
                output="screen",
                on_exit=Shutdown(reason="the image source has ended"),
            ),
        ]
    )

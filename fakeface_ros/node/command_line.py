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

"""What a node's executable says to --help, and to arguments that ROS would pass over silently."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping

from rclpy.utilities import remove_ros_args


def check_command_line(
    name: str,
    about: str | None,
    parameters: Mapping[str, tuple[object, str]],
    args: list[str] | None,
) -> None:
    """Return where nothing but ROS's own arguments is given, end the process otherwise.

    Args:
        name: of the executable.
        about: what it does.
        parameters: default and description of each, by name.
        args: the command line without the program's name; None is this process's.
    """
    parser = argparse.ArgumentParser(
        prog=name,
        usage=f"ros2 run fakeface_ros {name} [--ros-args -p NAME:=VALUE ... -r OLD:=NEW ...]",
        description=about,
        epilog="parameters and their defaults:\n"
        + "\n".join(
            f"  {parameter}: {json.dumps(default)}\n      {description}"
            for parameter, (default, description) in parameters.items()
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    given = remove_ros_args(args)
    _, unknown = parser.parse_known_args(given[1:] if args is None else given)
    if unknown:
        parser.error(
            f"{' '.join(unknown)}: parameters are set by --ros-args -p NAME:=VALUE (see --help)"
        )

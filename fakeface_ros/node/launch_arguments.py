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

"""Arguments of launch files, listed as {name: (default, description)}."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from launch.actions import DeclareLaunchArgument
from launch.launch_context import LaunchContext
from launch.substitutions import LaunchConfiguration


def declare(arguments: Mapping[str, tuple[str, str]]) -> list[DeclareLaunchArgument]:
    """Actions that declare the arguments, in their order."""
    return [
        DeclareLaunchArgument(name, default_value=default, description=description)
        for name, (default, description) in arguments.items()
    ]


def values_of(names: Iterable[str], context: LaunchContext) -> dict[str, str]:
    """What the arguments are set to, by name."""
    return {name: LaunchConfiguration(name).perform(context) for name in names}


def is_true(value: str) -> bool:
    """Whether an argument that is true or false is true.

    Raises:
        ValueError: it is neither.
    """
    if value.lower() in ("true", "1"):
        return True
    if value.lower() in ("false", "0"):
        return False
    raise ValueError(f"{value!r} is neither true nor false")

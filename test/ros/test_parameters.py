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

"""One declaration: its descriptors, its checks, and the file that says the same to people."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import rclpy
import yaml
from rclpy.node import Node
from rclpy.parameter import Parameter

from fakeface_ros.node.parameters import SETTINGS, Parameters, check, declare
from fakeface_ros.pipeline import PipelineConfig

DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
BY_NAME = {setting.name: setting for setting in SETTINGS}
README = Path(__file__).resolve().parents[2] / "README.md"
YAML = Path(__file__).resolve().parents[2] / "launch" / "params" / "fakeface.yaml"


def test_defaults_are_those_of_the_pipeline():
    assert Parameters.from_values(DEFAULTS).pipeline == PipelineConfig()


def test_defaults_are_allowed_and_described():
    for setting in SETTINGS:
        check(setting, setting.default)
        assert setting.descriptor().description.startswith(setting.description)


def test_shipped_file_says_the_same():
    text = YAML.read_text(encoding="utf-8")
    assert yaml.safe_load(text)["/**"]["ros__parameters"] == DEFAULTS
    for setting in SETTINGS:
        assert f"    # {setting.sentence}\n    {setting.name}: " in text


def test_readme_says_the_same():
    lines = README.read_text(encoding="utf-8").splitlines()
    for setting in SETTINGS:
        default = str(setting.default)
        default = default.lower() if isinstance(setting.default, bool) else default
        note = " (read-only)" if setting.read_only else ""
        cells = [f"`{setting.name}`", f"`{default}`", setting.unit, setting.constraints]
        assert f"| {' | '.join(cells)} | {setting.description}{note} |" in lines


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("alpha", 1.5, "alpha must be 0 to 0.99, got 1.5"),
        ("alpha", math.nan, "alpha must be 0 to 0.99, got nan"),
        ("min_face_px", 11, "min_face_px must be 12 to 10000, got 11"),
        ("min_face_px", 40.0, "of type int, got 40.0"),
        ("threads", True, "of type int, got True"),
        ("image_transport", "zstd", "must be raw or compressed, got 'zstd'"),
    ],
)
def test_bad_value_is_refused_and_says_what_is_right(name, value, message):
    with pytest.raises(ValueError, match=message):
        check(BY_NAME[name], value)


def test_a_change_keeps_all_else():
    parameters = Parameters.from_values(DEFAULTS)
    changed = parameters.changed({"alpha": 0.25, "use_sim_time": True})
    assert changed.pipeline == PipelineConfig(alpha=0.25)
    assert changed.changed({"alpha": 0.0}) == parameters
    with pytest.raises(ValueError, match="detection_threshold"):
        parameters.changed({"detection_threshold": 2.0})


def test_megapixels_are_a_million_pixels():
    parameters = Parameters.from_values({**DEFAULTS, "max_image_megapixels": 2.5})
    assert parameters.max_image_pixels == 2_500_000


def test_ros_is_told_type_range_and_what_is_fixed(ros):
    node = Node("parameters_test", parameter_overrides=[Parameter("alpha", value=0.1)])
    try:
        assert declare(node).pipeline.alpha == 0.1
        alpha = node.describe_parameter("alpha").floating_point_range[0]
        assert (alpha.from_value, alpha.to_value) == (0.0, 0.99)
        assert node.describe_parameter("autostart").read_only
        assert node.describe_parameter("image_transport").additional_constraints
        result = node.set_parameters([Parameter("min_face_px", value=5)])[0]
        assert not result.successful
        assert node.get_parameter("min_face_px").value == DEFAULTS["min_face_px"]
    finally:
        node.destroy_node()


def test_value_out_of_range_at_start_is_an_error(ros):
    node = Node("parameters_test", parameter_overrides=[Parameter("threads", value=-1)])
    try:
        with pytest.raises(rclpy.exceptions.InvalidParameterValueException, match="threads"):
            declare(node)
    finally:
        node.destroy_node()

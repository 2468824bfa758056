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

"""The node's parameters, declared once: what ROS is told, what is checked, and what is used.

Defaults of the pipeline's settings are those of PipelineConfig. launch/params/fakeface.yaml and
the README's table say the same again for people; a test keeps them equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node
from rclpy.parameter import Parameter

from fakeface_ros.image_messages import DEFAULT_MAX_IMAGE_MEGAPIXELS
from fakeface_ros.inference import DEVICES
from fakeface_ros.pipeline import PipelineConfig
from fakeface_ros.vision.annotation import STYLES

Value = bool | int | float | str

_PIPELINE = PipelineConfig()


@dataclass(frozen=True)
class Setting:
    """One parameter.

    Attributes:
        name: as in `ros2 param`.
        default: also says the type.
        description: what it does, in one sentence.
        unit: of the value, or "".
        low, high: least and greatest value, both allowed; of numbers only.
        choices: the strings allowed, or () where any is.
        read_only: whether it is fixed once the node runs.
    """

    name: str
    default: Value
    description: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    read_only: bool = False

    @property
    def constraints(self) -> str:
        """What is allowed, in words for people: "12 to 10000", "raw or compressed", or ""."""
        if self.choices:
            return ", ".join(self.choices[:-1]) + f" or {self.choices[-1]}"
        return "" if self.low is None else f"{self.low:g} to {self.high:g}"

    @property
    def sentence(self) -> str:
        """What it does, in what unit, what is allowed and whether it is fixed."""
        allowed = f": {self.constraints}" if self.constraints else ""
        return self._with_unit + allowed + (" (read-only)" if self.read_only else "")

    @property
    def _with_unit(self) -> str:
        return self.description + (f" [{self.unit}]" if self.unit else "")

    def descriptor(self) -> ParameterDescriptor:
        """What ROS is told."""
        descriptor = ParameterDescriptor(
            description=self._with_unit,
            additional_constraints=self.constraints if self.choices else "",
            read_only=self.read_only,
        )
        if self.low is not None and self.high is not None:
            if isinstance(self.default, int):
                descriptor.integer_range = [
                    IntegerRange(from_value=int(self.low), to_value=int(self.high), step=0)
                ]
            else:
                descriptor.floating_point_range = [
                    FloatingPointRange(
                        from_value=float(self.low), to_value=float(self.high), step=0.0
                    )
                ]
        return descriptor


SETTINGS = (
    Setting("autostart", True, "configure and activate when the node starts", read_only=True),
    Setting(
        "image_transport", "raw", "subscribe to `image` or to `image/compressed`",
        choices=("raw", "compressed"), read_only=True,
    ),
    Setting(
        "max_image_megapixels", DEFAULT_MAX_IMAGE_MEGAPIXELS,
        "larger images are refused before memory is taken for them",
        unit="megapixels", low=0.001, high=400.0,
    ),
    Setting(
        "annotated_jpeg_quality", 90, "quality of ~/image_annotated/compressed", low=1, high=100
    ),
    Setting(
        "annotation_style", STYLES[-1],
        "what is drawn of a face, each more than the one before", choices=STYLES,
    ),
    Setting("model", _PIPELINE.model, "name of a bundle in models/, or path of its folder"),
    Setting(
        "min_face_px", _PIPELINE.min_face_px, "side of the smallest face box searched for",
        unit="pixels", low=12, high=10_000,
    ),
    Setting(
        "detection_threshold", _PIPELINE.detection_threshold,
        "confidence that a face detection must exceed", low=0.01, high=0.999,
    ),
    Setting(
        "alpha", _PIPELINE.alpha or 0.0,
        "share of real faces called fake at most; 0.0 takes the model's own", low=0.0, high=0.99,
    ),
    Setting(
        "threads", _PIPELINE.threads, "threads at work on one frame; 0 takes one for every core",
        low=0, high=256,
    ),
    Setting(
        "niceness", 5,
        "how far judging steps back behind receiving and all else on the robot, as nice counts",
        low=0, high=19, read_only=True,
    ),
    Setting(
        "device", _PIPELINE.device,
        "what the networks run on; the cpu, with a warning, where that cannot be used",
        choices=tuple(DEVICES), read_only=True,
    ),
    Setting(
        "detect_every", _PIPELINE.detect_every,
        "search for new faces in one of so many frames and follow the known ones between",
        unit="frames", low=1, high=1000,
    ),
)  # fmt: skip
"""Every parameter of the node, in the order in which people read them."""


@dataclass(frozen=True)
class Parameters:
    """The values in use."""

    pipeline: PipelineConfig
    autostart: bool
    image_transport: str
    max_image_megapixels: float
    annotated_jpeg_quality: int
    annotation_style: str
    niceness: int

    @property
    def max_image_pixels(self) -> int:
        """The size limit as a count."""
        return int(self.max_image_megapixels * 1e6)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Parameters:
        """Make them from a value for each of SETTINGS; ValueError where one is not allowed."""
        for setting in SETTINGS:
            check(setting, values[setting.name])
        pipeline = PipelineConfig(
            model=values["model"],
            min_face_px=values["min_face_px"],
            detection_threshold=values["detection_threshold"],
            alpha=values["alpha"] or None,
            threads=values["threads"],
            device=values["device"],
            detect_every=values["detect_every"],
        )
        return cls(
            pipeline=pipeline,
            autostart=values["autostart"],
            image_transport=values["image_transport"],
            max_image_megapixels=values["max_image_megapixels"],
            annotated_jpeg_quality=values["annotated_jpeg_quality"],
            annotation_style=values["annotation_style"],
            niceness=values["niceness"],
        )

    def changed(self, changes: Mapping[str, Any]) -> Parameters:
        """A copy with some values changed; names that are not SETTINGS' are passed over."""
        return Parameters.from_values(
            {**self._values(), **{k: v for k, v in changes.items() if k in _BY_NAME}}
        )

    def differing_from(self, other: Parameters) -> list[Parameter]:
        """What ROS must be told for a node with the other values to have these."""
        others = other._values()
        return [Parameter(name, value=value) for name, value in self._values().items()
                if value != others[name]]  # fmt: skip

    def _values(self) -> dict[str, Any]:
        config = replace(self.pipeline, alpha=self.pipeline.alpha or 0.0)
        return {s.name: getattr(config if hasattr(config, s.name) else self, s.name)
                for s in SETTINGS}  # fmt: skip


_BY_NAME = {setting.name: setting for setting in SETTINGS}


def check(setting: Setting, value: Any) -> None:
    """Raise ValueError where a value is not allowed; it says which would be."""
    if type(value) is not type(setting.default):
        raise ValueError(
            f"{setting.name} must be of type {type(setting.default).__name__}, got {value!r}"
        )
    if setting.choices and value not in setting.choices:
        raise ValueError(f"{setting.name} must be {setting.constraints}, got {value!r}")
    # Written so that NaN fails too.
    if setting.low is not None and not setting.low <= value <= setting.high:
        raise ValueError(f"{setting.name} must be {setting.constraints}, got {value}")


def declare(node: Node) -> Parameters:
    """Declare every parameter on a node and read what it was started with.

    Raises:
        ValueError: a value is not allowed.
        rclpy.exceptions.InvalidParameterTypeException, InvalidParameterValueException: likewise,
            said by rclpy.
    """
    declared: list[Parameter] = [
        node.declare_parameter(setting.name, setting.default, setting.descriptor())
        for setting in SETTINGS
    ]
    return Parameters.from_values(values_of(declared))


def values_of(parameters: list[Parameter]) -> dict[str, Any]:
    """Values by name."""
    return {parameter.name: parameter.value for parameter in parameters}

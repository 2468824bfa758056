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

"""Verdicts as a ROS 2 recording, to be played beside the recording of the images."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rosbags.rosbag2 import StoragePlugin, Writer, WriterError
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from fakeface_ros.results import FrameResult
from fakeface_ros.share import share_directories
from fakeface_ros.sources import SourceFrame
from fakeface_ros.verdict_messages import MessageTypes

TOPIC = "/fakeface/verdicts"
_TYPE = "fakeface_ros/msg/FaceVerdictArray"


class VerdictRecording:
    """Writes FaceVerdictArray messages into a new folder as `ros2 bag record` does.

    In sqlite3 and version 8, which ROS 2 reads from Humble on without another package. Stamp,
    frame_id and time of recording are those of the image; of frames that have none, times count
    from 0 by the rate.
    """

    def __init__(self, directory: Path, model: str):
        """Make the folder.

        Args:
            directory: must not exist.
            model: name of the bundle that judges.

        Raises:
            OSError: the folder exists or cannot be made.
        """
        self._directory = directory
        self._model = model
        self._failed = False
        self._store = verdict_types()
        types = self._store.types
        self._make = MessageTypes(
            types["fakeface_ros/msg/FaceVerdict"],
            types[_TYPE],
            types["geometry_msgs/msg/Point32"],
            types["sensor_msgs/msg/RegionOfInterest"],
        ).verdict_array
        try:
            self._writer = Writer(directory, version=8, storage_plugin=StoragePlugin.SQLITE3)
        except WriterError as error:
            raise OSError(f"{directory}: {error}") from error
        with self._whole_or_not_at_all():
            self._writer.open()
            self._connection = self._writer.add_connection(TOPIC, _TYPE, typestore=self._store)

    def write(self, item: SourceFrame, result: FrameResult) -> None:
        """Add the verdicts on one frame.

        Raises:
            OSError: it cannot be written; the folder is removed.
        """
        stamp_ns, time_ns = item.stamp_ns, item.time_ns
        if not time_ns and item.rate_hz:
            stamp_ns = time_ns = round(item.index / item.rate_hz * 1e9)
        types = self._store.types
        seconds, nanoseconds = divmod(stamp_ns, 10**9)
        header = types["std_msgs/msg/Header"](
            stamp=types["builtin_interfaces/msg/Time"](sec=seconds, nanosec=nanoseconds),
            frame_id=item.frame_id,
        )
        message = self._make(result, header, self._model, result.latency_ms)
        data = self._store.serialize_cdr(message, _TYPE)
        with self._whole_or_not_at_all():
            self._writer.write(self._connection, time_ns, data)

    def close(self) -> None:
        """Finish the recording.

        Raises:
            OSError: as `write`.
        """
        if not self._failed:
            with self._whole_or_not_at_all():
                self._writer.close()

    @contextmanager
    def _whole_or_not_at_all(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            self._failed = True
            shutil.rmtree(self._directory, ignore_errors=True)
            raise OSError(f"{self._directory} could not be written whole: {error}") from error


def verdict_types() -> Typestore:
    """The types of Humble with those of msg/, for reading such a recording again.

    Raises:
        OSError: the definitions are not where they belong.
    """
    store = get_typestore(Stores.ROS2_HUMBLE)
    directories = share_directories("msg")
    if not directories:
        raise OSError("msg/FaceVerdict.msg is not installed")
    for path in sorted(directories[0].glob("*.msg")):
        store.register(
            get_types_from_msg(path.read_text("utf-8"), f"fakeface_ros/msg/{path.stem}")
        )
    return store

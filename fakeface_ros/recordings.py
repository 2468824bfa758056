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

"""Frames from ROS 2 recordings, .mcap and .db3, by the library rosbags: ROS is not needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rosbags.highlevel import AnyReader
from rosbags.interfaces import Connection
from rosbags.typesys import Stores, get_typestore

from fakeface_ros.image_messages import (
    DEFAULT_MAX_IMAGE_MEGAPIXELS,
    Converter,
    ImageError,
    make_converter,
    to_bgr,
)
from fakeface_ros.sources import SourceFrame

_IMAGE_TYPES = ("sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage")


class RecordingError(Exception):
    """A recording that cannot be used; the message says what can be done."""


def frames_of_recording(path: Path, topic: str = "") -> Iterator[SourceFrame]:
    """Images of one topic, in the order in which they were recorded.

    Args:
        path: for which is_recording holds.
        topic: of raw or compressed images; "" takes the only one that there is.

    An image that the node would refuse yields a frame without image and the reason, and so does a
    recording that cannot be read on, at its end.
    """
    index = 0
    converter = make_converter()
    try:
        # Recordings before Iron do not say what their types are made of.
        with AnyReader([path], default_typestore=get_typestore(Stores.ROS2_HUMBLE)) as reader:
            connections = _choose(reader, topic)
            count = sum(connection.msgcount for connection in connections)
            rate_hz = count / (reader.duration / 1e9) if reader.duration > 1 else 0.0
            for connection, time_ns, data in reader.messages(connections):
                message: Any = reader.deserialize(data, connection.msgtype)
                yield _frame(str(path), index, message, converter, time_ns, rate_hz)
                index += 1
    except RecordingError as error:
        yield SourceFrame(str(path), index, None, str(error))
    except Exception as error:  # rosbags, sqlite3, zstd: a broken file fails in many ways
        reason = f"the recording cannot be read: {type(error).__name__}: {error}"
        yield SourceFrame(str(path), index, None, reason)


def _choose(reader: AnyReader, topic: str) -> list[Connection]:
    images = [c for c in reader.connections if c.msgtype in _IMAGE_TYPES]
    topics = sorted({connection.topic for connection in images})
    listed = "".join(f"\n    {name} ({reader.topics[name].msgcount})" for name in topics)
    if not topics:
        raise RecordingError("the recording holds no topic of images, raw or compressed")
    wanted = "/" + topic.lstrip("/") if topic else topics[0]
    if not topic and len(topics) > 1:
        raise RecordingError(f"several topics hold images, choose one with --topic:{listed}")
    if wanted not in topics:
        raise RecordingError(f"no images on topic {wanted}; there are:{listed}")
    return [connection for connection in images if connection.topic == wanted]


def _frame(
    source: str, index: int, message: Any, converter: Converter, time_ns: int, rate_hz: float
) -> SourceFrame:
    stamp = message.header.stamp
    image, error = None, ""
    try:
        image = to_bgr(message, converter, int(DEFAULT_MAX_IMAGE_MEGAPIXELS * 1e6))
    except ImageError as reason:
        error = f"image {index}: {reason}"
    return SourceFrame(
        source, index, image, error, is_video=True, rate_hz=rate_hz, time_ns=time_ns,
        stamp_ns=stamp.sec * 10**9 + stamp.nanosec, frame_id=message.header.frame_id,
    )  # fmt: skip

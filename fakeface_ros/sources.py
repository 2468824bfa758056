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

"""Frames from what a user names: an image, a folder of images and videos, a video or a webcam."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fakeface_ros.picture_structure import check_structure

IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
VIDEO_SUFFIXES = {".mp4", ".mkv", ".avi", ".mov", ".webm", ".m4v", ".mpg", ".mpeg"}
RECORDING_SUFFIXES = {".mcap", ".db3"}


@dataclass(frozen=True)
class SourceFrame:
    """One frame, or the reason why there is none.

    Attributes:
        source: the file or device.
        index: number of the frame within it, from 0.
        image: (H, W, 3) uint8 BGR, or None.
        error: what was wrong where image is None, else "".
        is_video: whether the source has more than one frame.
        rate_hz: frames per second that the source states; 0 where it states none.
        time_ns, stamp_ns, frame_id: of recordings: when the image was recorded, and what its
            header says.
    """

    source: str
    index: int
    image: np.ndarray | None
    error: str = ""
    is_video: bool = False
    rate_hz: float = 0.0
    time_ns: int = 0
    stamp_ns: int = 0
    frame_id: str = ""


def is_recording(path: Path) -> bool:
    """Whether a path is a recording: one file, or the folder that `ros2 bag record` makes."""
    return path.suffix.lower() in RECORDING_SUFFIXES or (path / "metadata.yaml").is_file()


def frames_from(source: str) -> Iterator[SourceFrame]:
    """Frames of an image, a video, a webcam ("0", "1", …), or all files of a folder in order.

    A file that cannot be read yields one frame without image and the reason; the rest goes on. In
    a folder, files of other kinds are passed over.
    """
    path = Path(source)
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and _kind(p))
        if not files:
            yield SourceFrame(source, 0, None, "the folder holds no image and no video")
        for file in files:
            yield from frames_from(str(file))
    elif source.isdecimal():
        yield from _video_frames(source, int(source))
    elif not path.is_file():
        yield SourceFrame(source, 0, None, "there is no such file or folder")
    elif _kind(path) == "video":
        yield from _video_frames(source, source)
    else:
        yield _image_frame(path)


def _kind(path: Path) -> str:
    suffix = path.suffix.lower()
    return "image" if suffix in IMAGE_SUFFIXES else "video" if suffix in VIDEO_SUFFIXES else ""


def _image_frame(path: Path) -> SourceFrame:
    try:
        data = path.read_bytes()
        image = decode_image(data)
    except (OSError, ValueError) as error:
        return SourceFrame(str(path), 0, None, str(error))
    return SourceFrame(str(path), 0, image)


def decode_image(data: bytes) -> np.ndarray:
    """Decode a JPEG, PNG or other image file's content to (H, W, 3) uint8 BGR.

    Raises:
        ValueError: the data is empty, truncated, damaged or no image.
    """
    if not data:
        raise ValueError("the image data is empty")
    check_structure(data)
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise ValueError(f"the image cannot be decoded: {error.err}") from error
    if image is None:
        raise ValueError(f"not an image that can be decoded ({len(data)} bytes)")
    return image


def _video_frames(name: str, target: int | str) -> Iterator[SourceFrame]:
    capture = cv2.VideoCapture(target)
    try:
        if not capture.isOpened():
            kind = "camera" if isinstance(target, int) else "video"
            yield SourceFrame(name, 0, None, f"the {kind} cannot be opened")
            return
        rate_hz = float(capture.get(cv2.CAP_PROP_FPS) or 0.0)
        index = 0
        while True:
            good, image = capture.read()
            if not good:
                break
            yield SourceFrame(name, index, image, is_video=True, rate_hz=rate_hz)
            index += 1
        if index == 0:
            yield SourceFrame(name, 0, None, "the video has no frame that can be read")
    finally:
        capture.release()

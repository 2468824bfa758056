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

"""sensor_msgs images to BGR arrays, with everything checked before it is believed.

Messages are those of rclpy or of rosbags: what has the fields will do, and ROS is not imported.

Colour conversion is cv_bridge's where it is installed and works, else that of rosbags-image. Both
get rows without padding and 8 bits in this machine's byte order: neither handles all padding and
byte orders right (rosbags-image ignores `step`; cv_bridge swaps bytes by a method NumPy 2 lacks).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fakeface_ros.picture_header import picture_size
from fakeface_ros.sources import decode_image

DEFAULT_MAX_IMAGE_MEGAPIXELS = 40.0

MAX_SIDE_PX = 65_500
"""The most that a JPEG can have: what is longer could not be shown annotated."""


class ImageError(Exception):
    """An image that is refused.

    Attributes:
        kind: "empty", "size", "encoding", "step", "length" or "picture"; few, so that a log can
            say each once.
    """

    def __init__(self, kind: str, message: str):
        super().__init__(message)
        self.kind = kind


_COLOUR_CHANNELS = {"mono": 1, "bgr": 3, "rgb": 3, "bgra": 4, "rgba": 4}
_BAYER = ("bayer_rggb", "bayer_bggr", "bayer_gbrg", "bayer_grbg")
_YUV = {"yuv422": "yuv422", "uyvy": "yuv422", "yuv422_yuy2": "yuv422_yuy2", "yuyv": "yuv422_yuy2"}
# OpenCV's type names say nothing of colour; its own order is meant, as cameras' drivers mean it.
_OPENCV = {"8UC1": "mono8", "8UC3": "bgr8", "8UC4": "bgra8", "16UC3": "bgr16", "16UC4": "bgra16"}

ENCODINGS: dict[str, tuple[str, int, int]] = {
    **{f"{name}{bits}": (f"{name}8", channels, bits // 8)
       for name, channels in (_COLOUR_CHANNELS | dict.fromkeys(_BAYER, 1)).items()
       for bits in (8, 16)},
    **{name: (same, 2, 1) for name, same in _YUV.items()},
}  # fmt: skip
"""Encoding: the 8-bit encoding it becomes, values per pixel, bytes per value."""
ENCODINGS |= {name: ENCODINGS[same] for name, same in _OPENCV.items()}


@dataclass
class _PackedImage:
    """What both libraries read of an Image: rows without padding, 8 bits."""

    height: int
    width: int
    encoding: str
    data: np.ndarray
    step: int
    is_bigendian: int = int(sys.byteorder == "big")


@dataclass(frozen=True)
class Converter:
    """The colour conversion in use: its library, and why the preferred one is not used, or ""."""

    library: str
    to_bgr: Callable[[Any], np.ndarray]
    warning: str = ""


def make_converter() -> Converter:
    """cv_bridge if it passes a small trial, else rosbags-image."""
    warning = ""
    try:
        converter = _cv_bridge()
        trial = _PackedImage(1, 2, "rgb8", np.arange(6, dtype=np.uint8), 6)
        if converter.to_bgr(trial).tolist() == [[[2, 1, 0], [5, 4, 3]]]:
            return converter
        warning = "cv_bridge gives wrong colours"
    except ModuleNotFoundError as error:
        if error.name != "cv_bridge":
            warning = f"cv_bridge cannot be used ({error})"
    except Exception as error:  # built against another NumPy it fails in many ways
        warning = f"cv_bridge cannot be used ({type(error).__name__}: {error})"
    if warning:
        warning += "; rosbags-image converts instead"
    from rosbags.image import image_to_cvimage

    return Converter("rosbags-image", lambda image: image_to_cvimage(image, "bgr8"), warning)


def _cv_bridge() -> Converter:
    from cv_bridge import CvBridge

    bridge = CvBridge()
    return Converter("cv_bridge", lambda image: bridge.imgmsg_to_cv2(image, "bgr8"))


def to_bgr(message: Any, converter: Converter, max_pixels: int) -> np.ndarray:
    """Pixels of an image message.

    Args:
        message: sensor_msgs/Image of one of ENCODINGS, or CompressedImage of a JPEG or PNG.
        converter: of make_converter.
        max_pixels: larger images are refused before memory is taken for them.

    Returns:
        (H, W, 3) uint8 BGR; may share memory with the message.

    Raises:
        ImageError: the message is refused; it says what was wrong and what would be right.
    """
    if hasattr(message, "format"):
        return _decode(message, max_pixels)
    encoding, channels, value_bytes = _check(message, max_pixels)
    dtype = np.dtype("u1" if value_bytes == 1 else ">u2" if message.is_bigendian else "<u2")
    row_bytes = message.width * channels * value_bytes
    rows = np.frombuffer(message.data, np.uint8).reshape(message.height, message.step)
    values: np.ndarray = np.ascontiguousarray(rows[:, :row_bytes]).view(dtype)
    if value_bytes == 2:
        values = (values >> 8).astype(np.uint8)
    packed = _PackedImage(
        message.height, message.width, encoding, values.reshape(-1), message.width * channels
    )
    try:
        return converter.to_bgr(packed)
    except Exception as error:  # OpenCV refuses, for instance, odd sizes of some encodings
        raise ImageError(
            "encoding",
            f"{message.encoding} image of {message.width} x {message.height} cannot be "
            f"converted by {converter.library}: {error}",
        ) from error


def _check(image: Any, max_pixels: int) -> tuple[str, int, int]:
    """The entry of ENCODINGS; ImageError where anything does not fit."""
    _check_size(image.width, image.height, max_pixels)
    if image.encoding not in ENCODINGS:
        shown = repr(image.encoding[:40])
        raise ImageError(
            "encoding", f"encoding {shown} is not supported; use one of {', '.join(ENCODINGS)}"
        )
    encoding, channels, value_bytes = ENCODINGS[image.encoding]
    if encoding.startswith("yuv") and image.width % 2:
        raise ImageError("size", f"{image.encoding} needs an even width, got {image.width}")
    row_bytes = image.width * channels * value_bytes
    if image.step < row_bytes:
        raise ImageError(
            "step",
            f"step {image.step} does not fit {image.encoding} of width {image.width}: "
            f"at least {row_bytes} bytes a row",
        )
    if not len(image.data):
        raise ImageError("empty", "the image has no data")
    if len(image.data) != image.step * image.height:
        raise ImageError(
            "length",
            f"{len(image.data)} bytes of data do not fit step {image.step} and height "
            f"{image.height}: {image.step * image.height} bytes",
        )
    return encoding, channels, value_bytes


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width < 1 or height < 1:
        raise ImageError("size", f"size {width} x {height} has no pixels")
    if max(width, height) > MAX_SIDE_PX:
        raise ImageError(
            "size", f"size {width} x {height} is over the limit of {MAX_SIDE_PX} pixels a side"
        )
    if width * height > max_pixels:
        raise ImageError(
            "size",
            f"size {width} x {height} is over the limit of {max_pixels / 1e6:g} megapixels "
            "(parameter max_image_megapixels)",
        )


def _decode(message: Any, max_pixels: int) -> np.ndarray:
    data = memoryview(message.data)
    if not len(data):
        raise ImageError("empty", "the compressed image has no data")
    try:
        width, height = picture_size(data)
    except ValueError as error:
        shown = repr(message.format[:40])
        raise ImageError("picture", f"compressed image of format {shown}: {error}") from error
    _check_size(width, height, max_pixels)
    try:
        return decode_image(bytes(data))
    except ValueError as error:
        raise ImageError("picture", f"compressed image: {error}") from error

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

"""Every encoding to BGR, by both libraries alike, and every bad image refused by name."""

from __future__ import annotations

import array
import sys
import types

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import CompressedImage, Image

from fakeface_ros import image_messages
from fakeface_ros.image_messages import ENCODINGS, ImageError, make_converter, to_bgr
from fakeface_ros.node.conversion import to_compressed_image, to_image

LIMIT = 1_000_000


def image(pixels: np.ndarray, encoding: str, padding: int = 0, big: bool = False) -> Image:
    """A message of pixels (H, W, …), rows padded by a number of bytes."""
    if pixels.dtype == np.uint16:
        pixels = pixels.astype(">u2" if big else "<u2")
    rows = pixels.reshape(pixels.shape[0], -1).view(np.uint8)
    rows = np.pad(rows, ((0, 0), (0, padding)), constant_values=77)
    return Image(
        height=pixels.shape[0],
        width=pixels.shape[1],
        encoding=encoding,
        step=rows.shape[1],
        is_bigendian=int(big),
        data=array.array("B", rows.tobytes()),
    )


@pytest.fixture(params=["rosbags-image", "cv_bridge"])
def converter(request, monkeypatch):
    if request.param == "rosbags-image":
        monkeypatch.setitem(sys.modules, "cv_bridge", None)
    made = make_converter()
    if made.library != request.param:
        pytest.skip("cv_bridge is not installed: it comes with apt's ROS")
    return made


@pytest.fixture
def picture(astronaut) -> np.ndarray:
    """(64, 48, 3) uint8 BGR, colourful."""
    return cv2.resize(astronaut, (48, 64), interpolation=cv2.INTER_AREA)


SAME = {
    "bgr8": lambda p: p,
    "8UC3": lambda p: p,
    "rgb8": lambda p: p[..., ::-1],
    "bgra8": lambda p: cv2.cvtColor(p, cv2.COLOR_BGR2BGRA),
    "8UC4": lambda p: cv2.cvtColor(p, cv2.COLOR_BGR2BGRA),
    "rgba8": lambda p: cv2.cvtColor(p, cv2.COLOR_BGR2RGBA),
    "bgr16": lambda p: p.astype(np.uint16) * 257,
    "16UC3": lambda p: p.astype(np.uint16) * 257,
    "rgb16": lambda p: p[..., ::-1].astype(np.uint16) * 257,
    "bgra16": lambda p: cv2.cvtColor(p, cv2.COLOR_BGR2BGRA).astype(np.uint16) * 257,
    "16UC4": lambda p: cv2.cvtColor(p, cv2.COLOR_BGR2BGRA).astype(np.uint16) * 257,
    "rgba16": lambda p: cv2.cvtColor(p, cv2.COLOR_BGR2RGBA).astype(np.uint16) * 257,
}


@pytest.mark.parametrize("padding", [0, 5, 6])
@pytest.mark.parametrize("encoding", SAME)
def test_colour_encodings_come_back_exactly(converter, picture, encoding, padding):
    pixels = SAME[encoding](picture)
    if pixels.dtype == np.uint16 and padding % 2:
        padding += 1
    back = to_bgr(image(pixels, encoding, padding), converter, LIMIT)
    assert back.dtype == np.uint8
    np.testing.assert_array_equal(back, picture)


@pytest.mark.parametrize("encoding", ["bgr16", "rgba16", "mono16", "bayer_rggb16"])
def test_byte_order_is_respected(converter, picture, encoding):
    pixels = SAME.get(encoding, lambda p: p[..., 1].astype(np.uint16) * 256 + 7)(picture)
    little = to_bgr(image(pixels, encoding), converter, LIMIT)
    big = to_bgr(image(pixels, encoding, padding=4, big=True), converter, LIMIT)
    np.testing.assert_array_equal(little, big)


def test_big_endian_flag_means_nothing_for_bytes(converter, picture):
    message = image(picture, "bgr8", big=True)
    np.testing.assert_array_equal(to_bgr(message, converter, LIMIT), picture)


@pytest.mark.parametrize("encoding", ["mono8", "8UC1", "mono16"])
def test_grey_becomes_grey(converter, picture, encoding):
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    pixels = grey.astype(np.uint16) * 256 if encoding == "mono16" else grey
    back = to_bgr(image(pixels, encoding, padding=2), converter, LIMIT)
    np.testing.assert_array_equal(back, np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("pattern", ["rggb", "bggr", "gbrg", "grbg"])
def test_bayer_patterns_give_the_colour_back(converter, pattern, bits):
    colour = {"b": 40, "g": 120, "r": 220}
    mosaic = np.zeros((16, 16), np.uint8)
    for index, letter in enumerate(pattern):
        mosaic[index // 2 :: 2, index % 2 :: 2] = colour[letter]
    pixels = mosaic if bits == 8 else mosaic.astype(np.uint16) * 257
    back = to_bgr(image(pixels, f"bayer_{pattern}{bits}"), converter, LIMIT)
    np.testing.assert_allclose(
        back[4:-4, 4:-4], np.broadcast_to((40, 120, 220), (8, 8, 3)), atol=1
    )


@pytest.mark.parametrize("encoding", ["yuv422", "uyvy", "yuv422_yuy2", "yuyv"])
def test_yuv_gives_the_colours_back(converter, picture, encoding):
    yuv = cv2.cvtColor(cv2.blur(picture, (9, 9)), cv2.COLOR_BGR2YUV)
    packed = np.empty((64, 48, 2), np.uint8)
    luma, chroma = (1, 0) if encoding in ("yuv422", "uyvy") else (0, 1)
    # Studio range, as cameras send it.
    packed[..., luma] = 16 + yuv[..., 0] * (219 / 255)
    packed[:, 0::2, chroma] = 128 + (yuv[:, 0::2, 1].astype(float) - 128) * (224 / 255) * 1.14
    packed[:, 1::2, chroma] = 128 + (yuv[:, 0::2, 2].astype(float) - 128) * (224 / 255) * 0.81
    back = to_bgr(image(packed, encoding), converter, LIMIT)
    assert np.abs(back.astype(int) - cv2.blur(picture, (9, 9))).mean() < 6


def test_every_encoding_is_converted_or_refused_by_name(converter):
    for encoding, (_, channels, value_bytes) in ENCODINGS.items():
        dtype = np.uint8 if value_bytes == 1 else np.uint16
        shape = (8, 6, channels) if channels > 1 else (8, 6)
        assert to_bgr(image(np.ones(shape, dtype), encoding), converter, LIMIT).shape == (8, 6, 3)


def spoil(message: Image, **changes: object) -> Image:
    for name, value in changes.items():
        setattr(message, name, value)
    return message


@pytest.mark.parametrize(
    ("changes", "kind", "text"),
    [
        ({"data": array.array("B")}, "empty", "no data"),
        ({"data": array.array("B", bytes(100))}, "length", "100 bytes .* step 144 .* 9216 bytes"),
        ({"data": array.array("B", bytes(9217))}, "length", "9217 bytes"),
        ({"step": 143}, "step", "step 143 does not fit bgr8 of width 48: at least 144"),
        ({"step": 0}, "step", "step 0"),
        ({"encoding": "rgba8"}, "step", "at least 192"),
        ({"encoding": ""}, "encoding", "encoding '' is not supported; use one of mono8"),
        ({"encoding": "32FC1"}, "encoding", "'32FC1'"),
        ({"encoding": "64FC3"}, "encoding", "'64FC3'"),
        ({"encoding": "16UC1"}, "encoding", "'16UC1'"),  # a depth image
        ({"encoding": "x" * 10_000}, "encoding", "'x{40}' is"),
        ({"width": 0}, "size", "0 x 64 has no pixels"),
        ({"height": 0}, "size", "48 x 0 has no pixels"),
        ({"width": 16_000, "height": 16_000}, "size", "over the limit of 1 megapixels"),
        ({"width": 65_501, "height": 1}, "size", "65501 x 1 is over the limit of 65500 pixels"),
        ({"width": 1, "height": 65_501}, "size", "1 x 65501 is over the limit of 65500 pixels"),
        ({"width": 2**32 - 1, "height": 2**32 - 1, "step": 2**32 - 1}, "size", "over the limit"),
        ({"encoding": "yuv422", "width": 47}, "size", "even width, got 47"),
    ],
)
def test_bad_image_is_refused_by_name(converter, picture, changes, kind, text):
    with pytest.raises(ImageError, match=text) as caught:
        to_bgr(spoil(image(picture, "bgr8"), **changes), converter, LIMIT)
    assert caught.value.kind == kind


def compressed(data: bytes, format_: str = "jpeg") -> CompressedImage:
    return CompressedImage(format=format_, data=array.array("B", data))


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_compressed_image(converter, picture, suffix):
    data = cv2.imencode(suffix, picture)[1].tobytes()
    back = to_bgr(compressed(data), converter, LIMIT)
    np.testing.assert_allclose(back.astype(int), picture, atol=0 if suffix == ".png" else 120)
    assert np.abs(back.astype(int) - picture).mean() < 5


def test_bad_compressed_image_is_refused(converter, picture):
    whole = cv2.imencode(".jpg", picture)[1].tobytes()
    bomb = cv2.imencode(".png", np.zeros((2000, 2000), np.uint8))[1].tobytes()
    for data, kind, text in [
        (b"", "empty", "no data"),
        (whole[: len(whole) // 2], "picture", "truncated"),
        (b"hello", "picture", "format 'jpeg': neither JPEG nor PNG"),
        (bomb, "size", "2000 x 2000 is over the limit"),
        (bomb[:-20], "size", "over the limit"),
    ]:
        with pytest.raises(ImageError, match=text) as caught:
            to_bgr(compressed(data), converter, LIMIT)
        assert caught.value.kind == kind


def test_messages_made_come_back(converter, picture):
    np.testing.assert_array_equal(to_bgr(to_image(picture), converter, LIMIT), picture)
    message = to_compressed_image(picture, 95)
    assert message.format == "bgr8; jpeg compressed bgr8"
    assert np.abs(to_bgr(message, converter, LIMIT).astype(int) - picture).mean() < 6


class _Broken:
    def imgmsg_to_cv2(self, image, encoding):
        raise AttributeError("_ARRAY_API not found")


class _WrongColours:
    def imgmsg_to_cv2(self, image, encoding):
        return image.data.reshape(image.height, image.width, 3)


@pytest.mark.parametrize(
    ("bridge", "warning"), [(_Broken, "_ARRAY_API not found"), (_WrongColours, "wrong colours")]
)
def test_broken_cv_bridge_falls_back_with_a_warning(monkeypatch, bridge, warning):
    module = types.ModuleType("cv_bridge")
    module.CvBridge = bridge  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "cv_bridge", module)
    converter = make_converter()
    assert converter.library == "rosbags-image"
    assert warning in converter.warning


def test_missing_cv_bridge_is_no_reason_to_warn(monkeypatch):
    def missing() -> None:
        raise ModuleNotFoundError("No module named 'cv_bridge'", name="cv_bridge")

    monkeypatch.setattr(image_messages, "_cv_bridge", missing)
    assert make_converter().warning == ""

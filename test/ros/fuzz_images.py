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

"""Image messages that no camera should send.

Each is made from a number alone, so that a failing one can be made again.
"""

from __future__ import annotations

import array

import numpy as np
from sensor_msgs.msg import CompressedImage, Image

from fakeface_ros.image_messages import ENCODINGS

_UINT32 = 2**32 - 1
_SIZES = (0, 1, 2, 3, 5, 16, 47, 80, 640, 16_000, 65_536, 2**31, _UINT32)
_STRANGE_ENCODINGS = (
    "", "32FC1", "64FC4", "16UC1", "bgr8 ", "BGR8", "bgr8\n", "bayer", "jpeg", "nv12", "h264",
    "\ufffd" * 3, "\N{GRINNING FACE}", "%s%n", "../../etc", "x" * 5000,
)  # fmt: skip


def image(number: int) -> tuple[Image, bool]:
    """An image message, and whether it is one that must be accepted."""
    rng = np.random.default_rng((1, number))
    message = _sound_image(rng)
    stamp(rng, message)
    if rng.random() < 0.3:
        return message, True
    for _ in range(rng.integers(1, 4)):
        _spoil(rng, message)
    return message, False


def _sound_image(rng: np.random.Generator) -> Image:
    encoding = str(rng.choice(list(ENCODINGS)))
    _, channels, value_bytes = ENCODINGS[encoding]
    longest = 400 if rng.random() < 0.02 else 64
    width, height = (int(side) for side in rng.integers(1, longest, 2))
    if ENCODINGS[encoding][0].startswith(("yuv", "bayer")):
        width, height = width + width % 2, height + height % 2
    step = width * channels * value_bytes + int(rng.choice([0, 0, 1, 2, 5, 64]))
    return Image(
        width=width,
        height=height,
        encoding=encoding,
        step=step,
        is_bigendian=int(rng.choice([0, 1, 255])),
        data=array.array("B", rng.bytes(step * height)),
    )


def stamp(rng: np.random.Generator, message: Image | CompressedImage) -> None:
    """Give a message a header as it may come from anywhere."""
    message.header.stamp.sec = int(rng.choice([0, 1, -1, -(2**31), 2**31 - 1, 1_700_000_000]))
    message.header.stamp.nanosec = int(rng.choice([0, 1, 999_999_999, 10**9, _UINT32]))
    message.header.frame_id = str(rng.choice(["camera", "", "/", "\u0000", "\u00fc" * 300]))


def _spoil(rng: np.random.Generator, message: Image) -> None:
    kind = rng.choice(["width", "height", "step", "encoding", "length", "both"])
    if kind in ("width", "height"):
        setattr(message, kind, int(rng.choice(_SIZES)))
    elif kind == "step":
        off = int(rng.integers(-3, 4))
        message.step = int(rng.choice([*_SIZES, max(message.step + off, 0)]))
    elif kind == "encoding":
        message.encoding = str(rng.choice([*_STRANGE_ENCODINGS, *ENCODINGS]))
    elif kind == "length":
        whole = message.data.tobytes()
        cut = int(rng.integers(0, len(whole) + 1))
        message.data = array.array("B", whole[:cut] if rng.random() < 0.7 else whole + bytes(cut))
    else:  # a consistent lie about size and step, as of a driver that mixed up two cameras
        side = int(rng.choice(_SIZES))
        message.width = message.height = side
        message.step = min(3 * side, _UINT32)


def serialized(raw: bytes, number: int) -> bytes:
    """A message as it goes over the wire, with bytes of its fields changed or its end missing."""
    rng = np.random.default_rng((3, number))
    data = bytearray(raw)
    for position in rng.integers(0, min(len(data), 90), rng.integers(1, 5)):
        data[position] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.integers(256)])
    return bytes(data[: rng.integers(4, len(data))] if rng.random() < 0.2 else data)

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

"""BGR arrays to sensor_msgs images. The other direction is in image_messages.py."""

from __future__ import annotations

import array

import cv2
import numpy as np
from sensor_msgs.msg import CompressedImage, Image


def to_image(frame: np.ndarray) -> Image:
    """(H, W, 3) uint8 BGR to a bgr8 Image, its header left empty."""
    # An array.array is taken as it is; any other sequence would be checked value by value.
    return Image(
        height=frame.shape[0],
        width=frame.shape[1],
        encoding="bgr8",
        step=frame.shape[1] * 3,
        is_bigendian=0,
        data=array.array("B", frame.tobytes()),
    )


def to_compressed_image(frame: np.ndarray, jpeg_quality: int) -> CompressedImage:
    """(H, W, 3) uint8 BGR to a JPEG CompressedImage, its header left empty."""
    _, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality])
    return CompressedImage(
        format="bgr8; jpeg compressed bgr8", data=array.array("B", data.tobytes())
    )

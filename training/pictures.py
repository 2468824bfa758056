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

"""A picture file to the crop that the networks are trained on, or the reason why it gives none."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from fakeface_ros.scoring.codec import encode_jpeg
from fakeface_ros.sources import decode_image
from fakeface_ros.vision.alignment import (
    align_faces,
    ffhq_quads,
    quad_sides,
    resize_crop,
    visible_fractions,
)
from fakeface_ros.vision.detection import MtcnnDetector

FaceSource = Literal["auto", "crops", "detect"]
MIN_VISIBLE = 0.9
"""A face whose aligned square lies outside the picture by more than a tenth is not used."""


class Unusable(Exception):
    """A file that gives no crop; the message says why."""


def list_files(folder: Path) -> list[Path]:
    """Every file below a folder, hidden ones aside, sorted.

    Raises:
        NotADirectoryError: there is no such folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder}: no such folder")
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def decode(data: bytes) -> np.ndarray:
    """A whole JPEG, PNG or other picture as (H, W, 3) uint8 BGR.

    Raises:
        Unusable: not a picture, or truncated.
    """
    try:
        return decode_image(data)
    except ValueError as error:
        raise Unusable(str(error)) from error


def is_crop(image_bgr: np.ndarray, source: FaceSource) -> bool:
    """Whether a picture is taken as one aligned face; see face_crop."""
    return source == "crops" or (source == "auto" and image_bgr.shape[0] == image_bgr.shape[1])


def face_crop(
    image_bgr: np.ndarray,
    size_px: int,
    min_side_px: int,
    source: FaceSource,
    detector: MtcnnDetector | None,
) -> np.ndarray:
    """The aligned face of a picture.

    Args:
        image_bgr: (H, W, 3) uint8.
        size_px: side S of the crop.
        min_side_px: least side of the face's square in the picture, so that none is enlarged.
        source: "crops" takes the picture as one aligned face, "detect" looks for the largest face
            in it, "auto" takes square pictures as crops and looks in all others.
        detector: used for pictures that are not crops.

    Returns:
        (S, S, 3) uint8 RGB.

    Raises:
        Unusable: no face, one that is too small or cut off by the edge, or a crop that is not
            square.
    """
    height, width = image_bgr.shape[:2]
    if is_crop(image_bgr, source):
        if height != width:
            raise Unusable(f"{width} x {height} px is not square, so not an aligned face")
        if height < min_side_px:
            raise Unusable(f"{width} px is smaller than {min_side_px} px")
        return resize_crop(image_bgr, size_px)
    if detector is None:
        raise ValueError("detector: needed for pictures that are not crops")
    found = detector.detect(image_bgr)
    if not len(found):
        raise Unusable("no face found")
    largest = int(np.argmax(found.boxes[:, 2] * found.boxes[:, 3]))
    landmarks = found.landmarks[largest : largest + 1]
    quads = ffhq_quads(landmarks)
    side_px = float(quad_sides(quads)[0])
    if side_px < min_side_px:
        raise Unusable(f"the face's square of {side_px:.0f} px is smaller than {min_side_px} px")
    visible = float(visible_fractions(quads, width, height)[0])
    if visible < MIN_VISIBLE:
        raise Unusable(f"only {visible:.0%} of the face's square is inside the picture")
    return align_faces(image_bgr, landmarks, size_px)[0]


def encode(crop: np.ndarray, jpeg_quality: int | None) -> bytes:
    """A crop as the file that training reads: JPEG 4:2:0, or PNG where the quality is None.

    Decoding it gives what fakeface_ros.scoring.codec.canonical_crops gives for the crop.
    """
    if jpeg_quality is not None:
        return encode_jpeg(crop, jpeg_quality).tobytes()
    return cv2.imencode(".png", crop[..., ::-1])[1].tobytes()

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

"""Frames to measure on: real scenes where they are present, else the demo's portrait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from fakeface_ros import demo_scene
from fakeface_ros.sources import frames_from
from fakeface_ros.vision.detection import MtcnnDetector

CAMERA_SIZE = (640, 480)
_GREY = 110


@dataclass(frozen=True)
class Frames:
    """Pictures, (H, W, 3) uint8 BGR.

    Attributes:
        camera: 640 x 480 with exactly one face.
        crowd: of several sizes, with any number of faces; recall is counted on them.
        large: 1920 x 1080 with faces.
        source: where they come from, in words.
    """

    camera: list[np.ndarray]
    crowd: list[np.ndarray]
    large: np.ndarray
    source: str


def load_frames(root: Path, camera: int, crowd: int) -> Frames:
    """So many camera frames and at most so many crowd pictures."""
    scenes = root.parent / "shared" / "data" / "scenes"
    if scenes.is_dir():
        one_face = list(_one_face_frames(sorted((scenes / "clips").iterdir()), camera))
        files = sorted((scenes / "photos").iterdir())
        read = (cv2.imread(str(file)) for file in files[:: max(len(files) // crowd, 1)])
        photos = [photo for photo in read if photo is not None][:crowd]
        if one_face and photos:
            repeated = [one_face[i % len(one_face)] for i in range(camera)]
            wide = max(photos, key=lambda photo: photo.shape[1])
            return Frames(repeated, photos, cover(wide, (1920, 1080)), "shared/data/scenes")
    portrait = demo_scene.portrait()
    return Frames(
        [_swayed(_on_canvas(portrait), 4 * index) for index in range(camera)],
        [demo_scene.scene(), portrait],
        cover(demo_scene.scene(), (1920, 1080)),
        "the demo's portrait (shared/data/scenes is not here)",
    )


def cover(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Scale and cut a picture so that it fills (width, height)."""
    scale = max(size[0] / picture.shape[1], size[1] / picture.shape[0])
    shape = [max(round(n * scale), m) for n, m in zip(picture.shape[1::-1], size, strict=True)]
    filter_ = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    large = cv2.resize(picture, shape, interpolation=filter_)
    top, left = (large.shape[0] - size[1]) // 2, (large.shape[1] - size[0]) // 2
    return np.ascontiguousarray(large[top : top + size[1], left : left + size[0]])


def with_faces(count: int) -> np.ndarray:
    """A 1920 x 1080 frame with 0 to 32 faces about 110 px wide, all the same portrait's."""
    face = demo_scene.portrait()[:240, 105:345]
    frame = np.full((1080, 1920, 3), _GREY, np.uint8)
    for index in range(count):
        row, column = divmod(index, 8)
        frame[row * 270 : row * 270 + 240, column * 240 : column * 240 + 240] = face
    return frame


def _one_face_frames(clips: list[Path], count: int) -> Iterator[np.ndarray]:
    """The first frame with one face of each clip, over and over until there are enough."""
    detector = MtcnnDetector()
    found = 0
    for clip in clips:
        for frame in frames_from(str(clip)):
            if found == count or frame.index > 200:
                break
            if frame.image is None or frame.index % 10:
                continue
            if frame.image.shape[1::-1] == CAMERA_SIZE and len(detector.detect(frame.image)) == 1:
                found += 1
                yield frame.image
                break


def _on_canvas(portrait: np.ndarray) -> np.ndarray:
    frame = np.full((CAMERA_SIZE[1], CAMERA_SIZE[0], 3), _GREY, np.uint8)
    frame[:, 80:560] = cv2.resize(portrait, (480, 480), interpolation=cv2.INTER_AREA)
    return frame


def _swayed(frame: np.ndarray, by_px: int) -> np.ndarray:
    shift = np.array([[1, 0, by_px], [0, 1, 0]], np.float32)
    return cv2.warpAffine(frame, shift, frame.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)

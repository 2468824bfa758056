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

"""Aligned crops: the square that FFHQ cuts around a face, from the five landmarks.

Karras, Laine and Aila, "A Style-Based Generator Architecture for Generative Adversarial Networks"
(2019), with the arithmetic of the FFHQ dataset's own alignment. Cropping that quad at run time
gives the networks what they saw in training; a plain detection box does not.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

_MAX_OVERSAMPLING = 8  # a quad of 1,024 px for a crop of 128; larger ones gain nothing visible
_GRID = 16  # points along each side at which a quad is tested for lying in the frame


def ffhq_quads(landmarks: np.ndarray) -> np.ndarray:
    """Corners of the square around each face.

    Args:
        landmarks: (N, 5, 2) float, pixels, in the order results.LANDMARK_NAMES.

    Returns:
        (N, 4, 2) float64, pixels: top left, bottom left, bottom right, top right of the crop. They
        may lie outside the frame.
    """
    points = np.asarray(landmarks, np.float64)
    eyes = (points[:, 0] + points[:, 1]) / 2
    eye_to_eye = points[:, 1] - points[:, 0]
    eye_to_mouth = (points[:, 3] + points[:, 4]) / 2 - eyes
    across = eye_to_eye + eye_to_mouth[:, ::-1] * (1, -1)
    length = np.linalg.norm(across, axis=1, keepdims=True)
    half_side = np.maximum(
        np.linalg.norm(eye_to_eye, axis=1, keepdims=True) * 2.0,
        np.linalg.norm(eye_to_mouth, axis=1, keepdims=True) * 1.8,
    )
    across = across / np.maximum(length, 1e-9) * half_side
    down = across[:, ::-1] * (-1, 1)
    centre = eyes + eye_to_mouth * 0.1
    return np.stack(
        [
            centre - across - down,
            centre - across + down,
            centre + across + down,
            centre + across - down,
        ],
        axis=1,
    )


def quad_sides(quads: np.ndarray) -> np.ndarray:
    """Side of each square, (N,) float64, in pixels."""
    return np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)


def central_halves(quads: np.ndarray) -> np.ndarray:
    """Squares of half the side about the same centres, (N, 4, 2)."""
    return (quads + quads.mean(axis=1, keepdims=True)) / 2


def visible_fractions(quads: np.ndarray, width_px: int, height_px: int) -> np.ndarray:
    """Share of each square that lies in the frame, (N,) in [0, 1], to 1/256."""
    if (quads >= 0).all() and (quads < (width_px, height_px)).all():
        return np.ones(len(quads))  # as nearly always
    steps = (np.arange(_GRID) + 0.5) / _GRID
    x, y = (part.reshape(1, -1, 1) for part in np.meshgrid(steps, steps))
    origin = quads[:, None, 0]
    points = origin + x * (quads[:, None, 3] - origin) + y * (quads[:, None, 1] - origin)
    inside = (points >= 0).all(axis=2) & (points < (width_px, height_px)).all(axis=2)
    return inside.mean(axis=1)


def align_faces(frame: np.ndarray, landmarks: np.ndarray, size_px: int) -> np.ndarray:
    """Cut the aligned crop of each face.

    What lies outside the frame is filled by reflection, as FFHQ does. Shrinking goes over a whole
    multiple of the crop's size with an area filter, as the training pictures were made.

    Args:
        frame: (H, W, 3) uint8 BGR.
        landmarks: (N, 5, 2) float, pixels of the frame.
        size_px: side of the crops.

    Returns:
        (N, size_px, size_px, 3) uint8 RGB.
    """
    crops = np.empty((len(landmarks), size_px, size_px, 3), np.uint8)
    for crop, quad in zip(crops, ffhq_quads(landmarks), strict=True):
        cv2.cvtColor(_cut(frame, quad, size_px), cv2.COLOR_BGR2RGB, dst=crop)
    return crops


def quad_transform(quad: np.ndarray, size_px: int) -> np.ndarray:
    """Affine map (2, 3) from pixels of a crop of size_px to pixels of the frame."""
    across, down = (quad[3] - quad[0]) / size_px, (quad[1] - quad[0]) / size_px
    # Pixel centres lie at whole coordinates in OpenCV, half a pixel from the corners of the quad.
    return np.stack([across, down, quad[0] + (across + down) / 2 - 0.5], axis=1)


def resize_crop(image: np.ndarray, size_px: int) -> np.ndarray:
    """A picture that is an aligned face already, (H, W, 3) uint8 BGR -> (S, S, 3) uint8 RGB."""
    shrinks = min(image.shape[:2]) >= size_px
    filter_ = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(image, (size_px, size_px), interpolation=filter_)
    return cv2.cvtColor(resized, cv2.COLOR_BGR2RGB)


def _cut(frame: np.ndarray, quad: np.ndarray, size_px: int) -> np.ndarray:
    side = float(np.linalg.norm(quad[3] - quad[0]))
    oversampling = min(max(math.ceil(side / size_px), 1), _MAX_OVERSAMPLING)
    large = cv2.warpAffine(
        frame,
        quad_transform(quad, size_px * oversampling),
        (size_px * oversampling,) * 2,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    if oversampling == 1:
        return large
    return cv2.resize(large, (size_px, size_px), interpolation=cv2.INTER_AREA)

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

"""A scene that needs no data set: a portrait beside its forged twin.

The portrait is scikit-image's astronaut, a photograph of Eileen Collins by NASA in the public
domain. The twin is the same photograph with the face decoded anew: the aligned crop goes through
the autoencoder of the bundle cae_kde and the reconstruction is pasted back, faded in at its edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np

from fakeface_ros.scoring.autoencoder import Autoencoder
from fakeface_ros.scoring.bundle import load_bundle
from fakeface_ros.vision.alignment import align_faces, ffhq_quads, quad_transform
from fakeface_ros.vision.detection import MtcnnDetector

FORGER = "cae_kde"
"""The bundle whose autoencoder decodes the twin's face."""

FRAMES = 80
_SWAY_PX = 10.0
_FADE = 0.12  # of the crop's side, at each edge


def portrait() -> np.ndarray:
    """The photograph, (512, 512, 3) uint8 BGR."""
    from skimage import data

    return np.ascontiguousarray(data.astronaut()[..., ::-1])


def forge(picture: np.ndarray) -> np.ndarray:
    """A copy of a picture, (H, W, 3) uint8 BGR, with every face decoded anew.

    Raises:
        BundleError: the bundle cae_kde is missing or altered.
    """
    bundle = load_bundle(FORGER)
    landmarks = MtcnnDetector().detect(picture).landmarks
    crops = align_faces(picture, landmarks, bundle.size_px)
    autoencoder = Autoencoder(bundle.file("autoencoder.onnx"))
    _, decoded = autoencoder.reconstruct(crops.astype(np.float32) / 255)
    forged = picture.astype(np.float32)
    for quad, face in zip(ffhq_quads(landmarks), decoded, strict=True):
        place = quad_transform(quad, bundle.size_px)
        size = (picture.shape[1], picture.shape[0])
        weight: np.ndarray = cv2.warpAffine(_fade_in(bundle.size_px), place, size)[..., None]
        pasted: np.ndarray = cv2.warpAffine(
            face[..., ::-1] * 255, place, size, flags=cv2.INTER_CUBIC
        )
        forged += weight * (pasted - forged)
    return np.clip(np.rint(forged), 0, 255).astype(np.uint8)


def _fade_in(size_px: int) -> np.ndarray:
    """Weights (S, S) float32: 0 at the edge, 1 within."""
    steps = np.arange(size_px, dtype=np.float32) + 0.5
    ramp = np.clip(np.minimum(steps, size_px - steps) / (_FADE * size_px), 0, 1)
    return np.outer(ramp, ramp)


def scene() -> np.ndarray:
    """The portrait on the left and its twin on the right, (512, 1024, 3) uint8 BGR."""
    photograph = portrait()
    return np.concatenate([photograph, forge(photograph)], axis=1)


def frames(count: int = FRAMES) -> Iterator[np.ndarray]:
    """The scene as a hand-held camera would see it, swaying a little."""
    still = scene()
    for index in range(count):
        turn = 2 * math.pi * index / 40
        dx, dy = _SWAY_PX * math.sin(turn), _SWAY_PX * math.sin(2 * turn)
        shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        yield cv2.warpAffine(still, shift, still.shape[1::-1], borderMode=cv2.BORDER_REFLECT_101)

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

"""Whether a detected face is large and whole enough to be judged."""

from __future__ import annotations

import numpy as np

from fakeface_ros.vision.alignment import (
    central_halves,
    ffhq_quads,
    quad_sides,
    visible_fractions,
)

MIN_VISIBLE_FRACTION = 0.9
"""Of the central half of a face's aligned square: eyes to mouth. What surrounds the face may lie
outside the frame, as in tight portraits; it is filled by reflection, as FFHQ does."""

MIN_CROP_PX = 32
"""Side of the aligned square below which nothing of a generator's traces can be left."""


def unfit_reasons(landmarks: np.ndarray, frame: np.ndarray) -> list[str]:
    """Why each face cannot be judged in this frame, or "".

    Args:
        landmarks: (N, 5, 2) float, pixels of the frame, in the order results.LANDMARK_NAMES.
        frame: (H, W, 3) uint8 BGR.
    """
    quads = ffhq_quads(landmarks)
    visible = visible_fractions(central_halves(quads), frame.shape[1], frame.shape[0])
    return [
        "too small"
        if side < MIN_CROP_PX
        else "cut by the edge of the frame"
        if share < MIN_VISIBLE_FRACTION
        else ""
        for side, share in zip(quad_sides(quads), visible, strict=True)
    ]

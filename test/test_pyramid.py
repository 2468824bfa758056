# SPDX-License-Identifier: Apache-2.0
"""Levels are what OpenCV's area filter gives."""

import cv2
import numpy as np
import pytest

from fakeface_ros.vision.pyramid import Pyramid


@pytest.mark.parametrize("frame_size", [(480, 640), (97, 61), (1, 1), (12, 2000)])
@pytest.mark.parametrize("scale", [1.0, 0.9, 0.5, 0.3, 0.0391])
def test_levels_equal_those_of_the_area_filter(frame_size, scale):
    frame = np.random.default_rng(0).integers(0, 256, (*frame_size, 3), np.uint8)
    size = tuple(max(int(side * scale), 1) for side in frame_size[::-1])
    wanted = cv2.resize(frame.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    level = Pyramid(frame).level(*size)
    assert level.shape == (size[1], size[0], 3)
    assert level.dtype == np.float32
    np.testing.assert_allclose(level, wanted, atol=1e-3)


def test_a_white_frame_of_many_rows_does_not_overflow():
    level = Pyramid(np.full((5000, 8, 3), 255, np.uint8)).level(4, 2500)
    np.testing.assert_allclose(level, 255, atol=1e-3)

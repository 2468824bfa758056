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

"""Crops of any codec come out alike."""

import cv2
import numpy as np
import pytest

from fakeface_ros.scoring.codec import canonical_crops


@pytest.fixture
def crop(astronaut):
    return cv2.resize(astronaut[0:256, 96:352], (128, 128), interpolation=cv2.INTER_AREA)[
        ..., ::-1
    ]


def test_without_a_codec_only_the_scale_changes(crop):
    out = canonical_crops(crop[None], None)
    assert out.dtype == np.float32
    np.testing.assert_array_equal(np.round(out[0] * 255).astype(np.uint8), crop)


def test_the_codec_keeps_the_picture_and_its_channel_order(crop):
    out = canonical_crops(crop[None], 50)[0] * 255
    assert 0 < np.abs(out - crop).mean() < 6
    assert np.abs(out.mean(axis=(0, 1)) - crop.mean(axis=(0, 1))).max() < 2


def test_a_picture_already_through_the_codec_hardly_changes(crop):
    once = np.round(canonical_crops(crop[None], 50) * 255).astype(np.uint8)
    twice = canonical_crops(once, 50) * 255
    assert np.abs(twice - once).mean() < 0.3 * np.abs(once.astype(int) - crop).mean()


def test_no_crop_is_no_error():
    assert canonical_crops(np.zeros((0, 8, 8, 3), np.uint8), 50).shape == (0, 8, 8, 3)


@pytest.mark.parametrize(
    "bad", [np.zeros((1, 8, 8), np.uint8), np.zeros((1, 8, 8, 3), np.float32)]
)
def test_another_shape_or_dtype_is_refused(bad):
    with pytest.raises(ValueError, match=r"crops must be \(N, S, S, 3\) uint8"):
        canonical_crops(bad, None)

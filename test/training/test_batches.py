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

"""Batches: balanced, repeatable, and alike for both classes in how a picture came to its size."""

import numpy as np
import pytest

pytest.importorskip("keras", reason="training needs Keras")

from training.classifier.augmentation import other_background
from training.classifier.batches import RandomBatches, thumbnail


def folder(count, side, value=128):
    return [np.full((side, side, 3), value, np.uint8) for _ in range(count)]


def starts_of(real, fake):
    batches = RandomBatches(real, fake, 64, batch_size=2, steps=1, seed=0)
    return batches._starts


def test_half_of_each_batch_is_fake_and_the_same_again_for_the_same_seed():
    def batch(seed):
        batches = RandomBatches([folder(9, 96, 60)], [folder(4, 96, 200)], 64, 8, 2, seed)
        batches.on_epoch_end()
        return batches[1]

    crops, labels = batch(3)
    assert labels[:, 0].tolist() == [0, 1] * 4
    assert crops.shape == (8, 64, 64, 3)
    assert crops[1::2].mean() > crops[::2].mean()
    np.testing.assert_array_equal(batch(3)[0], crops)
    assert np.abs(batch(4)[0] - crops).max() > 0


def test_no_class_starts_in_a_way_that_the_other_cannot():
    thumbnails, larger = folder(3, 128), folder(3, 192)
    assert starts_of([larger], [larger]) == [True, False]
    assert starts_of([thumbnails, larger], [larger]) == [True, False]
    assert starts_of([thumbnails], [larger]) == [True]
    with pytest.raises(ValueError, match="real and fake pictures are needed"):
        starts_of([thumbnails], [[]])


def test_small_folders_are_drawn_more_often_than_their_share():
    batches = RandomBatches(
        [folder(400, 192, 0), folder(4, 192, 255)], [folder(1, 192)], 64, 2, 1, 0
    )
    random = np.random.default_rng(0)
    bright = np.mean([batches._pick(0, False, random).mean() > 128 for _ in range(400)])
    assert bright == pytest.approx(2 / 22, abs=0.05)


def test_a_thumbnail_has_the_crops_size_and_went_through_the_codec():
    picture = np.random.default_rng(0).integers(0, 256, (192, 192, 3), np.uint8)
    small = thumbnail(picture)
    assert small.shape == (128, 128, 3)
    np.testing.assert_allclose(thumbnail(small).astype(int), small, atol=40)


def test_the_face_stays_and_the_background_comes_from_the_other():
    face, other = folder(1, 128, 250)[0], folder(1, 64, 5)[0]
    mixed = other_background(face, other, np.random.default_rng(0))
    assert mixed.shape == face.shape
    assert (mixed[60:80, 56:72] == 250).all()
    assert (mixed[:10] == 5).all()
    assert (face == 250).all()

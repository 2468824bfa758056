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

"""Feeding: every face once per epoch, in an order that (seed, epoch) alone decides."""

import numpy as np
import pytest

from training.feeding import Batches, read_face
from training.index import select

SIZE_PX = 32


@pytest.fixture(scope="module")
def paths(faces):
    return select(faces, "train", "real")


def everything(batches: Batches) -> np.ndarray:
    return np.concatenate([batches[i][0] for i in range(len(batches))])


def test_batches_hold_the_files_values_and_the_last_is_smaller(paths):
    batches = Batches(paths, SIZE_PX, 20)
    crops, wanted = batches[len(batches) - 1]
    np.testing.assert_array_equal(crops, wanted)
    assert not np.shares_memory(crops, wanted)
    assert crops.dtype == np.float32
    assert len(crops) == len(paths) - 20 * (len(batches) - 1) < 20
    np.testing.assert_allclose(crops[-1] * 255, read_face(paths[-1], SIZE_PX), atol=1e-4)


def test_order_depends_on_seed_and_epoch_alone(paths):
    def order(seed: int, epoch: int) -> list[int]:
        batches = Batches(paths, SIZE_PX, 8, seed, shuffle=True)
        batches.epoch = epoch
        return batches.order().tolist()

    assert order(1, 3) == order(1, 3)
    assert order(1, 3) != order(1, 4)
    assert order(1, 3) != order(2, 3)
    assert sorted(order(1, 3)) == list(range(len(paths)))


def test_files_and_memory_feed_the_same(paths):
    both = [
        Batches(paths, SIZE_PX, 8, 5, shuffle=True, flip=True, cache_bytes=limit)
        for limit in (0, 1 << 30)
    ]
    assert [batches.cached for batches in both] == [False, True]
    np.testing.assert_array_equal(everything(both[0]), everything(both[1]))


def test_flip_mirrors_about_half_and_nothing_else(paths):
    plain, flipped = (
        everything(Batches(paths, SIZE_PX, 8, 1, flip=flip)) for flip in (False, True)
    )
    mirrored = (flipped == plain[:, :, ::-1]).all(axis=(1, 2, 3))
    same = (flipped == plain).all(axis=(1, 2, 3))
    assert (mirrored | same).all()
    assert 0.2 < mirrored.mean() < 0.8


def test_a_file_of_another_size_is_named(paths):
    with pytest.raises(ValueError, match=r"32 x 32 px where 64 px"):
        Batches(paths, 64, 8)


def test_machines_share_each_batch_without_overlap(paths):
    whole = Batches(paths, SIZE_PX, 8, 1, shuffle=True, whole=True)
    parts = [Batches(paths, SIZE_PX, 8, 1, shuffle=True, part=(i, 2), whole=True) for i in (0, 1)]
    assert len(whole) == len(parts[0]) == len(paths) // 8
    for index in range(len(whole)):
        together = np.concatenate([part[index][0] for part in parts])
        expected = whole[index][0]
        np.testing.assert_array_equal(
            np.sort(together.sum(axis=(1, 2, 3))), np.sort(expected.sum(axis=(1, 2, 3)))
        )


def test_a_batch_that_machines_cannot_share_is_refused(paths):
    with pytest.raises(ValueError, match="3 machines"):
        Batches(paths, SIZE_PX, 8, part=(0, 3))
    with pytest.raises(ValueError, match="more than"):
        Batches(paths, SIZE_PX, 1000, whole=True)


def test_no_face_is_an_error():
    with pytest.raises(ValueError, match="no face"):
        Batches([], SIZE_PX, 8)

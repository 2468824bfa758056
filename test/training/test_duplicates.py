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

"""Near-duplicates: the same picture saved in another way is found, another picture is not."""

import cv2
import numpy as np
import pytest

from training.duplicates import BITS, NEAR_BITS, difference_hash, near_pairs


def smooth(seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 9, 3)).astype(np.uint8)
    return cv2.resize(coarse, (128, 128), interpolation=cv2.INTER_CUBIC)


def recompressed(picture: np.ndarray) -> np.ndarray:
    small = cv2.resize(picture, (96, 96), interpolation=cv2.INTER_AREA)
    return cv2.imdecode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], 1)


def brighter(picture: np.ndarray) -> np.ndarray:
    return cv2.convertScaleAbs(picture, alpha=0.9, beta=5)


def bits(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


@pytest.mark.parametrize("change", [recompressed, brighter])
def test_a_changed_copy_is_near(change):
    distances = [
        bits(difference_hash(smooth(i)), difference_hash(change(smooth(i)))) for i in range(10)
    ]
    assert max(distances) <= NEAR_BITS


def test_other_pictures_are_far():
    hashes = [difference_hash(smooth(i)) for i in range(20)]
    assert min(bits(a, b) for i, a in enumerate(hashes) for b in hashes[:i]) > 2 * NEAR_BITS


@pytest.mark.parametrize("chunk", [3, 4096])
def test_pairs_are_exactly_those_within_the_distance(chunk):
    generator = np.random.default_rng(0)
    rows = generator.integers(0, 2, (30, BITS)).astype(np.uint8)
    for row, distance in ((10, NEAR_BITS), (20, NEAR_BITS + 1), (29, 0)):
        rows[row] = rows[0]
        rows[row, :distance] ^= 1
    hashes = [np.packbits(row).tobytes().hex() for row in rows]
    expected = {(i, j) for i in range(30) for j in range(i + 1, 30)
                if bits(hashes[i], hashes[j]) <= NEAR_BITS}  # fmt: skip
    assert {(0, 10), (0, 29)} <= expected
    assert (0, 20) not in expected
    assert set(near_pairs(hashes, chunk=chunk)) == expected


def test_no_picture_no_pair():
    assert list(near_pairs([])) == []

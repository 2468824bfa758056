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

"""Proposals are those of whole levels, however these are cut and whoever looks at them."""

import numpy as np
import pytest

from fakeface_ros.inference import make_session
from fakeface_ros.parallel import Workers
from fakeface_ros.vision import proposals
from fakeface_ros.vision.mtcnn_networks import network
from fakeface_ros.vision.proposals import propose, pyramid_scales


@pytest.fixture(scope="module")
def pnet():
    return make_session(network("pnet"), 1)


@pytest.mark.parametrize("height_px", [12, 13, 40, 41, 97])
@pytest.mark.parametrize("band_px", [300, 700, 3_000])
def test_bands_have_the_windows_of_the_whole_level(pnet, monkeypatch, height_px, band_px):
    def run(picture):
        return pnet.run(["offsets", "probability"], {"pictures": picture[None]})

    level = np.random.default_rng(0).uniform(0, 255, (height_px, 31, 3)).astype(np.float32)
    monkeypatch.setattr(proposals, "_BAND_PX", band_px)
    bands = proposals._bands(level)
    assert len(bands) == max(round(level[..., 0].size / band_px), 1)
    for whole, parts in zip(run(level), zip(*map(run, bands), strict=True), strict=True):
        np.testing.assert_allclose(np.concatenate(parts, axis=2), whole, atol=1e-5)


@pytest.mark.parametrize("threads", [2, 5])
def test_proposals_do_not_depend_on_the_number_of_threads(pnet, astronaut, threads):
    alone, shared = (propose(astronaut, 20, pnet, Workers(count)) for count in (1, threads))
    assert len(alone) > 5
    np.testing.assert_array_equal(alone, shared)


def test_a_frame_smaller_than_the_smallest_face_has_none(pnet):
    boxes = propose(np.zeros((39, 200, 3), np.uint8), 40, pnet, Workers(2))
    assert boxes.shape == (0, 4)


def test_larger_smallest_face_drops_the_large_levels():
    assert pyramid_scales(480, 640, 40) == pytest.approx(
        [0.3 * 0.709**n for n in range(7 + 1)], rel=1e-12
    )
    assert pyramid_scales(11, 500, 12) == []

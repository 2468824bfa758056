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

"""The portrait, its forged twin, and the detector that finds both."""

import numpy as np
import pytest

from fakeface_ros import demo_scene
from fakeface_ros.vision.detection import MtcnnDetector


@pytest.fixture(scope="module")
def scene() -> np.ndarray:
    return demo_scene.scene()


def test_twin_differs_in_the_face_alone(scene):
    photograph = demo_scene.portrait()
    assert scene.shape == (512, 1024, 3)
    assert scene.dtype == np.uint8
    np.testing.assert_array_equal(scene[:, :512], photograph)
    changed = (scene[:, 512:] != photograph).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert 100 < rows.max() - rows.min() < 300
    assert 100 < columns.max() - columns.min() < 300
    assert changed[115, 225]


def test_both_faces_are_found(scene):
    boxes = MtcnnDetector().detect(scene).boxes
    centres = sorted((boxes[:, :2] + boxes[:, 2:] / 2).tolist())
    assert len(centres) == 2
    assert np.allclose(centres[0], (225, 115), atol=25)
    assert np.allclose(centres[1], (512 + 225, 115), atol=25)


def test_frames_sway_and_stay_of_one_size(scene):
    frames = list(demo_scene.frames(11))
    assert {frame.shape for frame in frames} == {scene.shape}
    np.testing.assert_array_equal(frames[0], scene)
    assert (frames[10] != scene).any()

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

"""The demo's picture and video."""

import cv2
import numpy as np
import pytest

from fakeface_ros.node.recording import Recording


@pytest.mark.parametrize("count", [1, 14, 40])
def test_every_image_is_in_the_video_at_its_pace(tmp_path, count):
    recording = Recording(tmp_path)
    for index in range(count):
        recording.add(np.full((48, 65, 3), index, np.uint8), 100 + index / 8)
    assert [p.rsplit("/", 1)[1] for p in recording.finish()] == ["annotated.png", "annotated.mp4"]
    video = cv2.VideoCapture(str(tmp_path / "annotated.mp4"))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) == count
    assert video.get(cv2.CAP_PROP_FPS) == pytest.approx(8 if count > 1 else 1, abs=0.1)
    picture = cv2.imread(str(tmp_path / "annotated.png"))
    assert picture.shape == (48, 65, 3)
    assert (picture == count - 1).all()


def test_images_of_other_sizes_are_fitted(tmp_path):
    recording = Recording(tmp_path)
    for size in [(48, 64), (100, 30), (48, 64)]:
        recording.add(np.zeros((*size, 3), np.uint8), 0.0)
    recording.finish()
    video = cv2.VideoCapture(str(tmp_path / "annotated.mp4"))
    assert video.get(cv2.CAP_PROP_FRAME_COUNT) == 3


def test_nothing_is_saved_of_nothing(tmp_path):
    assert Recording(tmp_path / "new").finish() == []
    assert list((tmp_path / "new").iterdir()) == []

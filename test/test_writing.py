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

"""Annotated pictures and videos arrive whole, under names of their own."""

import cv2
import numpy as np
import pytest

from fakeface_ros.results import FrameResult
from fakeface_ros.sources import SourceFrame, frames_from
from fakeface_ros.writing import AnnotationWriter, write_whole

IMAGE = np.full((48, 64, 3), 90, np.uint8)
RESULT = FrameResult("x", 0, 64, 48)


def test_pictures_of_one_name_do_not_overwrite_each_other(tmp_path):
    writer = AnnotationWriter(tmp_path / "out")
    for source in ("a/face.jpg", "b/face.png"):
        writer.write(SourceFrame(source, 0, IMAGE), RESULT)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["face-2.png", "face.png"]
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "out" / "face.png")), IMAGE)


def test_a_video_has_all_its_frames(tmp_path):
    writer = AnnotationWriter(tmp_path)
    for index in range(4):
        writer.write(SourceFrame("clip.mkv", index, IMAGE, is_video=True, rate_hz=15), RESULT)
    writer.close()
    frames = list(frames_from(str(tmp_path / "clip.mp4")))
    assert len(frames) == 4
    assert frames[0].rate_hz == pytest.approx(15)


def test_what_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path):
    (tmp_path / "taken.png").mkdir()
    with pytest.raises(OSError, match="taken"):
        write_whole(tmp_path / "taken.png", b"picture")
    assert [p.name for p in tmp_path.iterdir()] == ["taken.png"]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        AnnotationWriter(tmp_path / "file" / "out")

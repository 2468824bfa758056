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

"""Whatever a user names yields frames, or says why not, and the rest goes on."""

import cv2
import numpy as np
import pytest

from fakeface_ros.sources import decode_image, frames_from


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 12.0, (64, 48))
    for level in (0, 100, 200):
        writer.write(np.full((48, 64, 3), level, np.uint8))
    writer.release()
    return path


def test_an_image(portrait_file, astronaut):
    (frame,) = frames_from(str(portrait_file))
    np.testing.assert_array_equal(frame.image, astronaut)
    assert (frame.index, frame.is_video, frame.error) == (0, False, "")


def test_a_video_in_order_with_its_rate(video):
    frames = list(frames_from(str(video)))
    assert [f.index for f in frames] == [0, 1, 2]
    assert [round(float(f.image.mean()), -2) for f in frames] == [0, 100, 200]
    assert all(f.is_video and f.rate_hz == pytest.approx(12) for f in frames)


def test_a_folder_goes_on_after_a_corrupt_file(tmp_path, portrait_file, video):
    (tmp_path / "a_corrupt.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("not a picture either, and not named like one")
    frames = list(frames_from(str(tmp_path)))
    assert [(f.source.rpartition("/")[2], f.image is None) for f in frames] == [
        ("a_corrupt.jpg", True), *[("clip.mp4", False)] * 3, ("portrait.png", False),
    ]  # fmt: skip
    assert "not an image" in frames[0].error


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing.png", "no such file"), ("empty", "no image and no video"), ("97", "camera")],
)
def test_nothing_there_says_so(tmp_path, name, reason, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    (frame,) = frames_from(name)
    assert frame.image is None
    assert reason in frame.error


def test_a_broken_video_says_so(tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"\0" * 1000)
    (frame,) = frames_from(str(tmp_path / "broken.mp4"))
    assert "cannot be opened" in frame.error


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_truncated_picture_is_refused_instead_of_filled_with_grey(astronaut, suffix):
    data = cv2.imencode(suffix, astronaut)[1].tobytes()
    assert decode_image(data).shape == astronaut.shape
    with pytest.raises(ValueError, match="truncated"):
        decode_image(data[: len(data) // 2])


def test_empty_data_is_refused():
    with pytest.raises(ValueError, match="empty"):
        decode_image(b"")

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

"""Recordings yield their images, raw and compressed, in every form, or say what to do."""

import numpy as np
import pytest

from fakeface_ros.recordings import frames_of_recording
from fakeface_ros.sources import is_recording

LEVELS = [np.full((48, 64, 3), level, np.uint8) for level in (0, 100, 200)]


@pytest.mark.parametrize(("plugin", "suffix"), [("MCAP", ".mcap"), ("SQLITE3", ".db3")])
@pytest.mark.parametrize("topic", ["/cam/image", "/cam/image/compressed"])
@pytest.mark.parametrize("as_file", [False, True])
def test_images_come_in_order_with_their_headers(record, plugin, suffix, topic, as_file):
    path = record("bag", {topic: LEVELS}, plugin)
    if as_file:
        (path,) = path.glob(f"*{suffix}")
    assert is_recording(path)
    frames = list(frames_of_recording(path))
    assert [round(float(f.image.mean())) for f in frames] == [0, 100, 200]
    assert [f.index for f in frames] == [0, 1, 2]
    assert [f.time_ns for f in frames] == [1_000_000_000, 1_100_000_000, 1_200_000_000]
    assert [f.stamp_ns for f in frames] == [995_000_000, 1_095_000_000, 1_195_000_000]
    assert {(f.frame_id, f.is_video, f.source) for f in frames} == {
        ("camera_optical", True, str(path))
    }
    assert frames[0].rate_hz == pytest.approx(15, rel=0.01)  # three within 0.2 s


def test_the_topic_is_chosen_where_there_are_several(record):
    path = record("bag", {"/left/image": LEVELS[:1], "/right/image/compressed": LEVELS[1:]})
    (frame,) = frames_of_recording(path)
    assert frame.image is None
    for part in ("choose one with --topic", "/left/image (1)", "/right/image/compressed (2)"):
        assert part in frame.error
    assert len(list(frames_of_recording(path, "/right/image/compressed"))) == 2
    (frame,) = frames_of_recording(path, "left/image")
    assert frame.image.max() == 0


def test_a_topic_that_is_not_there_is_named_with_those_that_are(record):
    path = record("bag", {"/left/image": LEVELS})
    (frame,) = frames_of_recording(path, "/up")
    assert "no images on topic /up; there are:\n    /left/image (3)" in frame.error


def test_a_recording_without_images_says_so(record):
    (frame,) = frames_of_recording(record("bag", {}))
    assert frame.image is None
    assert frame.error


def test_a_bad_image_is_named_and_the_next_one_comes(record):
    pictures = [LEVELS[0], np.zeros((0, 0, 3), np.uint8), LEVELS[2]]
    frames = list(frames_of_recording(record("bag", {"/image": pictures})))
    assert [f.image is None for f in frames] == [False, True, False]
    assert "image 1: size 0 x 0" in frames[1].error


@pytest.mark.parametrize("suffix", [".mcap", ".db3"])
def test_a_broken_file_says_so(tmp_path, suffix):
    path = tmp_path / f"broken{suffix}"
    path.write_bytes(b"no recording" * 100)
    (frame,) = frames_of_recording(path)
    assert "the recording cannot be read" in frame.error


def test_a_truncated_file_yields_what_can_be_read_and_a_reason(record):
    pictures = [np.random.default_rng(i).integers(0, 255, (48, 64, 3), np.uint8) for i in range(9)]
    (path,) = record("bag", {"/image": pictures}).glob("*.mcap")
    path.write_bytes(path.read_bytes()[:60_000])
    frames = list(frames_of_recording(path))
    assert "cannot be read" in frames[-1].error


def test_other_files_are_no_recordings(tmp_path):
    (tmp_path / "metadata.txt").write_text("")
    assert not is_recording(tmp_path)
    assert not is_recording(tmp_path / "clip.mp4")

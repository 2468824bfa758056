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

"""Verdicts are written as a recording and read again, with the definitions of msg/."""

import json
import math

import pytest
import yaml
from rosbags.highlevel import AnyReader

from fakeface_ros.cli import main
from fakeface_ros.verdict_recording import TOPIC, VerdictRecording


@pytest.fixture
def checked(record, astronaut, tmp_path, capsys):
    """A recording's verdicts: the folder written and the JSON lines."""
    path = record("bag", {"/image": [astronaut, astronaut[300:, :200], astronaut]})
    out = tmp_path / "verdicts"
    code = main(["check", str(path), "--json", "--verdict-recording", str(out)])
    assert code in (0, 1)
    return out, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_is_read_again_is_what_was_said(checked):
    out, lines = checked
    with AnyReader([out]) as reader:  # from the definitions that the recording itself holds
        messages = [
            (time_ns, reader.deserialize(data, connection.msgtype))
            for connection, time_ns, data in reader.messages()
        ]
    assert [time_ns for time_ns, _ in messages] == [10**9, 11 * 10**8, 12 * 10**8]
    assert [len(m.faces) for _, m in messages] == [len(line["faces"]) for line in lines]
    assert [len(m.faces) for _, m in messages] == [1, 0, 1]
    for (_, message), line in zip(messages, lines, strict=True):
        assert message.header.frame_id == "camera_optical"
        assert (message.image_width, message.image_height) == (line["width"], line["height"])
        for face, said in zip(message.faces, line["faces"], strict=True):
            names = {0: "unknown", 1: "real", 2: "fake"}
            assert (face.id, names[face.verdict]) == (said["id"], said["verdict"])
            assert face.fake_score == pytest.approx(said["fake_score"], abs=1e-5)
            assert math.isclose(face.landmarks[2].x, said["landmarks"][2][0], abs_tol=0.01)
    assert (messages[0][1].header.stamp.sec, messages[0][1].header.stamp.nanosec) == (
        0, 995_000_000,
    )  # fmt: skip


def test_metadata_is_what_rosbag2_reads(checked):
    out, _ = checked
    said = yaml.safe_load((out / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert said["version"] == 8
    assert said["storage_identifier"] == "sqlite3"
    assert said["message_count"] == 3
    (topic,) = said["topics_with_message_count"]
    assert topic["topic_metadata"]["name"] == TOPIC
    assert topic["topic_metadata"]["type"] == "fakeface_ros/msg/FaceVerdictArray"
    assert topic["topic_metadata"]["serialization_format"] == "cdr"
    assert [(out / name).is_file() for name in said["relative_file_paths"]] == [True]


def test_an_existing_folder_is_left_alone(tmp_path):
    with pytest.raises(OSError, match="exists already"):
        VerdictRecording(tmp_path, "default")


def test_the_command_says_which_topic_to_choose(record, astronaut, capsys):
    path = record("bag", {"/left": [astronaut], "/right": [astronaut]})
    assert main(["check", str(path)]) == 2
    assert "choose one with --topic" in capsys.readouterr().err
    assert main(["check", str(path), "--topic", "/left", "--json"]) in (0, 1)

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

"""The `fakeface` command: exit codes, table, JSON lines, pictures and clear errors."""

import json
import subprocess
import sys

import cv2
import pytest

from fakeface_ros.cli import main


def test_a_real_portrait_exits_0_with_table_and_sentence(portrait_file, capsys):
    assert main(["check", str(portrait_file), "--alpha", "0.000001"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["verdict", "fake_score"]
    assert lines[1].startswith("real")
    assert lines[1].endswith(str(portrait_file))
    assert lines[2] == "This image is Real"


def test_a_fake_exits_1(portrait_file, capsys):
    assert main(["check", str(portrait_file), "--alpha", "0.999"]) == 1
    assert "This image is Fake" in capsys.readouterr().out


def test_json_lines_hold_the_contract(portrait_file, capsys):
    main(["check", str(portrait_file), "--json"])
    (line,) = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    assert said["source"] == str(portrait_file)
    assert (said["width"], said["height"], len(said["faces"])) == (512, 512, 1)
    assert said["faces"][0]["verdict"] in ("real", "fake")
    assert len(said["faces"][0]["landmarks"]) == 5


def test_a_corrupt_file_is_named_the_rest_judged_and_the_exit_code_2(
    tmp_path, portrait_file, capsys
):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 cut short")
    assert main(["check", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert "broken.jpg: the JPEG data is truncated" in said.err
    assert "portrait.png" in said.out


def test_annotated_pictures_are_saved(tmp_path, portrait_file):
    main(["check", str(portrait_file), "--annotate", str(tmp_path / "out")])
    picture = cv2.imread(str(tmp_path / "out" / "portrait.png"))
    assert picture.shape == (512, 512, 3)
    assert (picture != cv2.imread(str(portrait_file))).any()


def test_crops_are_judged_as_they_are(portrait_file, capsys):
    main(["check", str(portrait_file), "--crops", "--json"])
    (face,) = json.loads(capsys.readouterr().out)["faces"]
    assert face["box"] == [0, 0, 512, 512]
    assert face["landmarks"] == [[None, None]] * 5


def test_a_picture_without_faces_says_so_and_is_no_fake(tmp_path, astronaut, capsys):
    cv2.imwrite(str(tmp_path / "sky.png"), astronaut[400:, :100])
    assert main(["check", str(tmp_path / "sky.png")]) == 0
    assert "no face" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.png"], "missing.png: there is no such file"),
        (["x.png", "--model", "nothing"], "no bundle named 'nothing'; there are:"),
        (["x.png", "--alpha", "2"], "alpha must lie between 0 and 1"),
        (["x.png", "--min-face-px", "2"], "min_face_px must be"),
    ],
)
def test_errors_are_one_clear_line_and_exit_2(arguments, message, capsys):
    assert main(["check", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


def test_a_folder_that_cannot_be_written_exits_2(portrait_file, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["check", str(portrait_file), "--annotate", str(tmp_path / "file")]) == 2
    assert str(tmp_path / "file") in capsys.readouterr().err


def test_rosbags_is_loaded_only_where_there_is_a_recording():
    script = "import sys, fakeface_ros.cli; sys.exit('rosbags' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0

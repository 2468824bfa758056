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

"""The command judges composed scenes by the real pipeline and says what came of it."""

import csv
import json

import cv2
import numpy as np
import pytest

from training.composed_scenes import KINDS, main


@pytest.fixture(scope="module")
def rooms(tmp_path_factory, shared_data):
    folder = tmp_path_factory.mktemp("rooms")
    (folder / "eat.mkv").symlink_to(shared_data / "scenes" / "clips" / "eat.mkv")
    return folder


def test_scenes_are_judged(rooms, tmp_path, capsys):
    """One pair of each kind: every face is found, named and judged, in all four files."""
    words = ["--model", "default", "--out", str(tmp_path), "--rooms", str(rooms)]
    assert main([*words, "--scenes", "1", "--frames", "20"]) == 0
    assert str(tmp_path / "metrics.json") in capsys.readouterr().out
    figures = json.loads((tmp_path / "metrics.json").read_text())
    assert [figures[kind]["tracks"] for kind in KINDS] == [2, 2, 4]
    assert figures["composed"]["found"] > 0.9
    assert figures["composed"]["tracks_judged"] == 8
    assert figures["crossing"]["id_switches"] == 0
    assert 0 <= figures["composed"]["track_auroc"] <= 1
    assert sum(part["tracks"] for part in figures["by_face_px"].values()) == 8
    assert figures["clips"]["tracks"] == 1
    with open(tmp_path / "tracks.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["kind"] for row in rows].count("crossing") == 4
    assert {row["label"] for row in rows} == {"real", "fake"}
    for label in ("real", "fake"):
        assert cv2.imread(str(tmp_path / f"contact_{label}.png")).std() > 20


def test_a_missing_folder_and_an_empty_one_are_named(tmp_path, capsys):
    words = ["--model", "default", "--out", str(tmp_path / "out"), "--real", str(tmp_path)]
    assert main([*words, "--fake", str(tmp_path / "nowhere"), "--rooms", str(tmp_path)]) == 2
    assert "nowhere: no such folder" in capsys.readouterr().err
    assert main([*words, "--fake", str(tmp_path), "--rooms", str(tmp_path)]) == 2
    assert f"{tmp_path} must hold video clips" in capsys.readouterr().err


def test_a_portrait_that_is_not_square_is_named(rooms, tmp_path, capsys):
    folder = tmp_path / "portraits"
    folder.mkdir()
    cv2.imwrite(str(folder / "wide.png"), np.zeros((40, 60, 3), np.uint8))
    words = ["--real", str(folder), "--fake", str(folder), "--rooms", str(rooms)]
    assert main([*words, "--model", "default", "--out", str(tmp_path / "out")]) == 2
    assert "wide.png: not a square picture" in capsys.readouterr().err

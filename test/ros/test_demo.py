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

"""The demo as `make demo` runs it, ending by itself."""

from __future__ import annotations

import subprocess

import cv2

from fakeface_ros.node.processes import executable_path

DEMO = executable_path("demo")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [str(DEMO), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_demo_prints_verdicts_and_saves_picture_and_video(ros, portrait_file, tmp_path):
    done = run("--source", portrait_file, "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if "ms" in line.split()]
    assert rows
    assert rows[0][2] in ("real", "fake")
    assert cv2.imread(str(tmp_path / "annotated.png")).shape == (512, 512, 3)
    assert cv2.VideoCapture(str(tmp_path / "annotated.mp4")).read()[0]


def test_demo_says_why_it_failed(ros, tmp_path):
    corrupt = tmp_path / "corrupt.jpg"
    corrupt.write_bytes(b"no picture")
    done = run("--source", corrupt, "--out", tmp_path)
    assert done.returncode == 1
    assert "FAILED: image_source ended with code 1" in done.stderr
    assert "not an image that can be decoded" in done.stderr


def test_demo_refuses_a_source_that_is_not_there(ros, tmp_path):
    done = run("--source", tmp_path / "nothing.mp4", "--out", tmp_path)
    assert done.returncode == 2
    assert "there is no" in done.stderr

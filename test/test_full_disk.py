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

"""What the command writes to a full disk is an error in one line, and leaves nothing half."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own with 64 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Eight frames that cannot be packed."""
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10.0, (320, 240))
    random = np.random.default_rng(0)
    for _ in range(8):
        writer.write(random.integers(0, 256, (240, 320, 3), np.uint8))
    writer.release()
    return path


def check(*arguments: str, stdout: object = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "fakeface_ros", "check", *arguments]
    return subprocess.run(
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, timeout=120
    )


def test_a_picture_is_whole_or_not_there(small_disk, portrait_file):
    done = check(str(portrait_file), "--annotate", str(small_disk))
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(small_disk.iterdir()) == []


def test_a_video_is_whole_or_not_there(small_disk, clip):
    done = check(str(clip), "--annotate", str(small_disk))
    assert done.returncode == 2
    assert "clip.mp4 could not be written whole: is there space left on its disk?" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(small_disk.iterdir()) == []


def test_a_recording_of_verdicts_is_whole_or_not_there(small_disk, clip):
    (small_disk / "ballast").write_bytes(bytes(40_000))
    folder = small_disk / "verdicts"
    done = check(str(clip), "--verdict-recording", str(folder))
    assert done.returncode == 2
    assert f"{folder} could not be written whole: " in done.stderr
    assert "full" in done.stderr or "No space" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [p.name for p in small_disk.iterdir()] == ["ballast"]


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_verdicts_into_a_full_disk_are_an_error(portrait_file, arguments):
    if not os.path.exists("/dev/full"):
        pytest.skip("/dev/full is not here")
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = check(str(portrait_file), *arguments, stdout=full)
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["fakeface: [Errno 28] No space left on device"]


def test_a_reader_that_has_had_enough_is_no_complaint(portrait_file):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = check(str(portrait_file), stdout=pipe)
    assert done.returncode == 2
    assert done.stderr == ""

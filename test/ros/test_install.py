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

"""Setting up the environment: what is missing is said in one line, and headers are found."""

from __future__ import annotations

import importlib.util
import sysconfig
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "requirements" / "install.py"


@pytest.fixture
def install():
    spec = importlib.util.spec_from_file_location("install", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_this_machine_is_fit(install):
    install.check_machine()


def test_what_is_missing_is_said_in_one_line(install, monkeypatch, tmp_path):
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(install.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"sudo apt-get install python3-venv python3-dev g\+\+$"):
        install.check_machine()


@pytest.mark.parametrize("version", [(3, 9), (3, 14)])
def test_other_pythons_are_refused(install, monkeypatch, version):
    monkeypatch.setattr(install.sys, "version_info", (*version, 0))
    with pytest.raises(SystemExit, match=r"Python 3.10 to 3.13 is needed.*make PYTHON="):
        install.check_machine()


def test_headers_of_the_building_machine_become_our_own(install, tmp_path):
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{install.sys.executable}" "$@"\n')
    python.chmod(0o755)
    cmake = tmp_path / "share" / "some_msgs" / "cmake" / "export.cmake"
    cmake.parent.mkdir(parents=True)
    cmake.write_text(
        'DIRS "${_IMPORT_PREFIX}/include;/opt/python/cp311-cp311/include/python3.11;'
        '/opt/python/cp311-cp311/lib/python3.11/site-packages/numpy/_core/include"\n'
    )
    assert install.point_to_own_headers(tmp_path) == 1
    include = sysconfig.get_path("include")
    expected = f'DIRS "${{_IMPORT_PREFIX}}/include;{include};{np.get_include()}"\n'
    assert cmake.read_text() == expected
    assert install.point_to_own_headers(tmp_path) == 0


def test_failing_command_shows_the_end_of_what_it_wrote(install, tmp_path):
    log = tmp_path / "log"
    with pytest.raises(SystemExit, match=r"(?s)no luck.*failed \(3\)"):
        install.run(["sh", "-c", "echo no luck; exit 3"], log)


def test_the_environment_extends_a_workspace(install, tmp_path):
    import subprocess

    install.write_local_setup(tmp_path)
    script = f'AMENT_PREFIX_PATH=/a; . {tmp_path}/local_setup.sh; echo "$AMENT_PREFIX_PATH"'
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"{tmp_path}:/a\n"

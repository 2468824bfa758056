#!/usr/bin/env python3

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

"""Sets up the virtual environment that `make` works in.

    python3 requirements/install.py ENVIRONMENT REQUIREMENTS... [--editable]

Creates the environment where it is missing and installs pinned requirement files into it. The
CMake files of the ROS 2 wheels name the Python and NumPy headers of the machine that built them;
here they get those of this environment. Needs nothing but Python's standard library.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST, NEWEST = (3, 10), (3, 13)
INCLUDE_FOLDERS = re.compile(
    r"(?P<numpy>[^\s;\"<>:]*/numpy/(?:_core|core)/include)|(?P<python>/opt/python/cp3[^\s;\"<>:]*)"
)


def say(text: str) -> None:
    """Print a line of progress."""
    print(f"[setup] {text}", flush=True)


def check_machine() -> None:
    """End with one line that says what to do where this machine cannot build the package."""
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        sys.exit(
            f"[setup] Python 3.10 to 3.13 is needed and {sys.executable} is "
            f"{version[0]}.{version[1]}: name another one with `make PYTHON=python3.12 ...`"
        )
    packages = []
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        packages.append("python3-venv")
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        packages.append("python3-dev")
    if not shutil.which(os.environ.get("CXX", "g++")):
        packages.append("g++")
    if packages:
        sys.exit(f"[setup] something is missing: sudo apt-get install {' '.join(packages)}")


def run(command: list[str | Path], log: Path) -> None:
    """Run a command; where it fails, show the end of what it wrote and exit."""
    with log.open("a", encoding="utf-8") as file:
        code = subprocess.run(
            command, stdout=file, stderr=subprocess.STDOUT, check=False
        ).returncode
    if code:
        end = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        sys.exit(
            f"{end}\n[setup] failed ({code}): {' '.join(map(str, command))}\n"
            f"[setup] everything it wrote: {log}"
        )


def point_to_own_headers(environment: Path) -> int:
    """Rewrite the include folders in the wheels' CMake files; returns how many files changed."""
    python = environment / "bin" / "python"
    script = (
        "import numpy, sysconfig; print(sysconfig.get_path('include')); print(numpy.get_include())"
    )
    own = subprocess.run([python, "-c", script], check=True, capture_output=True, text=True)
    include, numpy_include = own.stdout.split("\n")[:2]
    changed = 0
    for path in environment.glob("share/*/cmake/*.cmake"):
        text = path.read_text(encoding="utf-8")
        new = INCLUDE_FOLDERS.sub(lambda m: numpy_include if m["numpy"] else include, text)
        if new != text:
            path.write_text(new, encoding="utf-8")
            changed += 1
    return changed


def write_local_setup(environment: Path) -> None:
    """Make the environment a ROS 2 installation that a workspace's setup.bash can build upon."""
    lines = [f"# Written by {Path(__file__).name}: what ROS 2's own setup files would set."]
    lines += [f'export PATH="{environment}/bin:$PATH"']
    for name in ("AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH"):
        lines += [f'export {name}="{environment}${{{name}:+:${name}}}"']
    for shell in ("bash", "sh", "zsh"):
        (environment / f"local_setup.{shell}").write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("environment", type=Path)
    parser.add_argument("requirements", type=Path, nargs="+")
    parser.add_argument(
        "--editable",
        action="store_true",
        help="also install this repository, so that bin/fakeface works",
    )
    arguments = parser.parse_args()
    check_machine()
    started = time.monotonic()
    environment: Path = arguments.environment.resolve()
    python = environment / "bin" / "python"
    log = ROOT / "build" / f"setup-{environment.name.lstrip('.')}.log"
    log.parent.mkdir(exist_ok=True)
    if not python.is_file():
        say(f"creating {arguments.environment} with Python {sys.version.split()[0]}")
        run([sys.executable, "-m", "venv", environment], log)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    for requirements in arguments.requirements:
        pins = [
            line
            for line in requirements.read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")
        ]
        say(f"installing {len(pins)} pinned packages of {requirements} and what they need")
        run([*pip, "-r", requirements], log)
    if changed := point_to_own_headers(environment):
        say(f"pointed {changed} CMake files of the ROS 2 wheels to this environment's headers")
    write_local_setup(environment)
    if arguments.editable:
        run([*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT], log)
    say(f"{arguments.environment} is ready after {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()

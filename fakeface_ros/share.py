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

"""Where models/ and msg/ lie: beside the package in a checkout, under share/ where installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def share_directories(name: str) -> list[Path]:
    """Folders of that name, those to look into first first: "models", "msg"."""
    checkout = Path(__file__).resolve().parents[1]
    prefixes = [Path(p) for p in os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if p]
    shares = [prefix / "share" / "fakeface_ros" for prefix in [*prefixes, Path(sys.prefix)]]
    return [share / name for share in [checkout, *shares] if (share / name).is_dir()]

# SPDX-License-Identifier: Apache-2.0
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

# SPDX-License-Identifier: Apache-2.0
"""The benchmark's modules import each other as beside a program; so do its tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

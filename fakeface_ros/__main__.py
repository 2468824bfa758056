# SPDX-License-Identifier: Apache-2.0
"""The command `fakeface`, also as `python -m fakeface_ros`."""

from __future__ import annotations

import sys

from fakeface_ros.process_settings import settle_process


def main() -> int:
    """See cli.main."""
    settle_process()
    from fakeface_ros import cli  # imports numpy, which reads some of these settings

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""Saying a thing once instead of thirty times a second."""

from __future__ import annotations

import time
from collections.abc import Callable

REPEAT_AFTER_S = 60.0


class Throttle:
    """Lets the first message of each kind through, then one a minute with a count."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._said: dict[str, tuple[float, int]] = {}

    def admit(self, kind: str, message: str) -> str | None:
        """The text to log now, or None to keep quiet; kinds must be few."""
        now = self._clock()
        last, held_back = self._said.get(kind, (None, 0))
        if last is not None and now - last < REPEAT_AFTER_S:
            self._said[kind] = (last, held_back + 1)
            return None
        self._said[kind] = (now, 0)
        return (
            f"{message} ({held_back} more since the last such message)" if held_back else message
        )

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

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

"""Images that were published and never came, by the numbers that publishers give them."""

from __future__ import annotations

from collections.abc import Callable


class Losses:
    """Counts the gaps between the numbers of the images that come.

    Each publisher counts its own, and a subscription is not told whose a number is: gaps say
    something where there is one publisher only.
    """

    def __init__(self, publishers: Callable[[], int]):
        """Begin before the first image; `publishers` says how many there are now."""
        self._publishers = publishers
        self._last: int | None = None
        self._is_one_row = True

    def before(self, number: int | None) -> int | None:
        """How many were lost just before an image; None where the middleware gives no number."""
        last, self._last = self._last, number
        if number is None:
            return None
        missing = 0 if last is None else number - last - 1
        if missing < 0:  # of another publisher, or of one that was started again
            self._is_one_row = False
        if missing <= 0:
            return 0
        was_one_row, self._is_one_row = self._is_one_row, self._publishers() == 1
        return missing if was_one_row and self._is_one_row else 0

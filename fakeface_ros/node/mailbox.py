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

"""A mailbox with one place: who takes from it gets the newest, and nothing piles up."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """Holds the newest item between the thread that receives and the one that works.

    A queue would hand out verdicts about ever older images where the camera is faster than the
    detector. Here an item that nobody took gives way to the next one.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: Item | None = None
        self._closed = False

    def put(self, item: Item) -> bool:
        """Leave an item; returns whether one was dropped: an older one, or this if closed."""
        with self._changed:
            if self._closed:
                return True
            dropped = self._item is not None
            self._item = item
            self._changed.notify()
            return dropped

    def take(self, timeout_s: float | None = None) -> Item | None:
        """Wait for the newest item; None after timeout_s, or at once where closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._item is not None, timeout_s)
            item, self._item = self._item, None
            return item

    def close(self) -> None:
        """Discard what lies there and let every taker go."""
        with self._changed:
            self._closed = True
            self._item = None
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether close() was called."""
        with self._changed:
            return self._closed

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

"""The thread that does the work, so that the executor stays free to receive and answer."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Generic, TypeVar

from fakeface_ros.node.mailbox import Mailbox
from fakeface_ros.process_settings import step_back

Item = TypeVar("Item")


class Worker(Generic[Item]):
    """Takes the newest item from a mailbox and handles it, until it is stopped.

    Whatever `handle` raises goes to `on_error` and the thread goes on with the next item, also
    where that raises in turn: one bad image must not silence a robot's node.

    The thread is nicer by `niceness` than the one that starts it. Where it kept the middleware's
    threads waiting, a camera would write over the pieces of a large image before they are taken.
    """

    def __init__(
        self,
        handle: Callable[[Item], None],
        on_error: Callable[[Exception], None],
        niceness: int = 0,
    ) -> None:
        self.mailbox: Mailbox[Item] = Mailbox()
        self._handle = handle
        self._on_error = on_error
        self._niceness = niceness
        self._thread = threading.Thread(target=self._run, name="fakeface-worker", daemon=True)

    def start(self) -> None:
        """Start the thread; once only."""
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> bool:
        """Let the item at hand be finished and end the thread; False where that took too long."""
        self.mailbox.close()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        step_back(self._niceness)
        while not self.mailbox.closed:
            item = self.mailbox.take()
            if item is None:
                continue
            try:
                self._handle(item)
            except Exception as error:
                self._report(error)
            del item  # or a large image would be kept until the next has come

    def _report(self, error: Exception) -> None:
        try:
            self._on_error(error)
        except Exception:  # the thread must outlive whatever happens while an error is told
            traceback.print_exc()

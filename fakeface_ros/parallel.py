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

"""Work shared among threads, each of which runs whole networks on one core.

Where one network call is itself shared among cores, ONNX Runtime wakes its threads for each of a
network's operations, which for small networks costs more than it wins. Woken once for each level
of a pyramid, two threads take little more than half.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import pairwise
from queue import SimpleQueue
from typing import TypeVar

import cv2

from fakeface_ros.process_settings import current_core

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """Threads that help the caller, who works beside them. Use one from one thread at a time.

    Attributes:
        count: threads at work, the caller's among them.
    """

    def __init__(self, threads: int = 0):
        """Take so many threads; 0 takes one for every core that this process may use."""
        self.count = thread_count(threads)
        self._helper_ids: list[int] = []
        self._helpers = (
            ThreadPoolExecutor(
                self.count - 1, "fakeface-helper", _begin, (self._helper_ids, _cores())
            )
            if self.count > 1
            else None
        )

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
        """The function's results, in the order of the items.

        Where the items are a generator's, the caller makes them all before it works on any, while
        helpers work on those that are made. Items are begun in their order, so the longest should
        come first. When an exception is raised no thread is at work on them any more.
        """
        if self._helpers is None or (isinstance(items, Sized) and len(items) < 2):
            return [function(item) for item in list(items)]
        left: SimpleQueue[tuple[int, Item] | None] = SimpleQueue()
        results: dict[int, Result] = {}
        failed = threading.Event()

        def work() -> None:
            try:
                while (numbered := left.get()) is not None:
                    if not failed.is_set():
                        results[numbered[0]] = function(numbered[1])
            except BaseException:
                failed.set()
                raise

        helpers = (min(self.count, len(items)) if isinstance(items, Sized) else self.count) - 1

        def hand_out() -> None:
            try:
                for numbered in enumerate(items):
                    left.put(numbered)
            except BaseException:
                failed.set()
                raise
            finally:
                for _ in range(helpers + 1):  # an end for each thread
                    left.put(None)

        with self._on_other_cores():
            futures = [self._helpers.submit(work) for _ in range(helpers)]
            try:
                hand_out()
                work()
            finally:
                begun = [future for future in futures if not future.cancel()]
                wait(begun)
        for future in begun:
            future.result()  # raises what was raised in it
        return [results[number] for number in range(len(results))]

    @contextlib.contextmanager
    def _on_other_cores(self) -> Iterator[None]:
        """Keep the caller to the core that it is on, and helpers to all others.

        In a virtual machine the kernel may take an idle core for one that the host has taken away,
        and wake a thread on the busy core of another, where it waits for milliseconds. Of two
        cores the caller takes the first: ONNX Runtime keeps its own thread to the second.
        """
        # OpenCV's threads, where it has any, might be born in here and be kept to a core for ever.
        core = current_core()
        if core is None or cv2.getNumThreads() > 1:
            yield
            return
        cores = os.sched_getaffinity(0)
        own = min(cores) if len(cores) == 2 else core
        if cores <= {own}:
            yield
            return
        for thread_id in self._helper_ids:
            _keep(thread_id, cores - {own})
        _keep(0, {own})
        try:
            yield
        finally:
            _keep(0, cores)


def thread_count(asked: int = 0) -> int:
    """So many as are asked for; for 0, one for every core that this process may use."""
    return asked or len(_cores())


def shares(count: int, parts: int) -> list[range]:
    """range(count) in so many ranges of nearly the same size; some are empty if parts > count."""
    ends = [count * number // parts for number in range(parts + 1)]
    return [range(start, end) for start, end in pairwise(ends)]


def _begin(helper_ids: list[int], cores: set[int]) -> None:
    """In a helper that was just started, and has the one core that its maker is kept to.

    It must not refer to its Workers, which would then never be let go of.
    """
    helper_ids.append(threading.get_native_id())
    _keep(0, cores)


def _keep(thread_id: int, cores: set[int]) -> None:
    """A thread, 0 for the calling one, to these cores; where that is not allowed, it stays."""
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(thread_id, cores)


def _cores() -> set[int]:
    """That this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))

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

"""What a program that judges frames asks of its own process, most of it before all else."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)
_KEPT_BYTES = 128 << 20
_LARGEST_ON_HEAP_BYTES = 32 << 20  # the most that glibc allows
_LIBRARY = ctypes.CDLL(None)  # the C library


def settle_process() -> None:
    """Settings for many short frames; call it before numpy is imported.

    - One thread for NumPy's matrix products and for OpenCV: their work is small, and woken threads
      cost more than they win, most of all on a busy robot.
    - Freed memory is kept for the next frame. The C library would give it back at the end of each
      frame and fetch it again page by page: 2,000 page faults, up to 3 ms, for a 640 x 480 frame.
    - One heap for all threads. malloc_trim leaves the ends of other threads' heaps as they are, of
      which there are up to eight a core: with each model loaded another of them grew by 3 MB.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")
    if hasattr(_LIBRARY, "mallopt"):  # glibc's; other C libraries have none
        _LIBRARY.mallopt(_MMAP_THRESHOLD, _LARGEST_ON_HEAP_BYTES)
        _LIBRARY.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        _LIBRARY.mallopt(_ARENA_MAX, 1)


def give_back_memory() -> None:
    """Once networks or a worker are let go of: free what only refers to itself, and what is kept.

    A worker and who made it refer to each other, so that without this networks and their threads
    live on until Python happens to look for such circles.
    """
    gc.collect()
    trim_heap()


def trim_heap() -> None:
    """Give back what of the heap is free: 2 to 5 ms, and 5 to 15 ms more for the next frame.

    Frames that come and go beside what is needed for judging them leave gaps, and now and then a
    frame fits none of them: without this a process grew by 3 MB at a time, ever more rarely.
    """
    if hasattr(_LIBRARY, "malloc_trim"):
        _LIBRARY.malloc_trim(0)


def step_back(niceness: int) -> None:
    """Let the calling thread, and those that it starts from now on, give way to others.

    Nothing changes where threads have no niceness of their own, which is Linux's way alone.

    Args:
        niceness: how much nicer than it is now, as nice(1) counts; 19 is the most there is.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        now = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, now + niceness)


def current_core() -> int | None:
    """The core that the calling thread is on; None where the C library does not say."""
    return _LIBRARY.sched_getcpu() if hasattr(_LIBRARY, "sched_getcpu") else None

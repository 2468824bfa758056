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

"""Memory freed after one frame serves the next, and NumPy's products take one thread."""

import ctypes
import os
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from fakeface_ros.process_settings import give_back_memory, step_back

PAGE_FAULTS_OF_FRAMES = """
import resource, sys
{first}
import numpy as np
def frame():
    pieces = [np.ones(n << 18, np.float32) for n in (6, 5, 4, 3)]
for _ in range(3): frame()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10): frame()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
SETTLE = "from fakeface_ros.process_settings import settle_process; settle_process()"


def page_faults(first: str) -> int:
    program = PAGE_FAULTS_OF_FRAMES.format(first=first)
    command = [sys.executable, "-c", program]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="needs glibc's mallopt")
def test_memory_is_kept_from_frame_to_frame():
    assert page_faults(SETTLE) < 0.1 * page_faults("")


def test_matrix_products_take_one_thread_unless_the_user_says_otherwise():
    program = f"{SETTLE}; import os; print(os.environ['OPENBLAS_NUM_THREADS'])"
    command = [sys.executable, "-c", program]
    for env, wanted in (({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")):
        said = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
        assert said.stdout.strip() == wanted


def test_memory_is_given_back_with_what_refers_to_itself():
    """Also callable where there is nothing to give back."""

    class Owner:
        def __init__(self) -> None:
            self.itself = self

    owner = weakref.ref(Owner())
    assert owner() is not None
    give_back_memory()
    assert owner() is None


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own")
def test_a_thread_steps_back_with_those_that_it_starts_and_no_other():
    def step_back_and_start() -> tuple[int, int]:
        step_back(3)
        with ThreadPoolExecutor(1) as started:
            return niceness(), started.submit(niceness).result()

    own = niceness()
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(step_back_and_start).result() == (min(own + 3, 19),) * 2
    assert niceness() == own


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own")
def test_the_nicest_stays_the_nicest():
    with ThreadPoolExecutor(1) as thread:
        thread.submit(step_back, 19).result()
        thread.submit(step_back, 5).result()
        assert thread.submit(niceness).result() == 19

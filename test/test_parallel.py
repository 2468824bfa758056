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

"""Work is shared among threads, in order, and nothing of it goes on after an exception."""

import os
import threading
import time

import cv2
import pytest

from fakeface_ros.parallel import Workers


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_results_come_in_the_order_of_the_items(threads, count):
    def square(number):
        time.sleep(0.001 * (number % 3))
        return number**2

    workers = Workers(threads)
    wanted = [number**2 for number in range(count)]
    assert workers.map(square, range(count)) == wanted
    assert workers.map(square, iter(range(count))) == wanted


def test_helper_and_caller_work_at_the_same_time():
    both = threading.Barrier(2, timeout=10)
    threads = Workers(2).map(lambda _: (both.wait(), threading.get_ident())[1], range(2))
    assert len(set(threads)) == 2
    assert threading.get_ident() in threads


def test_a_helper_begins_before_the_last_item_is_made():
    begun = threading.Event()

    def items():
        yield 0
        assert begun.wait(10)
        yield 1

    Workers(2).map(lambda _: begun.set(), items())


@pytest.mark.parametrize("bad", [0, 7])
def test_an_exception_is_raised_once_nothing_is_at_work_any_more(bad):
    at_work = []

    def work(number):
        at_work.append(number)
        time.sleep(0.01)
        at_work.remove(number)
        if number == bad:
            raise ValueError(f"item {number}")

    workers = Workers(3)
    with pytest.raises(ValueError, match=f"item {bad}"):
        workers.map(work, range(8))
    assert at_work == []
    assert workers.map(str, range(2)) == ["0", "1"]


def test_an_exception_of_the_generator_is_raised_too():
    def items():
        yield 0
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        Workers(2).map(str, items())


def test_after_an_exception_nothing_more_is_begun():
    begun = []

    def work(number):
        begun.append(number)
        if number == 0:
            raise ValueError("the first")
        time.sleep(0.01)

    with pytest.raises(ValueError, match="the first"):
        Workers(2).map(work, range(1000))
    assert len(begun) < 100


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="threads cannot be kept to cores")
def test_caller_and_helpers_keep_apart_and_get_all_cores_back(monkeypatch):
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        pytest.skip("needs two cores")
    monkeypatch.setattr(cv2, "getNumThreads", lambda: 1)
    both = threading.Barrier(2, timeout=10)

    def where(_):
        both.wait()
        return threading.get_ident(), frozenset(os.sched_getaffinity(0))

    workers = Workers(2)
    workers.map(where, range(2))  # the helper is started here
    seen = dict(workers.map(where, range(2)))
    own = seen.pop(threading.get_ident())
    assert list(seen.values()) == [cores - own]
    assert len(own) == 1
    assert os.sched_getaffinity(0) == cores


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="threads keep to no core anyway")
def test_where_threads_may_not_be_kept_to_cores_they_work_all_the_same(monkeypatch):
    def refuse(thread_id, cores):
        raise PermissionError

    monkeypatch.setattr(cv2, "getNumThreads", lambda: 1)
    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    workers = Workers(2)
    for _ in range(2):
        assert workers.map(str, range(3)) == ["0", "1", "2"]


def test_helpers_end_with_the_workers():
    before = set(threading.enumerate())
    workers = Workers(3)
    workers.map(str, range(9))
    helpers = set(threading.enumerate()) - before
    assert helpers
    del workers
    for helper in helpers:
        helper.join(10)
        assert not helper.is_alive()

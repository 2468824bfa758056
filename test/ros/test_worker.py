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

"""The worker goes on after an error, and stops when told."""

import threading

from fakeface_ros.node.worker import Worker


def test_an_error_is_reported_and_the_next_item_handled():
    errors: list[Exception] = []
    done = threading.Event()

    def handle(item: str) -> None:
        if item == "bad":
            raise KeyError(item)
        done.set()

    worker = Worker(handle, errors.append)
    worker.start()
    worker.mailbox.put("bad")
    while not errors:
        done.wait(0.01)
    worker.mailbox.put("good")
    assert done.wait(10)
    assert [type(e) for e in errors] == [KeyError]
    assert worker.stop()


def test_an_error_while_an_error_is_told_does_not_end_the_thread(capsys):
    done = threading.Event()

    def handle(item: str) -> None:
        if item == "bad":
            raise KeyError(item)
        done.set()

    def on_error(error: Exception) -> None:
        told.set()
        raise OSError("the log cannot be written")

    told = threading.Event()
    worker = Worker(handle, on_error)
    worker.start()
    worker.mailbox.put("bad")
    assert told.wait(10)
    worker.mailbox.put("good")
    assert done.wait(10)
    assert worker.stop()
    assert "the log cannot be written" in capsys.readouterr().err


def test_stop_lets_the_item_at_hand_be_finished():
    begun, go_on, finished = threading.Event(), threading.Event(), threading.Event()

    def handle(_: int) -> None:
        begun.set()
        go_on.wait(10)
        finished.set()

    worker = Worker(handle, lambda error: None)
    worker.start()
    worker.mailbox.put(1)
    assert begun.wait(10)
    assert not worker.stop(timeout_s=0.05)
    go_on.set()
    assert worker.stop()
    assert finished.is_set()

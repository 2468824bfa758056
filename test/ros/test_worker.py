# SPDX-License-Identifier: Apache-2.0
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

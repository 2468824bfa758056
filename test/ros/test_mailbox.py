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

"""Who takes gets the newest, nothing piles up, and closing lets everybody go."""

import threading
import time

from fakeface_ros.node.mailbox import Mailbox


def test_the_newest_item_is_taken_and_the_others_are_dropped():
    mailbox = Mailbox[int]()
    assert [mailbox.put(i) for i in range(3)] == [False, True, True]
    assert mailbox.take() == 2
    assert mailbox.put(3) is False


def test_take_waits_for_an_item():
    mailbox = Mailbox[str]()
    timer = threading.Timer(0.05, mailbox.put, ["late"])
    timer.start()
    assert mailbox.take(timeout_s=10) == "late"


def test_take_gives_up_after_its_time():
    start = time.monotonic()
    assert Mailbox[int]().take(timeout_s=0.05) is None
    assert 0.04 < time.monotonic() - start < 5


def test_close_wakes_the_taker_and_discards():
    mailbox = Mailbox[int]()
    taken: list[int | None] = []
    thread = threading.Thread(target=lambda: taken.append(mailbox.take()))
    thread.start()
    mailbox.close()
    thread.join(10)
    assert taken == [None]
    assert mailbox.put(1) is True
    assert mailbox.take() is None
    assert mailbox.closed

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

"""Counts, rates and latencies, by a clock that may be simulated."""

import math

import numpy as np
import pytest

from fakeface_ros.node.counting import OLDEST_STAMP_S, Counts, latency_ms
from fakeface_ros.results import Face, FrameResult, Verdict

S = 10**9


@pytest.mark.parametrize(
    ("stamp", "arrived", "now", "steady", "expected_ms"),
    [
        (100 * S, 100 * S + S // 10, 100 * S + S // 4, S * 3 // 20, 250.0),
        (0, 100 * S, 100 * S + S // 4, S // 4, 250.0),  # no stamp
        (101 * S, 100 * S, 100 * S + S // 4, S // 4, 250.0),  # from the future
        (int((99 - OLDEST_STAMP_S) * S), 100 * S, 100 * S + S // 4, S // 4, 250.0),  # other clock
        (-5, 100 * S, 100 * S, 0, 0.0),
        (100 * S, 101 * S, 102 * S, S // 10, 2000.0),  # simulated time runs ten times as fast
        (100 * S, 101 * S, 50 * S, S // 10, 1100.0),  # the clock jumped back meanwhile
        (100 * S, 101 * S, 900 * S, S // 10, 1100.0),  # or ahead
    ],
)
def test_latency_goes_by_the_stamp_where_that_can_be(stamp, arrived, now, steady, expected_ms):
    assert latency_ms(stamp, arrived, now, steady) == expected_ms


def result(*verdicts: Verdict) -> FrameResult:
    points = np.zeros((5, 2), np.float32)
    faces = [Face((0, 0, 9, 9), points, 0.9, verdict=v) for v in verdicts]
    for face in faces:
        face.reason = "too small" if face.verdict is Verdict.UNKNOWN else ""
    return FrameResult("", 0, 640, 480, faces)


def test_rates_and_recent_counts():
    counts = Counts()
    counts.start(0.0)
    counts.read(0.0)
    for index in range(20):
        counts.received(index / 10, dropped=index % 2 == 1)
    counts.processed(result(Verdict.REAL, Verdict.FAKE), 40.0)
    counts.processed(result(Verdict.UNKNOWN), 60.0)
    counts.error("refused", "bad step")
    counts.lost(6)
    reading = counts.read(2.0)
    assert reading.counts["dropped"] == 10
    assert reading.rates_hz == {"received": 10.0, "processed": 1.0, "lost": 3.0}
    assert reading.latency_ms[0] == 50.0
    assert reading.recent["refused"] == 1
    assert reading.last_error == "bad step"
    assert [reading.counts[k] for k in ("real", "fake", "unknown", "unknown: too small")] == [
        1
    ] * 4
    assert counts.read(3.0).recent["refused"] == 0


def test_silence_lasts_from_the_start_or_the_last_image():
    counts = Counts()
    counts.start(10.0)
    assert counts.read(13.0).silence_s == 3.0
    counts.received(13.5, dropped=False)
    assert counts.read(14.0).silence_s == 0.5


def test_a_clock_that_jumps_back_starts_again():
    counts = Counts()
    counts.start(1000.0)
    counts.received(1000.5, dropped=False)
    counts.read(1001.0)
    reading = counts.read(5.0)
    assert reading.silence_s == 0.0
    assert reading.rates_hz["received"] == 0.0
    assert counts.read(8.0).silence_s == 3.0


def test_latency_is_not_known_before_the_first_image():
    assert all(math.isnan(value) for value in Counts().read(0.0).latency_ms)

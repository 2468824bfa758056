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

"""What the node counts and measures, fed by two threads and read by a third."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass, field

import numpy as np

from fakeface_ros.results import FrameResult

_WINDOW_S = 5.0
_LATENCIES = 100

OLDEST_STAMP_S = 10.0
"""A stamp further back than this is taken to be of another clock (a bag, an unsynchronised
camera), and so is one in the future."""


def latency_ms(stamp_ns: int, arrived_ns: int, now_ns: int, steady_ns: int) -> float:
    """Age of an image when its verdict is ready, in milliseconds.

    Args:
        stamp_ns, arrived_ns, now_ns: of the image, of its arrival and of its verdict, by the
            node's clock. The stamp counts where it can be of this clock.
        steady_ns: from arrival to verdict by a clock that never jumps; it counts where the node's
            clock, being simulated or set, went back or far ahead meanwhile.
    """
    age_ns = arrived_ns - stamp_ns
    if not (stamp_ns > 0 and 0 <= age_ns <= OLDEST_STAMP_S * 1e9):
        age_ns = 0
    worked_ns = now_ns - arrived_ns
    if not 0 <= worked_ns <= steady_ns + OLDEST_STAMP_S * 1e9:
        worked_ns = steady_ns
    return (age_ns + worked_ns) / 1e6


@dataclass(frozen=True)
class Reading:
    """The counts at one time.

    Attributes:
        counts: received, processed, dropped, refused, failed images; real, fake, unknown faces;
            "unknown: reason" faces for each reason; lost images only where it is known.
        rates_hz: received, processed and lost images per second over the last seconds.
        recent: how much each count grew since the reading before.
        silence_s: seconds without an image, from the start where none ever came.
        latency_ms: median and 95th percentile over the last 100 images; NaN before the first.
        last_error: the last reason why something was refused or failed, or "".
    """

    counts: Counter[str]
    rates_hz: dict[str, float]
    recent: Counter[str]
    silence_s: float
    latency_ms: tuple[float, float]
    last_error: str


@dataclass
class Counts:
    """Thread-safe counters. Times are seconds of the node's clock, which may be simulated."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _counts: Counter[str] = field(default_factory=Counter)
    _latencies: deque[float] = field(default_factory=lambda: deque(maxlen=_LATENCIES))
    _history: deque[tuple[float, Counter[str]]] = field(default_factory=deque)
    _before: Counter[str] = field(default_factory=Counter)
    _last_image_s: float = 0.0
    _last_error: str = ""

    def start(self, now_s: float) -> None:
        """Silence and rates are measured from here, also where the clock has jumped to."""
        with self._lock:
            self._last_image_s = now_s
            self._history.clear()

    def note(self, message: str) -> None:
        """Something else than an image went wrong."""
        with self._lock:
            self._last_error = message

    def received(self, now_s: float, dropped: bool) -> None:
        """An image came in; dropped: an older one gave way to it."""
        with self._lock:
            self._counts["received"] += 1
            self._counts["dropped"] += dropped
            self._last_image_s = now_s

    def lost(self, count: int) -> None:
        """So many images, or none, never came before one that did."""
        with self._lock:
            self._counts["lost"] += count

    def processed(self, result: FrameResult, latency: float) -> None:
        """An image was judged, latency in milliseconds."""
        with self._lock:
            self._counts["processed"] += 1
            self._latencies.append(latency)
            for face in result.faces:
                self._counts[face.verdict.label] += 1
                if face.reason:
                    self._counts[f"unknown: {face.reason}"] += 1

    def error(self, kind: str, message: str) -> None:
        """An image was "refused" (its own fault) or "failed" (the node's)."""
        with self._lock:
            self._counts[kind] += 1
            self._last_error = message

    def read(self, now_s: float) -> Reading:
        """The counts now; call it about once a second."""
        with self._lock:
            if self._history and now_s < self._history[-1][0]:  # the clock jumped back
                self._history.clear()
                self._last_image_s = now_s
            now = self._counts.copy()
            before, self._before = self._before, now
            self._history.append((now_s, now))
            while len(self._history) > 2 and now_s - self._history[0][0] > _WINDOW_S:
                self._history.popleft()
            past_s, past = self._history[0]
            span_s = now_s - past_s
            latencies = list(self._latencies) or [np.nan]
            return Reading(
                counts=now.copy(),
                rates_hz={
                    name: (now[name] - past[name]) / span_s if span_s > 0 else 0.0
                    for name in ("received", "processed", "lost")
                },
                recent=now - before,
                silence_s=max(now_s - self._last_image_s, 0.0),
                latency_ms=tuple(np.percentile(latencies, (50, 95)).tolist()),
                last_error=self._last_error,
            )

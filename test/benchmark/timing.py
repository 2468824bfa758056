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

"""What is said of repeated measurements."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Summary:
    """Of n measurements: median, 95th percentile, and quartiles as the spread."""

    n: int
    median: float
    p95: float
    low: float
    high: float

    def row(self, unit: str = "ms") -> dict[str, float | str]:
        """As columns of a table."""
        return {
            f"median {unit}": rounded(self.median),
            f"p95 {unit}": rounded(self.p95),
            "quartiles": f"{rounded(self.low):g} to {rounded(self.high):g}",
        }


def summarise(values: Sequence[float] | np.ndarray) -> Summary:
    """Summary of at least one measurement.

    Raises:
        ValueError: there is none.
    """
    if not len(values):
        raise ValueError("there is no measurement to summarise")
    low, median, high, p95 = np.percentile(values, (25, 50, 75, 95)).tolist()
    return Summary(len(values), median, p95, low, high)


def ratios(slow: Sequence[float], fast: Sequence[float], together: int = 1) -> Summary:
    """How many times slower, pair by pair: each pair was measured one right after the other.

    Args:
        slow, fast: as many measurements of each.
        together: so many pairs in a row are one, of the sums of their times: what lasts as long as
            a moment of the machine is slow or fast by chance, and a sum has all its moments.

    Raises:
        ValueError: the sequences differ in length, are empty or are no multiple of `together`.
    """
    if len(slow) != len(fast) or len(slow) % together:
        raise ValueError(
            f"pairs by {together} are needed, got {len(slow)} and {len(fast)} measurements"
        )
    sums = (np.reshape(times, (-1, together)).sum(axis=1) for times in (slow, fast))
    return summarise([a / b for a, b in zip(*sums, strict=True)])


def in_pipeline_times(stamps_ms: Sequence[float], latencies_ms: Sequence[float]) -> np.ndarray:
    """Latency of each image in pipeline times of that moment, from the third image on.

    A pipeline time is half of what passed since the last verdict but one: who takes the newest
    image waits for the run before and its own, 2 at most. Where images pile up it is more, however
    slow or fast the machine is meanwhile.

    Args:
        stamps_ms: when each image was taken, in their order.
        latencies_ms: from there to its verdict.

    Raises:
        ValueError: the sequences differ in length, or there are fewer than three images.
    """
    if len(stamps_ms) != len(latencies_ms) or len(stamps_ms) < 3:
        raise ValueError(f"got {len(stamps_ms)} stamps and {len(latencies_ms)} latencies")
    verdicts_ms = np.asarray(stamps_ms) + latencies_ms
    return 2 * np.asarray(latencies_ms)[2:] / (verdicts_ms[2:] - verdicts_ms[:-2])


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's, for values without ties; -1 to 1."""
    places = np.stack([np.argsort(np.argsort(values)) for values in (a, b)])
    return float(np.corrcoef(places)[0, 1])


def growth(values: Sequence[float], parts: int) -> float:
    """How much larger the median of the last of so many parts is than that of the first.

    Medians, as what is in use comes and goes with each image, and what is free is given back every
    half minute; a leak stays.
    """
    share = max(len(values) // parts, 1)
    return float(np.median(values[-share:]) - np.median(values[:share]))


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Growth of y for each step of x, by least squares."""
    return float(np.polyfit(x, y, 1)[0])


def rounded(value: float, digits: int = 3) -> float:
    """To so many significant digits: more would be noise."""
    return float(f"{value:.{digits}g}")


def timed_ms(call: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1e3


def interleaved_ms(
    calls: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = 2
) -> dict[str, list[float]]:
    """Times of several calls, taken in turn so that a busy moment of the machine meets them all.

    Args:
        calls: by name.
        rounds: measurements of each.
        warm_up: calls of each before that, not measured.

    Returns:
        By name, `rounds` times in milliseconds; those with one index were measured together.
    """
    for call in calls.values():
        for _ in range(warm_up):
            call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    for index in range(rounds):
        names = list(calls)
        for name in names[index % len(names) :] + names[: index % len(names)]:
            times[name].append(timed_ms(calls[name]))
    return times

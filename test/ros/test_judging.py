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

"""An exception in any stage costs one image: it is told, and the next image is judged."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rclpy.node import Node

from fakeface_ros.image_messages import make_converter
from fakeface_ros.node import judging, publishing
from fakeface_ros.node.conversion import to_image
from fakeface_ros.node.counting import Counts
from fakeface_ros.node.judging import Arrival, Judge
from fakeface_ros.node.parameters import SETTINGS, Parameters
from fakeface_ros.node.publishing import Outputs
from fakeface_ros.node.worker import Worker
from fakeface_ros.pipeline import Pipeline


class Bench:
    """The judge and its worker, as the node puts them together, without the node around them."""

    def __init__(self) -> None:
        self.node = Node("judging", namespace="/judging")
        parameters = Parameters.from_values({s.name: s.default for s in SETTINGS})
        self.counts = Counts()
        self.outputs = Outputs(self.node)
        self.pipeline = Pipeline(parameters.pipeline)
        logger, clock = self.node.get_logger(), self.node.get_clock()
        self.judge = Judge(
            self.pipeline, parameters, make_converter(), self.outputs, self.counts, clock, logger
        )
        self.worker = Worker(self.judge.judge, self.judge.on_error)
        self.worker.start()

    def judged(self, message: Any) -> Counter[str]:
        """Counts after one more image was dealt with."""
        before = self._dealt_with()
        self.worker.mailbox.put(Arrival(message, 0))
        deadline = time.monotonic() + 30
        while self._dealt_with() == before:
            assert time.monotonic() < deadline, "the image was not dealt with in 30 s"
            time.sleep(0.01)
        return self.counts.read(0).counts

    def _dealt_with(self) -> int:
        counts = self.counts.read(0).counts
        return counts["processed"] + counts["refused"] + counts["failed"]

    def close(self) -> None:
        assert self.worker.stop()
        self.outputs.destroy()
        self.node.destroy_node()


@pytest.fixture
def bench(ros: None) -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


STAGES: dict[str, Callable[[Bench], tuple[Any, str]]] = {
    "conversion": lambda b: (judging, "to_bgr"),
    "detection": lambda b: (b.pipeline._detector, "detect"),
    "tracking": lambda b: (b.pipeline._tracker, "update"),
    "scoring": lambda b: (b.pipeline._scorer, "score"),
    "messages": lambda b: (publishing, "verdict_array"),
    "publishing": lambda b: (b.outputs, "publish"),
    "counting": lambda b: (b.counts, "processed"),
}
"""Where each stage is called from."""


@pytest.mark.parametrize("kind", [RuntimeError, MemoryError])
@pytest.mark.parametrize("stage", STAGES)
def test_the_next_image_is_judged(bench, astronaut, monkeypatch, capfd, stage, kind):
    message = to_image(astronaut)
    assert bench.judged(message)["processed"] == 1

    def fail(*_: Any, **__: Any) -> None:
        raise kind("it broke")

    with monkeypatch.context() as broken:
        broken.setattr(*STAGES[stage](bench), fail)
        for _ in range(3):
            counts = bench.judged(message)
    assert counts["failed"] == 3
    after = bench.judged(message)
    assert (after["failed"], after["processed"]) == (3, 2)
    assert after["real"] + after["fake"] == 2, "the face is judged as before"
    assert bench.counts.read(0).last_error == f"{kind.__name__}: it broke"
    told = capfd.readouterr().err
    assert told.count("image failed") == 1
    assert "it broke" in told


def test_what_is_free_of_the_heap_is_given_back_now_and_then(bench, noise, monkeypatch):
    trims: list[int] = []
    monkeypatch.setattr(judging, "trim_heap", lambda: trims.append(1))
    for _ in range(2):
        bench.judged(to_image(noise))
    assert not trims
    monkeypatch.setattr(judging, "_TRIM_EVERY_S", 0.0)
    for _ in range(3):
        bench.judged(to_image(noise))
    assert len(trims) >= 2

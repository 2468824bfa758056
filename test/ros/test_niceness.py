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

"""The threads that judge step back behind those that receive and answer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from onlooker import Onlooker, reliable

from fakeface_ros.node.conversion import to_image


def seconds_by_niceness(pid: int) -> dict[int, float]:
    """Processor time that a process's threads spent, by how nice they are."""
    spent: dict[int, float] = {}
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        fields = stat.read_text().rpartition(")")[2].split()
        niceness, ticks = int(fields[16]), int(fields[11]) + int(fields[12])
        spent[niceness] = spent.get(niceness, 0.0) + ticks / os.sysconf("SC_CLK_TCK")
    return spent


@pytest.mark.parametrize("niceness", [0, 4])
def test_networks_run_on_threads_of_that_niceness(start, onlook, astronaut, niceness):
    namespace = f"/nice_{niceness}"
    detector = start(
        "fakeface_node",
        {"niceness": niceness, "threads": 2, **reliable(namespace)},
        namespace,
    )
    onlooker: Onlooker = onlook(namespace)
    onlooker.wait_for_match()
    own = os.getpriority(os.PRIO_PROCESS, detector.pid)
    for model in ("default", "cae_kde"):
        assert onlooker.set_parameter("model", model).successful
        onlooker.wait(lambda m=model: onlooker.judge(to_image(astronaut)).model == m, model)
        before = seconds_by_niceness(detector.pid)
        for _ in range(20):
            onlooker.judge(to_image(astronaut))
        after = seconds_by_niceness(detector.pid)
        assert set(after) == {own, own + niceness}
        spent = {nice: after[nice] - before.get(nice, 0.0) for nice in after}
        assert spent[own + niceness] > 0.7 * sum(spent.values()), f"{model}: {spent}"

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

"""A bundle's networks from crops to named outputs, run side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from fakeface_ros.inference import CPU, make_session
from fakeface_ros.parallel import Workers

_CROPS_AT_ONCE = 4
"""More of them leave the processor's cache."""


class Networks:
    """All files network*.onnx of a bundle.

    Attributes:
        outputs: names of what they give. Where several give the same, their mean counts.
    """

    def __init__(
        self, files: Mapping[str, bytes], threads: int = 0, providers: Sequence[str] = CPU
    ):
        """Load them, from "crops" (N, S, S, 3) float32 RGB in [0, 1] each.

        Args:
            files: a bundle's, by name.
            threads: at work at the same time; 0 takes one for every core.
            providers: as `make_session`.
        """
        self._sessions = [
            make_session(content, 1, providers) for content in network_files(files).values()
        ]
        self._workers = Workers(threads)
        self.outputs = frozenset(
            output.name for session in self._sessions for output in session.get_outputs()
        )

    def run(self, crops: np.ndarray) -> dict[str, np.ndarray]:
        """Every output, (N, ...) float32, of crops (N, S, S, 3), N >= 1."""
        share = -(-len(crops) * len(self._sessions) // self._workers.count)
        step = min(share, _CROPS_AT_ONCE)
        starts = range(0, len(crops), step)
        jobs = [(session, start) for session in self._sessions for start in starts]
        answers = iter(
            self._workers.map(
                lambda job: job[0].run(None, {"crops": crops[job[1] : job[1] + step]}), jobs
            )
        )
        given: dict[str, list[np.ndarray]] = {}
        for session in self._sessions:
            outputs = zip(*(next(answers) for _ in starts), strict=True)
            for output, parts in zip(session.get_outputs(), outputs, strict=True):
                given.setdefault(output.name, []).append(np.concatenate(parts))
        return {name: np.mean(values, axis=0) for name, values in given.items()}


def network_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Of a bundle's files, by name, those that are such networks; in the order of their names."""
    return {
        name: files[name]
        for name in sorted(files)
        if name.startswith("network") and name.endswith(".onnx")
    }

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

"""Share of the physical limit: what the networks compute against what the machine can."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import Any

import numpy as np
from machine import matrix_peak_gflops
from operations import count_operations
from tables import Table
from timing import rounded

from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.scoring.evidence import AUTOENCODER
from fakeface_ros.scoring.networks import network_files
from fakeface_ros.vision.mtcnn_networks import NETWORK_NAMES, network


class Recorder:
    """Stands in for an ONNX Runtime session and notes each call's input shape and time.

    Attributes:
        shapes: how often each input shape was run.
        total_ms: in which at least one thread was in the session.
    """

    def __init__(self, session: Any):
        self._session = session
        self.shapes: Counter[tuple[int, ...]] = Counter()
        self.total_ms = 0.0
        self._lock, self._inside, self._since_s = threading.Lock(), 0, 0.0

    def run(self, outputs: list[str] | None, inputs: dict[str, np.ndarray]) -> Any:
        """As InferenceSession.run, with one input."""
        (value,) = inputs.values()
        with self._lock:
            if not self._inside:
                self._since_s = time.perf_counter()
            self._inside += 1
        result = self._session.run(outputs, inputs)
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self.total_ms += (time.perf_counter() - self._since_s) * 1e3
            self.shapes[value.shape] += 1
        return result

    def get_outputs(self) -> Any:
        """As InferenceSession.get_outputs."""
        return self._session.get_outputs()

    def operations(self, model: bytes) -> int:
        """Of all calls so far, from the network's graph."""
        return sum(count_operations(model, shape) * times for shape, times in self.shapes.items())


def record(pipeline: Pipeline) -> dict[str, Recorder]:
    """Put a recorder before each network of a pipeline; by the network's name or file.

    This reaches into the pipeline's private parts, so that the core carries no hooks for it.
    """
    recorders: dict[str, Recorder] = {}
    detector = pipeline._detector
    for name in NETWORK_NAMES:
        recorders[name] = Recorder(getattr(detector, f"_{name}"))
        setattr(detector, f"_{name}", recorders[name])
    scorer = pipeline._scorer
    if scorer.autoencoder is not None:
        recorders[AUTOENCODER] = Recorder(scorer.autoencoder._session)
        scorer.autoencoder._session = recorders[AUTOENCODER]  # type: ignore[assignment]
    names = list(network_files(pipeline.bundle.files))
    networks = scorer._networks
    recorders |= {n: Recorder(s) for n, s in zip(names, networks._sessions, strict=True)}
    networks._sessions = [recorders[name] for name in names]  # type: ignore[misc]
    return recorders


def measure(model: str, frames: list[np.ndarray], rounds: int) -> Table:
    """Operations, time and share of the peak of each network, per frame."""
    before = matrix_peak_gflops()
    pipeline = Pipeline(PipelineConfig(model=model))
    for frame in frames[:2]:
        pipeline.process(frame)
    recorders = record(pipeline)
    total_ms = 0.0
    for _ in range(rounds):
        for frame in frames:
            total_ms += pipeline.process(frame).latency_ms
    after = matrix_peak_gflops()
    peak = max(*before.values(), *after.values())
    count = rounds * len(frames)
    table = Table(f"share of the physical limit, {model}, one face; peak {peak:g} GFLOP/s")
    sums = [0.0, 0.0]
    for name, recorder in recorders.items():
        content = _content(pipeline, name)
        spent_ms, done = recorder.total_ms / count, recorder.operations(content) / count / 1e6
        sums[0] += spent_ms
        sums[1] += done
        inputs = sum(shape[0] * times for shape, times in recorder.shapes.items()) / count
        table.rows.append(_row(name, inputs, done, spent_ms, peak))
    table.rows.append(_row("all networks", 0, sums[1], sums[0], peak))
    table.rows.append(_row("whole frame", 0, sums[1], total_ms / count, peak))
    table.notes.append(
        "Operations are counted from the ONNX graphs (products and sums of convolutions and "
        "matrix products); the peak is the best float32 product of 1536 x 1536 matrices before "
        f"and after, by {', '.join(before)}. A network in int8 may exceed it."
    )
    return table


def _content(pipeline: Pipeline, name: str) -> bytes:
    """The ONNX file of a network, by its name in `record`."""
    if name in NETWORK_NAMES:
        return network(name)  # type: ignore[arg-type]
    return pipeline.bundle.file(name)


def _row(name: str, inputs: float, mflop: float, spent_ms: float, peak_gflops: float) -> dict:
    row: dict[str, float | str] = {"network": name}
    if inputs:
        row["pictures a frame"] = rounded(inputs)
    return row | {
        "MFLOP a frame": rounded(mflop),
        "ms": rounded(spent_ms),
        "GFLOP/s": rounded(mflop / spent_ms),
        "share of peak": f"{mflop / spent_ms / peak_gflops:.1%}",
    }

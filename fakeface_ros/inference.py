# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime sessions, made in one place so that threads and providers are set in one place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnxruntime as ort

CPU = ("CPUExecutionProvider",)


def make_session(
    model: bytes | str | Path, threads: int = 0, providers: Sequence[str] = CPU
) -> ort.InferenceSession:
    """A session for one network.

    Args:
        model: the ONNX file's content or path.
        threads: for one network call; 0 lets ONNX Runtime take every core.
        providers: execution providers in order of preference.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # a robot's log is no place for graph-optimiser warnings
    # Spinning workers win microseconds and cost a whole core between frames.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Every level and every number of faces is another shape: plans of memory kept for each, and an
    # arena that grows by doubling, cost 90 MB at 1080p and win no time.
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    source = model if isinstance(model, bytes) else str(model)
    return ort.InferenceSession(source, options, providers=list(providers))

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

"""ONNX Runtime sessions, made in one place so that threads and providers are set in one place."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort

from fakeface_ros.parallel import thread_count

CPU = ("CPUExecutionProvider",)

DEVICES: dict[str, tuple[str, ...]] = {
    "cpu": CPU,
    "cuda": ("CUDAExecutionProvider", *CPU),
    "tensorrt": ("TensorrtExecutionProvider", "CUDAExecutionProvider", *CPU),
}
"""What networks can be asked to run on: execution providers in order of preference."""

_MOST_SPINNING = 4
_SHARES_ARENA = "session.use_env_allocators"


def make_session(
    model: bytes | str | Path, threads: int = 0, providers: Sequence[str] = CPU
) -> ort.InferenceSession:
    """A session for one network.

    Args:
        model: the ONNX file's content or path.
        threads: for one network call; 0 lets ONNX Runtime take every core.
        providers: execution providers in order of preference.

    Raises:
        ValueError: the model takes some of its numbers from other files.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3  # a robot's log is no place for graph-optimiser warnings
    # Threads that wait for a network's next operation wide awake save 20 wakes a frame, each of
    # which takes as long as a small operation; they sleep from the end of a call to the next. Many
    # of them would burn more than they win.
    spins = thread_count(threads) <= _MOST_SPINNING
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spins)))
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # Every level and every number of faces is another shape: plans of memory kept for each, and an
    # arena for each network that grows by doubling, cost 90 MB at 1080p and win no time.
    options.enable_mem_pattern = False
    options.enable_cpu_mem_arena = False
    shares = tuple(providers) == CPU
    options.add_session_config_entry(_SHARES_ARENA, str(int(shares)))
    if shares:
        _offer_arena()
    content = model if isinstance(model, bytes) else Path(model).read_bytes()
    _refuse_other_files(content)
    return ort.InferenceSession(content, options, providers=list(providers))


@functools.cache
def _offer_arena() -> None:
    """One arena for what all networks of the process compute, which grows by what is asked for.

    In the C library's heap those blocks of megabytes leave gaps that little else fits into: at
    1080p a pipeline took 58 MB for the 16 that it uses at a time, and 39 so.
    """
    memory = ort.OrtMemoryInfo(
        "Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT
    )
    same_as_requested = 1
    configuration = ort.OrtArenaCfg({"arena_extend_strategy": same_as_requested})
    # ONNX Runtime of 2023 refuses where the program has one already, which serves as well.
    with contextlib.suppress(RuntimeError):
        ort.create_and_register_allocator(memory, configuration)


def call_and_give_back(session: ort.InferenceSession, feed: dict[str, np.ndarray]) -> None:
    """A call of a network, at whose end the arena lets go of what no network is at work in.

    ONNX Runtime does so at the end of a call only. The C library still holds it: see trim_heap.
    """
    options = ort.RunOptions()
    if session.get_session_options().get_session_config_entry(_SHARES_ARENA) == "1":
        options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
    session.run(None, feed, options)


def offered_providers(device: str) -> list[str]:
    """Execution providers of a device, one of DEVICES, as far as this ONNX Runtime has them."""
    return [name for name in DEVICES[device] if name in ort.get_available_providers()]


def fallback_warning(device: str, session: ort.InferenceSession) -> str:
    """What to tell a user where a session for `device` runs on something else, or ""."""
    wanted, used = DEVICES[device][0], session.get_providers()[0]
    if used == wanted:
        return ""
    if wanted in ort.get_available_providers():
        reason = f"{wanted} cannot be started: are its libraries and the GPU's driver installed?"
    else:
        reason = (
            f"this ONNX Runtime has no {wanted}: put onnxruntime-gpu in the place of onnxruntime"
        )
    return f"device '{device}' cannot be used, {used} runs the networks ({reason})"


def _refuse_other_files(model: bytes) -> None:
    """ONNX lets a tensor lie in another file, by any path; then a hash of this one says little."""
    if model[4:8] == b"ORTM":  # ONNX Runtime's own format, which allows the same
        raise ValueError("the network is in ORT format, only ONNX is read")
    # The key that names such a file. Parsing takes longer than all the rest of a start.
    if b"location" not in model:
        return
    import onnx

    for tensor in _tensors(onnx.load_model_from_string(model), onnx.TensorProto):
        if tensor.data_location == onnx.TensorProto.EXTERNAL or tensor.external_data:
            raise ValueError(
                f"the network keeps tensor {tensor.name!r} in another file, which is not allowed: "
                "save it with its data inside"
            )


def _tensors(message: Any, tensor_type: type) -> Iterator[Any]:
    """Every tensor anywhere within a protobuf message."""
    if isinstance(message, tensor_type):
        yield message
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in [value] if hasattr(value, "ListFields") else value:
                yield from _tensors(part, tensor_type)

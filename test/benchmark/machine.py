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

"""The machine that is measured on: versions, cores, memory of a process, matrix-product peak."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib import metadata
from pathlib import Path

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper
from tables import Table
from threadpoolctl import threadpool_limits
from timing import rounded, timed_ms

from fakeface_ros.inference import make_session
from fakeface_ros.parallel import thread_count

_PACKAGES = (
    "numpy", "opencv-python-headless", "onnxruntime", "mtcnn", "tensorflow-cpu", "keras",
    "scikit-learn", "ros-rclpy",
)  # fmt: skip
_SIDE = 1536  # of the matrices: large enough for the peak, small enough for a moment


def describe(root: Path) -> Table:
    """Everything that figures depend on."""
    rows: dict[str, object] = {
        "cores": thread_count(),
        "processor": _processor(),
        "load before": rounded(os.getloadavg()[0]),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": platform.python_version(),
        "ONNX Runtime offers": ", ".join(ort.get_available_providers()),
        "ROS 2": os.environ.get("ROS_DISTRO", "none"),
        "commit": _commit(root),
    }
    for name in _PACKAGES:
        try:
            rows[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            rows[name] = "not installed"
    table = Table("machine", [{"what": name, "is": str(value)} for name, value in rows.items()])
    if os.getloadavg()[0] > 0.5:
        table.notes.append(
            "The machine was doing other work: times are too long, ratios less certain."
        )
    return table


def matrix_peak_gflops(rounds: int = 8) -> dict[str, float]:
    """Best float32 matrix product on all cores, by numpy and by ONNX Runtime, in GFLOP/s."""
    a = np.random.default_rng(0).random((_SIDE, _SIDE), np.float32)
    session = make_session(_matrix_product())
    calls = {"numpy": lambda: a @ a, "onnxruntime": lambda: session.run(None, {"a": a})}
    peak = {}
    with threadpool_limits(thread_count(), "blas"):
        for name, call in calls.items():
            call()
            peak[name] = rounded(2 * _SIDE**3 / min(timed_ms(call) for _ in range(rounds)) / 1e6)
    return peak


def _matrix_product() -> bytes:
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["a", "a"], ["b"])],
        "product",
        [value("a", TensorProto.FLOAT, [_SIDE, _SIDE])],
        [value("b", TensorProto.FLOAT, [_SIDE, _SIDE])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return model.SerializeToString()


def resident_mb(pid: int | str = "self", peak: bool = False) -> float:
    """Resident memory of a process now, or its highest so far, in MB (10^6 bytes)."""
    return _status_mb(pid, "VmHWM:" if peak else "VmRSS:")


def shared_mb(pid: int | str = "self") -> float:
    """What of it is memory shared with other processes, such as DDS's with a camera's, in MB."""
    return _status_mb(pid, "RssShmem:")


def _status_mb(pid: int | str, wanted: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(wanted):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError(f"/proc/{pid}/status says nothing of {wanted}")


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used so far, over all cores."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith(("model name", "Model")):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit(root: Path) -> str:
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=10"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"

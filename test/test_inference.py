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

"""Sessions are made from files and bytes alike, on the device asked for or else the cpu."""

import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

from fakeface_ros.inference import CPU, DEVICES, fallback_warning, make_session, offered_providers
from fakeface_ros.process_settings import trim_heap
from fakeface_ros.vision.mtcnn_networks import convert


def test_bytes_and_path_give_the_same_network_at_any_thread_count(tmp_path):
    model = convert("rnet")
    (tmp_path / "rnet.onnx").write_bytes(model)
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 24, 24, 3)).astype(np.float32)
    outputs = [
        make_session(source, threads).run(["probability"], {"pictures": pictures})[0]
        for source, threads in [(model, 0), (tmp_path / "rnet.onnx", 1)]
    ]
    np.testing.assert_allclose(*outputs, atol=1e-6)


def test_a_few_threads_wait_awake_within_a_call_and_many_sleep():
    entries = [
        make_session(convert("rnet"), threads)
        .get_session_options()
        .get_session_config_entry("session.intra_op.allow_spinning")
        for threads in (2, 16)
    ]
    assert entries == ["1", "0"]


def anonymous_mb() -> float:
    rollup = Path("/proc/self/smaps_rollup").read_text(encoding="utf-8")
    return int(rollup.split("Anonymous:")[1].split()[0]) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_one_network_computed_in_serves_the_next():
    pictures = np.zeros((1, 200, 500, 3), np.float32)
    first, second = (make_session(convert("pnet"), 1) for _ in range(2))
    first.run(None, {"pictures": pictures})
    trim_heap()
    before_mb = anonymous_mb()
    second.run(None, {"pictures": pictures})
    assert anonymous_mb() - before_mb < 4


def test_the_cpu_is_no_fallback():
    assert offered_providers("cpu") == list(CPU)
    assert fallback_warning("cpu", make_session(convert("rnet"))) == ""


@pytest.mark.parametrize("device", ["cuda", "tensorrt"])
def test_a_device_that_is_missing_is_named_and_the_cpu_runs_the_network(device):
    if DEVICES[device][0] in ort.get_available_providers():
        pytest.skip(f"this ONNX Runtime has {DEVICES[device][0]}")
    session = make_session(convert("rnet"), providers=offered_providers(device))
    warning = fallback_warning(device, session)
    assert f"device '{device}' cannot be used, CPUExecutionProvider runs the networks" in warning
    assert f"no {DEVICES[device][0]}: put onnxruntime-gpu in the place of onnxruntime" in warning
    outputs = session.run(None, {"pictures": np.zeros((1, 24, 24, 3), np.float32)})
    assert outputs[0].shape == (1, 4)

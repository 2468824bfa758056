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

import subprocess
import sys

import numpy as np
import onnxruntime as ort
import pytest

from fakeface_ros.inference import (
    CPU,
    DEVICES,
    call_and_give_back,
    fallback_warning,
    make_session,
    offered_providers,
)
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


MEMORY_OF_CALLS = """
from fakeface_ros.process_settings import settle_process, trim_heap
settle_process()
import numpy as np
from fakeface_ros.inference import call_and_give_back, make_session
from fakeface_ros.vision.mtcnn_networks import convert

def feed(height, width):
    return {"pictures": np.zeros((1, height, width, 3), np.float32)}

def print_anonymous_mb():
    trim_heap()
    with open("/proc/self/smaps_rollup") as rollup:
        print(int(rollup.read().split("Anonymous:")[1].split()[0]) / 1024)

first, second = (make_session(convert("pnet"), 1) for _ in range(2))
first.run(None, feed(12, 12))
print_anonymous_mb()
first.run(None, feed(200, 500))
print_anonymous_mb()
second.run(None, feed(200, 500))
print_anonymous_mb()
call_and_give_back(second, feed(12, 12))
print_anonymous_mb()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_one_network_computed_in_serves_the_next_until_it_is_given_back():
    command = [sys.executable, "-c", MEMORY_OF_CALLS]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    before_mb, first_mb, second_mb, after_mb = (float(line) for line in said.split())
    assert first_mb > before_mb + 4
    assert second_mb < first_mb + 1
    assert after_mb < before_mb + 1


def test_a_network_that_is_not_for_the_cpu_alone_has_nothing_to_give_back():
    others = [name for name in ort.get_available_providers() if name not in CPU]
    if not others:
        pytest.skip("this ONNX Runtime is for the cpu alone")
    session = make_session(convert("rnet"), providers=[*others, *CPU])
    call_and_give_back(session, {"pictures": np.zeros((1, 24, 24, 3), np.float32)})


def test_an_arena_that_the_program_has_already_is_no_obstacle():
    program = """
import onnxruntime as ort
kind, usage = ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, ort.OrtMemType.DEFAULT
ort.create_and_register_allocator(ort.OrtMemoryInfo("Cpu", kind, 0, usage), ort.OrtArenaCfg({}))
from fakeface_ros.inference import make_session
from fakeface_ros.vision.mtcnn_networks import convert
make_session(convert("rnet"))
"""
    subprocess.run([sys.executable, "-c", program], check=True)


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

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

"""Two devices that share each batch train as one does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from training.devices import data_parallel

ROOT = Path(__file__).resolve().parents[2]
TRAIN_ON = """
import json, sys
import tensorflow as tf
devices = int(sys.argv[1])
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
from pathlib import Path
from training.config import read_config
from training.train import train
config = read_config(size_px=32, batch_size=4, epochs=2)
data, out = Path(sys.argv[2]), Path(sys.argv[3])
progress = train(data, out, config, device_count=devices, verbose=False)
print(json.dumps({"loss": progress.best_loss, "replicas": devices}))
"""


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="virtual devices are TensorFlow's"
)
def test_two_virtual_devices_train_to_the_same_loss(tmp_path, make_folder):
    from training.prepare import Options, prepare
    from training.sources import Source

    # 40 faces in batches of 4: every batch halves evenly.
    sources = [
        Source(make_folder(tmp_path / "a", 40), "real", "train"),
        Source(make_folder(tmp_path / "b", 8, first_seed=100), "real", "validation"),
    ]
    prepare(sources, tmp_path / "faces", Options(size_px=32, workers=1))
    losses = []
    for devices in ("1", "2"):
        words = [
            sys.executable,
            "-c",
            TRAIN_ON,
            devices,
            str(tmp_path / "faces"),
            str(tmp_path / devices),
        ]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=170,
                              env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        losses.append(json.loads(done.stdout.splitlines()[-1])["loss"])
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)


def test_more_devices_than_there_are_is_an_error():
    if keras.backend.backend() == "torch":
        pytest.skip("torch shares no batches here")
    with pytest.raises(ValueError, match="99 asked for"), data_parallel(99):
        pass


def test_one_device_changes_nothing():
    with data_parallel(1):
        assert keras.distribution.distribution() is None

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

"""Devices that share each batch: several of one machine, or, on JAX, of several machines.

TensorFlow shares by tf.distribute.MirroredStrategy, JAX by keras.distribution.DataParallel.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Iterator

import keras

MACHINES_VARIABLE = "KERAS_DISTRIBUTION_NUM_PROCESSES"
"""Set together with KERAS_DISTRIBUTION_JOB_ADDRESSES and KERAS_DISTRIBUTION_PROCESS_ID."""


def join_machines() -> tuple[int, int]:
    """Join the other machines where the environment names them; once, before anything is computed.

    Returns:
        This process's number and how many there are: (0, 1) for one machine.

    Raises:
        ValueError: the backend cannot train on several machines here.
    """
    if int(os.environ.get(MACHINES_VARIABLE, "1")) <= 1:
        return 0, 1
    if keras.backend.backend() != "jax":
        raise ValueError(f"{MACHINES_VARIABLE}: several machines need KERAS_BACKEND=jax")
    import jax

    keras.distribution.initialize()
    return jax.process_index(), jax.process_count()


@contextlib.contextmanager
def data_parallel(count: int) -> Iterator[None]:
    """Within this context a model is built so that `count` devices share each of its batches.

    Args:
        count: number of devices; 0 for all there are, those of joined machines too; 1 leaves
            everything as it is.

    Raises:
        ValueError: fewer devices than asked for, or a backend that cannot share batches this way.
    """
    backend = keras.backend.backend()
    if count == 1:
        yield
    elif backend == "tensorflow":
        with _mirrored(count).scope():
            yield
    elif backend == "jax":
        before = keras.distribution.distribution()
        names = _choose(keras.distribution.list_devices(), count)
        # Each machine feeds its own part already; see feeding.Batches.
        parallel = keras.distribution.DataParallel(devices=names, auto_shard_dataset=False)
        keras.distribution.set_distribution(parallel)
        try:
            yield
        finally:
            keras.distribution.set_distribution(before)
    else:
        raise ValueError(
            f"devices: the {backend} backend trains on one device here; use tensorflow or jax"
        )


def _mirrored(count: int):
    import tensorflow as tf

    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    names = _choose([device.name for device in tf.config.list_logical_devices(kind)], count)
    return tf.distribute.MirroredStrategy(names)


def _choose(names: list[str], count: int) -> list[str]:
    if count < 0 or count > len(names):
        raise ValueError(f"devices: {count} asked for, {len(names)} there: {', '.join(names)}")
    return names[:count] if count else names


def has_tensorboard() -> bool:
    """Whether Keras can write TensorBoard logs here (its callback needs TensorFlow)."""
    return importlib.util.find_spec("tensorflow") is not None

# SPDX-License-Identifier: Apache-2.0
"""Several devices share each batch: tf.distribute on TensorFlow, keras.distribution on JAX."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def data_parallel(count: int) -> Iterator[None]:
    """Within this context a model is built so that `count` devices share each of its batches.

    One process and one machine. Several machines: set TF_CONFIG (TensorFlow) or call
    keras.distribution.initialize (JAX) first, as training/README.md shows.

    Args:
        count: number of devices; 0 for all there are; 1 leaves everything as it is.

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
        keras.distribution.set_distribution(keras.distribution.DataParallel(devices=names))
        try:
            yield
        finally:
            keras.distribution.set_distribution(before)
    else:
        raise ValueError(
            f"devices: the {backend} backend trains on one device here; use tensorflow or jax"
        )


def _mirrored(count: int):
    import os

    import tensorflow as tf

    if os.environ.get("TF_CONFIG"):
        return tf.distribute.MultiWorkerMirroredStrategy()
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

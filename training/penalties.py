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

"""The extra loss terms of the autoencoder kinds, as layers that add them while training.

Each layer hands its code through and adds a scalar by add_loss, on every Keras backend alike.
"""

from __future__ import annotations

import keras
from keras import ops


class KLSparsity(keras.layers.Layer):
    """Adds weight * mean over units of KL(activity || mean activation of the unit over the batch).

    Input and output: code (N, h, w, c) in (0, 1). One unit is one place of the code (h * w * c
    units).
    """

    def __init__(self, activity: float, weight: float, **kwargs):
        super().__init__(**kwargs)
        if not 0.0 < activity < 1.0:
            raise ValueError(f"activity: {activity} is not between 0 and 1")
        self.activity, self.weight = activity, weight

    def call(self, code):
        """Add the term and hand the code on; see the class."""
        wanted = self.activity
        seen = ops.clip(ops.mean(ops.cast(code, "float32"), axis=0), 1e-6, 1.0 - 1e-6)
        divergence = wanted * ops.log(wanted / seen) + (1 - wanted) * ops.log(
            (1 - wanted) / (1 - seen)
        )
        self.add_loss(self.weight * ops.mean(divergence))
        return code


class PerturbedCopy(keras.layers.Layer):
    """x + step * u with u standard normal: the second point of a finite difference."""

    def __init__(self, step: float, seed: int, **kwargs):
        super().__init__(**kwargs)
        self.step = step
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, values):
        """Values with fresh noise."""
        noise = keras.random.normal(
            ops.shape(values), dtype=values.dtype, seed=self.seed_generator
        )
        return values + self.step * noise


class JacobianPenalty(keras.layers.Layer):
    """Adds weight / (h w c) * ||f(x + step u) - f(x)||^2 / step^2, averaged over the batch.

    For u ~ N(0, I) its expectation tends, as step goes to 0, to the squared Frobenius norm of the
    Jacobian of f at x per code value: E ||J u||^2 = ||J||_F^2 (Hutchinson's trace estimator,
    1990).
    Inputs: [f(x), f(x + step u)], each (N, h, w, c). Output: f(x).
    """

    def __init__(self, weight: float, step: float, **kwargs):
        super().__init__(**kwargs)
        self.weight, self.step = weight, step

    def call(self, codes):
        """Add the term and hand the code on; see the class."""
        code, moved = codes
        difference = ops.cast(moved, "float32") - ops.cast(code, "float32")
        self.add_loss(self.weight * ops.mean(ops.square(difference)) / self.step**2)
        return code


class GaussianSample(keras.layers.Layer):
    """A sample of N(mean, exp(log_variance)) in training, the mean otherwise.

    Adds weight * KL(N(mean, variance) || N(0, I)), summed over the code, averaged over the batch
    (Kingma and Welling 2014, appendix B). Inputs: [mean, log_variance], each (N, h, w, c).
    """

    def __init__(self, weight: float, seed: int, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=None):
        """Add the term and hand the code on; see the class."""
        mean, log_variance = inputs
        wide_mean, wide = ops.cast(mean, "float32"), ops.cast(log_variance, "float32")
        divergence = -0.5 * ops.sum(
            1.0 + wide - ops.square(wide_mean) - ops.exp(wide), axis=(1, 2, 3)
        )
        self.add_loss(self.weight * ops.mean(divergence))
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_variance) * noise

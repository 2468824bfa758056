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

"""The convolutional autoencoder at run time: crops in, latent codes and reconstructions out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fakeface_ros.inference import CPU, make_session

_CROPS_AT_ONCE = 4
"""More of them leave the processor's cache and, at 8 MB each, what the C library keeps of freed
memory: eight at once cost 1.8 times as much each."""


class Autoencoder:
    """An exported autoencoder: input "crops", outputs "code" and "reconstruction"."""

    def __init__(
        self, model: bytes | str | Path, threads: int = 0, providers: Sequence[str] = CPU
    ):
        """Load the network.

        Args:
            model: the ONNX file's content or path.
            threads: as `make_session`.
            providers: as `make_session`.

        Raises:
            ValueError: the network has other inputs or outputs.
        """
        self._session = make_session(model, threads, providers)
        inputs = [i.name for i in self._session.get_inputs()]
        outputs = [o.name for o in self._session.get_outputs()]
        if inputs != ["crops"] or outputs != ["code", "reconstruction"]:
            raise ValueError(
                "the autoencoder must take 'crops' and give 'code' and "
                f"'reconstruction', this one takes {inputs} and gives {outputs}"
            )

    def reconstruct(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Encode and decode.

        Args:
            crops: (N, S, S, 3) float32 RGB in [0, 1].

        Returns:
            codes (N, D) float32 and reconstructions (N, S, S, 3) float32 in [0, 1].
        """
        starts = range(0, max(len(crops), 1), _CROPS_AT_ONCE)
        parts = [self._session.run(None, {"crops": crops[i : i + _CROPS_AT_ONCE]}) for i in starts]
        code, reconstruction = (np.concatenate(part) for part in zip(*parts, strict=True))
        return code.reshape(len(crops), math.prod(code.shape[1:])), reconstruction


def reconstruction_error(crops: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Mean squared error per value of each crop, (N,) float64.

    The thesis's equation 3.1 is the sum over dimensions; this is that sum divided by their number
    (49,152 at 128 px), so that it can be compared between crop sizes.
    """
    values = math.prod(crops.shape[1:])
    differences = (crops - reconstructions).reshape(len(crops), 1, values)
    squares = differences @ differences.transpose(0, 2, 1)  # by BLAS, faster than mean()
    return squares[:, 0, 0].astype(np.float64) / values

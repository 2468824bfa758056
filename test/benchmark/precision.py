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

"""The forgery networks in fewer bits: size, time, and what it costs in accuracy.

float16 is for GPUs: ONNX Runtime's cpu has no float16 convolution and widens it again. int8 is
static, per channel, as ONNX Runtime's own quantiser makes it, calibrated on real faces. Sums of
weights of 8 bits overflow on processors without VNNI, of 7 on none.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnxruntime.transformers.float16 import convert_float_to_float16
from tables import Table
from timing import interleaved_ms, ratios, rounded, summarise

from fakeface_ros.scoring.bundle import load_bundle
from fakeface_ros.scoring.codec import canonical_crops
from fakeface_ros.scoring.networks import Networks, network_files
from fakeface_ros.vision.alignment import resize_crop
from training.half_weights import whole
from training.metrics import auroc
from training.quantize import quantised

MOST_CHANGE = 0.005
_CALIBRATION_FACES = 128
_AT_ONCE = 16


def measure(root: Path, model: str, faces: int, rounds: int) -> Table:
    """One row for each number format.

    Args:
        root: of the repository.
        model: a bundle with a forgery network.
        faces: of each class, for the area under the ROC curve.
        rounds: measurements of each time.
    """
    bundle = load_bundle(model)
    table = Table(f"number formats of the networks of {model}, one crop at a time on the cpu")
    data = root.parent / "shared" / "data" / "faces"
    judges = any(item.name == "forgery_logit" for item in bundle.evidence)
    if not judges or not data.is_dir():
        table.notes.append("Not measured: needs a bundle with a logit, and shared/data/faces.")
        return table

    def crops(split: str, count: int) -> np.ndarray:
        files = sorted((data / split).iterdir())
        read = [cv2.imread(str(f)) for f in files[:: max(len(files) // count, 1)][:count]]
        pictures = [resize_crop(np.asarray(picture), bundle.size_px) for picture in read]
        return canonical_crops(np.stack(pictures), bundle.jpeg_quality)

    shipped = network_files(bundle.files)
    single = {
        name: whole(onnx.load_model_from_string(content)).SerializeToString()
        for name, content in shipped.items()
    }
    few = crops("train_real", _CALIBRATION_FACES)
    formats = {
        "float32": single,
        "as shipped": shipped,
        "float16": {name: _float16(content) for name, content in single.items()},
        **{
            f"int8, weights of {bits} bits": {
                name: quantised(onnx.load_model_from_string(content), few, bits)
                for name, content in single.items()
            }
            for bits in (8, 7)
        },
    }
    networks = {name: Networks(files) for name, files in formats.items()}
    real, fake = crops("calib_real", faces), crops("dev_fake_stylegan2", faces)
    times = interleaved_ms(
        {name: partial(each.run, real[:1]) for name, each in networks.items()}, rounds
    )
    areas = {name: _area(each, real, fake) for name, each in networks.items()}
    for name, files in formats.items():
        change = areas[name] - areas["float32"]
        table.rows.append(
            {
                "format": name,
                "MB": rounded(sum(map(len, files.values())) / 1e6),
                **summarise(times[name]).row(),
                "times float32": rounded(ratios(times["float32"], times[name]).median),
                "AUROC": f"{areas[name]:.4f}",
                "change": f"{change:+.4f}",
                f"within {MOST_CHANGE}": abs(change) <= MOST_CHANGE,
            }
        )
    table.notes.append(
        f"{len(real)} calib_real against {len(fake)} dev_fake_stylegan2, a generator that "
        "`default` never saw."
    )
    return table


def _area(networks: Networks, real: np.ndarray, fake: np.ndarray) -> float:
    scores = [
        np.concatenate(
            [
                networks.run(crops[i : i + _AT_ONCE])["logit"].reshape(-1)
                for i in range(0, len(crops), _AT_ONCE)
            ]
        )
        for crops in (real, fake)
    ]
    return float(auroc(*scores))


def _float16(model: bytes) -> bytes:
    """Weights and sums in float16; inputs and outputs stay float32."""
    loaded = onnx.load_model_from_string(model)
    return convert_float_to_float16(loaded, keep_io_types=True).SerializeToString()

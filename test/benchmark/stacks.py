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

"""The two stacks that are compared: what this project runs, and what a user would otherwise run.

Both find faces no smaller than the same size, cut the same aligned crops and apply the same
bundle's thresholds, so that they do the same work and their verdicts can be compared.
"""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from limit import Recorder, record

from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.vision.detection import DEFAULT_MIN_FACE_PX, MtcnnDetector

_COLOURS = 3

THESIS_MODEL = "cae_kde"
"""The bundle of the method that the reference stack runs."""


@dataclass
class Judged:
    """Of one frame: milliseconds of each stage, and the faces.

    Attributes:
        boxes: x, y, w, h of each face.
        errors, fake: reconstruction error and verdict of each face; NaN and False where a face
            is not judged.
    """

    stages_ms: dict[str, float] = field(default_factory=dict)
    boxes: list[list[float]] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    fake: list[bool] = field(default_factory=list)


class Ours:
    """fakeface_ros's Pipeline with its defaults."""

    def __init__(self, model: str):
        self._pipeline = Pipeline(PipelineConfig(model=model))
        self._recorders: dict[str, Recorder] = record(self._pipeline)
        self._detectors: dict[int, MtcnnDetector] = {}

    def judge(self, frame: np.ndarray) -> Judged:
        """The whole frame."""
        self._pipeline.reset()  # each frame for itself, as the reference takes it
        before = {name: recorder.total_ms for name, recorder in self._recorders.items()}
        result = self._pipeline.process(frame)
        spent = {n: r.total_ms - before[n] for n, r in self._recorders.items()}
        spent["outside the networks"] = result.latency_ms - sum(spent.values())
        return Judged(
            spent,
            [list(map(float, face.box)) for face in result.faces],
            [float(face.reconstruction_error) for face in result.faces],
            [face.verdict.label == "fake" for face in result.faces],
        )

    def detect(self, frame: np.ndarray, min_face_px: int, as_shipped: bool = False) -> Judged:
        """Detection alone; there is nothing to mend."""
        if min_face_px not in self._detectors:
            self._detectors[min_face_px] = MtcnnDetector(min_face_px)
        return Judged(boxes=self._detectors[min_face_px].detect(frame).boxes.tolist())


class Reference:
    """The mtcnn wheel in TensorFlow, Keras `predict`, scikit-learn's KernelDensity."""

    def __init__(self, model: str, codes: int):
        """Codes: how many the density holds; 0 takes as many as the bundle's."""
        from mtcnn import MTCNN
        from sklearn.neighbors import KernelDensity

        from fakeface_ros.scoring.bundle import load_bundle

        self._bundle = load_bundle(model)
        self._detector = MTCNN()
        self._autoencoder, self._encoder = _keras_networks(self._bundle.file("autoencoder.onnx"))
        made, bandwidth = codes_like_the_bundles(self._bundle.file("density.npz"), codes)
        self._density = KernelDensity(kernel="gaussian", bandwidth=bandwidth).fit(made)

    def judge(self, frame: np.ndarray) -> Judged:
        """The whole frame."""
        from fakeface_ros.scoring.codec import canonical_crops
        from fakeface_ros.vision.alignment import align_faces

        start = time.perf_counter()
        with mended_pyramid():
            found = self._detector.detect_faces(
                frame[..., ::-1], min_face_size=DEFAULT_MIN_FACE_PX
            )
        stages_ms = {"detection": _lap_ms(start)}
        if not found:
            return Judged(stages_ms)
        names = ("left_eye", "right_eye", "nose", "mouth_left", "mouth_right")
        points = np.array([[face["keypoints"][n] for n in names] for face in found], np.float32)
        crops = canonical_crops(
            align_faces(frame, points, self._bundle.size_px), self._bundle.jpeg_quality
        )
        start = time.perf_counter()
        decoded = self._autoencoder.predict(crops, verbose=0)
        stages_ms["autoencoder"] = _lap_ms(start)
        start = time.perf_counter()
        codes = self._encoder.predict(crops, verbose=0).reshape(len(crops), -1)
        stages_ms["encoder"] = _lap_ms(start)
        errors = np.square(crops - decoded).mean(axis=(1, 2, 3))
        start = time.perf_counter()
        densities = self._density.score_samples(codes)
        stages_ms["density"] = _lap_ms(start)
        boxes = [list(map(float, face["box"])) for face in found]
        fake = self._rule({"reconstruction_error": errors, "log_density": densities})
        return Judged(stages_ms, boxes, errors.astype(float).tolist(), fake.tolist())

    def _rule(self, evidence: dict[str, np.ndarray]) -> np.ndarray:
        """The bundle's own, so that only what the networks and the density say can differ."""
        from fakeface_ros.scoring.calibration import conformal_border
        from fakeface_ros.scoring.scorer import RULES, margin

        specs = self._bundle.evidence
        strangeness = RULES[self._bundle.rule]([margin(s, evidence[s.name]) for s in specs])
        with np.load(io.BytesIO(self._bundle.file("calibration.npz"))) as arrays:
            border = conformal_border(np.sort(arrays["strangeness"]), self._bundle.alpha)
        return strangeness > border

    def detect(self, frame: np.ndarray, min_face_px: int, as_shipped: bool = False) -> Judged:
        """Detection alone; as_shipped leaves the wheel's pyramid as it is."""
        with contextlib.nullcontext() if as_shipped else mended_pyramid():
            found = self._detector.detect_faces(frame[..., ::-1], min_face_size=min_face_px)
        return Judged(boxes=[list(map(float, face["box"])) for face in found])


@contextlib.contextmanager
def mended_pyramid() -> Iterator[None]:
    """Within, the wheel stops at levels as small as its first network's window.

    mtcnn 1.0.0 counts levels as if the smallest face were 20 px. Where it is larger, it goes on to
    levels smaller than the network's window, and then finds no face at all: mended, it does the
    work that it is compared on.
    """
    from mtcnn.stages import stage_pnet

    shipped = stage_pnet.build_scale_pyramid

    def mended(width: int, height: int, *args: Any, **kwargs: Any) -> np.ndarray:
        scales = shipped(width, height, *args, **kwargs)
        return scales[np.floor(min(width, height) * scales) >= 12]

    stage_pnet.build_scale_pyramid = mended
    try:
        yield
    finally:
        stage_pnet.build_scale_pyramid = shipped


def codes_like_the_bundles(density: bytes, count: int) -> tuple[np.ndarray, float]:
    """Codes of 4,096 values to fill scikit-learn's density with, and the bundle's bandwidth.

    A bundle keeps its codes in a principal subspace. Here they are brought back, with noise as
    long as what the subspace left out; where more are asked for, mixtures of two fill up.

    Args:
        density: content of density.npz.
        count: codes to make; 0 makes as many as the bundle has.

    Returns:
        (count, D) float64 and the bandwidth.
    """
    random = np.random.default_rng(0)
    with np.load(io.BytesIO(density), allow_pickle=False) as arrays:
        projections = arrays["projections"].astype(np.float32)
        basis = arrays["basis"].astype(np.float32)
        mean, bandwidth = arrays["mean"], float(arrays["bandwidth"])
        lengths = np.sqrt(arrays["residuals_sq"]).astype(np.float32)
    count = count or len(projections)
    codes = np.empty((count, len(mean)))
    for start in range(0, count, 5000):  # in parts: as float64, 50,000 codes are 1.6 GB
        rows = np.arange(start, min(start + 5000, count))
        first = rows % len(projections)
        second = np.where(rows < len(projections), first, random.permutation(first))
        noise = random.standard_normal((len(rows), len(mean)), np.float32)
        noise *= (lengths[first] / np.sqrt(len(mean)))[:, None]
        codes[rows] = (projections[first] + projections[second]) / 2 @ basis + mean + noise
    return codes, bandwidth


def _keras_networks(model: bytes):
    """The same architecture in Keras with the bundle's weights: autoencoder and encoder."""
    import onnx

    from training.autoencoders import REFERENCE_KIND, build_autoencoder
    from training.fold_upsampling import unfolded_kernel

    built = build_autoencoder(REFERENCE_KIND)
    graph = onnx.load_model_from_string(model).graph
    arrays = _arrays(graph)
    weights: list[np.ndarray] = []
    for node in graph.node:
        if node.op_type == "Conv":
            weights += [arrays[node.input[1]].transpose(2, 3, 1, 0), arrays[node.input[2]]]
    weights[0] = weights[0][:, :, :_COLOURS]  # without what training.quantize put beside them
    if len(weights[-1]) >= 4 * _COLOURS:
        folded = weights[-2].transpose(3, 2, 0, 1)[: 4 * _COLOURS]
        weights[-2:] = [unfolded_kernel(folded).transpose(2, 3, 1, 0), weights[-1][:_COLOURS]]
    built.trainer.set_weights(weights)
    return built.trainer, built.network.get_layer("encoder")


def _arrays(graph: Any) -> dict[str, np.ndarray]:
    """A network's weights by name, those in int8 as float32."""
    from onnx import numpy_helper

    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in arrays:
            values, scale, zero = (arrays[name] for name in node.input)
            shape = (-1,) + (1,) * (values.ndim - 1)
            whole = values.astype(np.int64) - zero.reshape(shape)
            arrays[node.output[0]] = (whole * scale.reshape(shape)).astype(np.float32)
    return arrays


def _lap_ms(start: float) -> float:
    return (time.perf_counter() - start) * 1e3

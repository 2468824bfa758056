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

"""Faces in a frame by MTCNN: proposals over an image pyramid, then two stages of refinement.

Thresholds, pyramid and box arithmetic are those of the `mtcnn` wheel 1.0.0, so that the same faces
come out; the networks run in ONNX Runtime, the boxes of a later stage in batches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnxruntime as ort

from fakeface_ros.inference import CPU, call_and_give_back, make_session
from fakeface_ros.parallel import Workers
from fakeface_ros.results import Detections
from fakeface_ros.vision.boxes import square, suppress
from fakeface_ros.vision.mtcnn_networks import NETWORK_NAMES, network
from fakeface_ros.vision.proposals import OVERLAP, propose

DEFAULT_MIN_FACE_PX = 40
DEFAULT_THRESHOLD = 0.8

_RNET_THRESHOLD = 0.7
_BOXES_AT_ONCE = 32
"""All 133 of a crowd in 1080p at once took 16 MB more, and no less time."""
_OUTSIDE = 127.5  # becomes 0 in the networks, as the wheel pads


class MtcnnDetector:
    """Multi-task cascaded convolutional networks."""

    def __init__(
        self,
        min_face_px: int = DEFAULT_MIN_FACE_PX,
        threshold: float = DEFAULT_THRESHOLD,
        threads: int = 0,
        providers: Sequence[str] = CPU,
    ):
        """Load the networks (converted from the `mtcnn` wheel at first use).

        Args:
            min_face_px: side of the smallest face searched for; time falls with its square.
            threshold: confidence in (0, 1) that the last stage must exceed.
            threads: at work on one frame; 0 takes one for every core.
            providers: ONNX Runtime execution providers in order of preference.

        Raises:
            ValueError: a setting out of range.
            WeightsError: the `mtcnn` wheel is missing or another.
        """
        self.min_face_px = min_face_px
        self.threshold = threshold
        check_settings(min_face_px, threshold)
        self._workers = Workers(threads)
        self._pnet, self._rnet, self._onet = (
            make_session(network(name), 1 if name == "pnet" else threads, providers)
            for name in NETWORK_NAMES
        )

    @property
    def session(self) -> ort.InferenceSession:
        """One of its sessions, to ask what it runs on."""
        return self._pnet

    def detect(self, frame: np.ndarray) -> Detections:
        """Find the faces of a frame.

        Args:
            frame: (H, W, 3) uint8 BGR.

        Raises:
            ValueError: frame has another shape or dtype.
        """
        _check_frame(frame)
        boxes = propose(frame, self.min_face_px, self._pnet, self._workers)
        if len(boxes):
            boxes = self._refine(frame, boxes)
        return self._locate(frame, boxes)

    def locate(self, frame: np.ndarray, boxes: np.ndarray) -> Detections:
        """Faces near where they are expected, by the last stage alone.

        Args:
            frame: as for `detect`.
            boxes: (N, 4) x, y, width, height in pixels, as `detect` gives them.

        Returns:
            At most N faces; those that are not confirmed are left out.

        Raises:
            ValueError: as `detect`.
        """
        _check_frame(frame)
        boxes = np.asarray(boxes, np.float64)
        return self._locate(frame, square(np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])))

    def rest(self) -> None:
        """Give back what searches took of the networks' arena; the next one takes it again."""
        call_and_give_back(self._rnet, {"pictures": np.zeros((1, 24, 24, 3), np.float32)})

    def _refine(self, frame: np.ndarray, boxes: np.ndarray) -> np.ndarray:
        """Stage 2: fewer and better square boxes, (N, 4)."""
        offsets, probability = _run(self._rnet, ["offsets", "probability"], frame, boxes, 24)
        chosen = probability[:, 0] > _RNET_THRESHOLD
        boxes = _moved(boxes, offsets)[chosen]
        return square(boxes[suppress(boxes, probability[chosen, 0], OVERLAP)])

    def _locate(self, frame: np.ndarray, boxes: np.ndarray) -> Detections:
        """Stage 3: final boxes, landmarks and confidences."""
        if not len(boxes):
            return Detections.none()
        outputs = ["offsets", "landmarks", "probability"]
        offsets, points, probability = _run(self._onet, outputs, frame, boxes, 48)
        sizes = boxes[:, 2:] - boxes[:, :2] + 1
        landmarks = (
            points.reshape(-1, 2, 5).transpose(0, 2, 1) * sizes[:, None] + boxes[:, None, :2] - 1
        )
        chosen = probability[:, 0] > self.threshold
        boxes, landmarks = _moved(boxes, offsets)[chosen], landmarks[chosen]
        scores = probability[chosen, 0]
        keep = suppress(boxes, scores, OVERLAP, over="smaller")
        height, width = frame.shape[:2]
        corners = np.clip(boxes[keep], 0, (width, height, width, height))
        xywh = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
        return Detections(
            xywh.astype(np.float32),
            landmarks[keep].astype(np.float32),
            scores[keep].astype(np.float32),
        )


def _check_frame(frame: np.ndarray) -> None:
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or 0 in frame.shape:
        raise ValueError(f"frame must be (H, W, 3) uint8 BGR, got {frame.shape} {frame.dtype}")


def check_settings(min_face_px: int, threshold: float) -> None:
    """Raise ValueError where a setting is out of range; the message says what would be right."""
    if not 12 <= min_face_px <= 10_000:
        raise ValueError(f"min_face_px must be 12 to 10000 pixels, got {min_face_px}")
    if not 0 < threshold < 1:
        raise ValueError(f"detection_threshold must lie between 0 and 1, got {threshold}")


def _run(
    network: ort.InferenceSession,
    outputs: list[str],
    frame: np.ndarray,
    boxes: np.ndarray,
    size_px: int,
) -> list[np.ndarray]:
    """Outputs for what lies in each of N >= 1 boxes, (N, ...) each."""
    parts = [
        network.run(outputs, {"pictures": _patches(frame, some, size_px)})
        for some in np.split(boxes, range(_BOXES_AT_ONCE, len(boxes), _BOXES_AT_ONCE))
    ]
    return [np.concatenate(values) for values in zip(*parts, strict=True)]


def _moved(boxes: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Boxes with each edge moved by its offset times the box's inclusive size."""
    sizes = boxes[:, 2:] - boxes[:, :2] + 1
    return boxes + offsets * np.concatenate([sizes, sizes], axis=1)


def _patches(frame: np.ndarray, boxes: np.ndarray, size_px: int) -> np.ndarray:
    """What lies in each box, (N, size_px, size_px, 3) float32, as tf.image.crop_and_resize gives.

    Bilinear, without a filter for shrinking. The wheel divides coordinates by the frame's size and
    TensorFlow multiplies them by the size minus one; the first and last samples lie on the box's
    edges; what lies outside the frame is grey. OpenCV's warps round positions to 1/32 pixel, which
    moved confidences by up to 0.08 and lost 1 % of the faces.
    """
    (row, column), (below, right), inside = _samples(boxes, frame.shape[:2], size_px)
    pixels = frame.reshape(-1, 3)
    first = row[:, :, None] * frame.shape[1] + column[:, None, :]
    step, line = int(frame.shape[1] > 1), frame.shape[1] * int(frame.shape[0] > 1)
    right = np.repeat(right, 3, axis=1)[:, None, :]

    def across(places: np.ndarray) -> np.ndarray:
        low, high = pixels.take(places, axis=0), pixels.take(places + step, axis=0)
        return _between(low.reshape(*row.shape, -1), high.reshape(*row.shape, -1), right)

    patches = _between(across(first), across(first + line), below[:, :, None])
    patches = patches.reshape(*first.shape, 3)
    if not inside.all():
        patches[~(inside[0, :, :, None] & inside[1, :, None, :])] = _OUTSIDE
    return patches


def _samples(
    boxes: np.ndarray, frame_size: tuple[int, ...], count: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Along y and x, (2, N, count): index before each sample, weight of the next, if inside."""
    length = np.array(frame_size)[:, None, None]
    shrink = (length - 1) / length
    low, high = boxes.T[[1, 0], :, None], boxes.T[[3, 2], :, None]
    positions = low * shrink + (high - low) * shrink / (count - 1) * np.arange(count)
    inside = (positions >= 0) & (positions <= length - 1)
    index = np.maximum(np.minimum(positions.astype(np.int64), length - 2), 0)
    return index, (positions - index).astype(np.float32), inside


def _between(a: np.ndarray, b: np.ndarray, weight: np.ndarray) -> np.ndarray:
    start = a.astype(np.float32)
    return start + (b - start) * weight

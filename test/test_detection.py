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

"""MTCNN in ONNX Runtime finds the faces that the `mtcnn` wheel finds in TensorFlow."""

import cv2
import numpy as np
import pytest

from fakeface_ros.vision import detection
from fakeface_ros.vision.boxes import overlap
from fakeface_ros.vision.detection import MtcnnDetector


@pytest.fixture(scope="module")
def detector() -> MtcnnDetector:
    return MtcnnDetector(min_face_px=20)


def corners(boxes: np.ndarray) -> np.ndarray:
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def test_finds_the_astronaut_once_and_its_landmarks_where_they_are(detector, astronaut):
    found = detector.detect(astronaut)
    assert len(found) == 1
    x, y, width, height = found.boxes[0]
    assert x < 225 < x + width
    assert y < 115 < y + height
    left_eye, right_eye, nose, left_mouth, right_mouth = found.landmarks[0]
    assert left_eye[0] < nose[0] < right_eye[0]
    assert left_mouth[0] < right_mouth[0]
    assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
    assert found.scores[0] > 0.99


def test_a_moved_face_moves_its_box(detector, astronaut):
    before = detector.detect(astronaut)
    moved = detector.detect(np.roll(astronaut, (40, 60), axis=(0, 1)))
    assert len(moved) == 1
    np.testing.assert_allclose(moved.boxes[0, :2] - before.boxes[0, :2], (60, 40), atol=6)


def test_a_face_is_located_from_a_box_near_it(detector, astronaut):
    found = detector.detect(astronaut)
    near = found.boxes + np.array([15, -10, 8, 8])
    located = detector.locate(astronaut, near)
    assert len(located) == 1
    assert overlap(corners(found.boxes), corners(located.boxes)) > 0.7
    np.testing.assert_allclose(located.landmarks, found.landmarks, atol=6)


def test_where_no_face_is_none_is_located(detector, astronaut):
    assert len(detector.locate(astronaut, np.array([[380, 380, 100, 100]]))) == 0
    assert len(detector.locate(astronaut, np.zeros((0, 4)))) == 0


def test_boxes_of_a_cut_face_lie_in_the_frame(detector, astronaut):
    cut = np.ascontiguousarray(astronaut[80:400, 215:])
    found = detector.detect(cut)
    height, width = cut.shape[:2]
    assert len(found) == 1
    assert (corners(found.boxes) >= 0).all()
    assert (corners(found.boxes) <= (width, height, width, height)).all()


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (480, 640)])
def test_a_frame_without_faces_gives_none(detector, shape):
    assert len(detector.detect(np.full((*shape, 3), 128, np.uint8))) == 0


def test_batches_find_what_all_at_once_find(detector, astronaut, monkeypatch):
    frame = np.hstack([astronaut[:, ::-1], astronaut, astronaut[::-1]])
    found = []
    for count in (1, 2, 1000):
        monkeypatch.setattr(detection, "_BOXES_AT_ONCE", count)
        found.append(detector.detect(np.ascontiguousarray(frame)))
    assert len(found[0]) >= 2
    for other in found[1:]:
        np.testing.assert_allclose(other.boxes, found[0].boxes, atol=0.01)
        np.testing.assert_allclose(other.scores, found[0].scores, atol=1e-4)


def test_noise_gives_no_face(detector):
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
    assert len(detector.detect(noise)) == 0


@pytest.mark.parametrize(
    "frame",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32), np.zeros((0, 4, 3), np.uint8)],
)
def test_another_shape_or_dtype_is_refused_by_name(detector, frame):
    with pytest.raises(ValueError, match=r"frame must be \(H, W, 3\) uint8 BGR, got"):
        detector.detect(frame)


@pytest.mark.parametrize(("min_face_px", "threshold"), [(4, 0.8), (40, 0.0), (40, 1.0)])
def test_settings_out_of_range_are_refused(min_face_px, threshold):
    with pytest.raises(ValueError, match="must"):
        MtcnnDetector(min_face_px, threshold)


def test_same_faces_as_the_wheel(detector, shared_data):
    """At least 99 % of the wheel's faces at IoU >= 0.7, at most 2 % more."""
    reference = pytest.importorskip("mtcnn", reason="needs the mtcnn wheel").MTCNN()
    files = [
        *sorted((shared_data / "scenes" / "photos").iterdir()),
        *sorted((shared_data / "faces" / "dev_real").iterdir())[::20],
        *sorted((shared_data / "faces" / "dev_fake").iterdir())[::20],
    ]
    wanted = extra = matched = 0
    for file in files:
        picture = cv2.imread(str(file))
        theirs = corners([face["box"] for face in reference.detect_faces(picture[..., ::-1])])
        ours = corners(detector.detect(picture).boxes)
        shared = overlap(theirs, ours) >= 0.7
        wanted += len(theirs)
        matched += int(shared.any(axis=1).sum())
        extra += int((~shared.any(axis=0)).sum())
    assert wanted > 500
    assert matched >= 0.99 * wanted
    assert extra <= 0.02 * wanted

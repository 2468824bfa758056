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

"""Frame in, verdicts out, and nothing heavy on the way."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import onnxruntime as ort
import pytest

from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.results import Verdict
from fakeface_ros.scoring.bundle import BundleError
from fakeface_ros.sources import frames_from
from fakeface_ros.vision.detection import MtcnnDetector


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(PipelineConfig(model="cae_kde"))


@pytest.fixture(autouse=True)
def _fresh(pipeline):
    pipeline.reset()
    pipeline.counters.clear()


def test_a_portrait_gets_one_judged_face(pipeline, astronaut):
    result = pipeline.process(astronaut, "portrait", 7)
    assert (result.source, result.frame, result.width, result.height) == ("portrait", 7, 512, 512)
    (face,) = result.faces
    assert face.verdict in (Verdict.REAL, Verdict.FAKE)
    assert (face.verdict is Verdict.FAKE) == (face.p_real <= pipeline.alpha)
    assert 0 < face.fake_score < 1
    assert face.reconstruction_error > 0
    assert np.isfinite(face.log_density)
    assert result.latency_ms > 0
    assert dict(pipeline.counters) == {"frames": 1, "faces": 1, face.verdict.label: 1}


def test_the_same_frame_gives_the_same_verdict_and_id(pipeline, astronaut):
    first, second = (pipeline.process(astronaut).faces[0] for _ in range(2))
    assert (first.id, first.fake_score) == (second.id, second.fake_score)


def test_a_frame_without_faces_is_an_empty_result(pipeline):
    assert pipeline.process(np.zeros((48, 64, 3), np.uint8)).faces == []
    assert dict(pipeline.counters) == {"frames": 1, "faces": 0}


def test_a_face_cut_by_the_edge_is_unknown_and_counted(pipeline, astronaut):
    (face,) = pipeline.process(np.ascontiguousarray(astronaut[80:400, 215:])).faces
    assert face.verdict is Verdict.UNKNOWN
    assert face.reason == "cut by the edge of the frame"
    assert np.isnan(face.fake_score)
    assert pipeline.counters["unknown: cut by the edge of the frame"] == 1


def test_a_tight_portrait_is_judged(pipeline, astronaut):
    (face,) = pipeline.process(np.ascontiguousarray(astronaut[52:178, 160:282])).faces
    assert face.verdict is not Verdict.UNKNOWN


def test_alpha_moves_the_border(astronaut):
    strict = Pipeline(PipelineConfig(alpha=0.999)).process(astronaut).faces[0]
    assert strict.verdict is Verdict.FAKE
    lenient = Pipeline(PipelineConfig(alpha=1e-6)).process(astronaut).faces[0]
    assert lenient.verdict is Verdict.REAL


def test_a_successor_follows_the_same_faces(astronaut):
    before = Pipeline(PipelineConfig())
    identity = before.process(astronaut).faces[0].id
    before.process(astronaut[:, ::-1].copy())
    after = before.successor(PipelineConfig(alpha=0.999))
    face = after.process(astronaut).faces[0]
    assert face.id == identity
    assert face.verdict is Verdict.FAKE
    assert after.counters["frames"] == 3


def test_another_model_judges_a_followed_face_anew(astronaut):
    """Even where the old one was still at a frame when the new one was made."""
    old = Pipeline(PipelineConfig(model="cae_kde"))
    old.process(astronaut)
    new = old.successor(PipelineConfig())
    old.process(astronaut)
    face, alone = (each.process(astronaut).faces[0] for each in (new, Pipeline(PipelineConfig())))
    assert (face.id, face.fake_score) == ("1", alone.fake_score)
    assert face.strangeness == alone.strangeness


def test_a_crop_is_judged_without_detection(pipeline, astronaut):
    (face,) = pipeline.judge_crop(astronaut[20:220, 120:320], "crop").faces
    assert face.box == (0, 0, 200, 200)
    assert face.verdict is not Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("config", "error"),
    [
        (PipelineConfig(model="nothing"), BundleError),
        (PipelineConfig(alpha=0.0), ValueError),
        (PipelineConfig(alpha=1.5), ValueError),
        (PipelineConfig(min_face_px=1), ValueError),
    ],
)
def test_settings_that_cannot_work_are_refused(config, error):
    with pytest.raises(error):
        Pipeline(config)


def test_nothing_heavy_is_imported():
    """A robot has no room for TensorFlow, and the core knows no ROS."""
    code = (
        "import sys, numpy, fakeface_ros.cli as c, fakeface_ros.pipeline as p;"
        "p.Pipeline().process(numpy.zeros((64, 64, 3), 'uint8'));"
        "print(sorted({'tensorflow', 'keras', 'rclpy', 'matplotlib', 'sklearn', 'mtcnn', 'torch'}"
        " & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_verdicts_on_real_clips_settle(shared_data):
    """Webcam clips of real people: one id, at most one change of verdict in the first second."""
    pipeline = Pipeline(PipelineConfig())
    for clip in sorted((shared_data / "scenes" / "clips").iterdir())[::3]:
        pipeline.reset()
        said: dict[str, list[Verdict]] = {}
        for frame in frames_from(str(clip)):
            for face in pipeline.process(frame.image).faces:
                said.setdefault(face.id, []).append(face.verdict)
        followed = [verdicts for verdicts in said.values() if len(verdicts) > 5]
        assert len(followed) == 1
        for verdicts in followed:
            assert np.count_nonzero(np.diff(verdicts[:30])) <= 1
            assert not np.count_nonzero(np.diff(verdicts[29:]))


@pytest.fixture
def searches(monkeypatch):
    """Counts the frames that are searched for faces."""
    seen = []
    detect = MtcnnDetector.detect

    def counting(self, frame):
        seen.append(frame.shape)
        return detect(self, frame)

    monkeypatch.setattr(MtcnnDetector, "detect", counting)
    return seen


def test_between_searches_faces_are_followed_where_they_go(searches, astronaut):
    moving = [np.roll(astronaut, 6 * i, axis=1) for i in range(10)]
    every = Pipeline(PipelineConfig(model="default"))
    wanted = [every.process(frame).faces[0] for frame in moving]
    assert len(searches) == 10
    searches.clear()
    some = Pipeline(PipelineConfig(model="default", detect_every=5))
    got = [some.process(frame).faces[0] for frame in moving]
    assert len(searches) == 2
    assert {face.id for face in got} == {"1"}
    for one, other in zip(got, wanted, strict=True):
        np.testing.assert_allclose(one.box, other.box, atol=12)
        np.testing.assert_allclose(one.landmarks, other.landmarks, atol=6)


def test_a_lost_face_and_an_empty_scene_are_searched_at_once(searches, astronaut):
    pipeline = Pipeline(PipelineConfig(model="default", detect_every=100))
    empty = np.full_like(astronaut, 90)
    counts = [len(pipeline.process(frame).faces) for frame in (astronaut, empty, empty, astronaut)]
    assert counts == [1, 0, 0, 1]
    assert len(searches) == 4
    pipeline.process(astronaut)
    assert len(searches) == 4
    pipeline.reset()
    pipeline.process(astronaut)
    assert len(searches) == 5


def test_detect_every_changes_without_loading_networks(pipeline):
    assert not pipeline.loads_for(replace(pipeline.config, detect_every=3))
    assert pipeline.loads_for(replace(pipeline.config, min_face_px=60))


def test_settings_that_cannot_be_are_refused_by_name():
    with pytest.raises(ValueError, match="device must be one of cpu, cuda, tensorrt, got 'tpu'"):
        Pipeline(PipelineConfig(device="tpu"))
    with pytest.raises(ValueError, match="detect_every must be at least 1, got 0"):
        Pipeline(PipelineConfig(detect_every=0))


def test_where_a_device_is_missing_the_cpu_gives_the_same_verdict(pipeline, astronaut):
    if "CUDAExecutionProvider" in ort.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDAExecutionProvider")
    assert pipeline.warning == ""
    other = Pipeline(replace(pipeline.config, device="cuda"))
    assert "CPUExecutionProvider runs the networks" in other.warning
    one, two = (p.process(astronaut).faces[0] for p in (pipeline, other))
    assert one.fake_score == two.fake_score


def test_a_face_that_was_judged_keeps_its_verdict_while_it_cannot_be(astronaut):
    """A verdict is of a face over its frames, not of one frame."""
    pipeline = Pipeline(PipelineConfig(model="cae_kde"))
    (judged,) = pipeline.process(astronaut).faces
    for step in (50, 100):  # the box slides out of the frame
        frame = np.roll(astronaut, -step, axis=1)[:, : 512 - step]
        (face,) = pipeline.process(np.ascontiguousarray(frame)).faces
        assert face.id == judged.id
        assert (face.verdict, face.reason) == (judged.verdict, "")

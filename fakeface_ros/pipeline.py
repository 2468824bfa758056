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

"""Frame in, judged faces out: the one path that the node, the command and the evaluation share."""

from __future__ import annotations

import copy
import time
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from fakeface_ros.inference import DEVICES, fallback_warning, offered_providers
from fakeface_ros.results import Detections, Face, FrameResult, Verdict
from fakeface_ros.scoring.bundle import Bundle, load_bundle
from fakeface_ros.scoring.scorer import Scorer, Scores, fake_score
from fakeface_ros.scoring.temporal import TrackEvidence
from fakeface_ros.vision.alignment import align_faces, resize_crop
from fakeface_ros.vision.detection import DEFAULT_MIN_FACE_PX, DEFAULT_THRESHOLD, MtcnnDetector
from fakeface_ros.vision.fitness import unfit_reasons
from fakeface_ros.vision.tracking import Tracker

DEFAULT_MODEL = "default"


@dataclass(frozen=True)
class PipelineConfig:
    """Settings of a pipeline, and the one source of their defaults.

    Attributes:
        model: name of a bundle, or path of its folder.
        min_face_px: side of the smallest face box searched for, in pixels of the frame.
        detection_threshold: confidence in (0, 1) that a detection must exceed.
        alpha: false-alarm rate in (0, 1): a face is fake where p_real <= alpha. None takes the
            bundle's own.
        threads: at work on one frame; 0 takes one for every core.
        device: what the networks run on, one of DEVICES; the cpu where it cannot be used.
        detect_every: frames from one search for faces to the next. Between them, faces that are
            followed are only located where they are expected, which costs a third of a search or
            less; new ones are found at the next search. With no face, every frame is searched.
    """

    model: str = DEFAULT_MODEL
    min_face_px: int = DEFAULT_MIN_FACE_PX
    detection_threshold: float = DEFAULT_THRESHOLD
    alpha: float | None = None
    threads: int = 0
    device: str = "cpu"
    detect_every: int = 1

    def check(self) -> None:
        """Raise ValueError where a setting is out of range that nothing else checks."""
        if self.device not in DEVICES:
            raise ValueError(f"device must be one of {', '.join(DEVICES)}, got {self.device!r}")
        if self.detect_every < 1:
            raise ValueError(f"detect_every must be at least 1, got {self.detect_every}")
        if self.alpha is not None and not 0 < self.alpha < 1:
            raise ValueError(f"alpha must lie between 0 and 1, got {self.alpha}")


class Pipeline:
    """Detection, alignment, scoring and tracking in a row. Use one from one thread only.

    Attributes:
        bundle: the checked bundle in use.
        config: the settings in use.
        warning: why the networks do not run on the device that was asked for, or "".
        counters: frames, faces, real, fake, unknown, and "unknown: reason" for each reason.
    """

    def __init__(self, config: PipelineConfig | None = None, bundle: Bundle | None = None):
        """Load the bundle and the detector.

        Args:
            config: the defaults where left out.
            bundle: what config.model names, where it was read and checked before.

        Raises:
            BundleError: the bundle is missing, altered or not usable.
            WeightsError: the detector's weights are not installed.
            ValueError: a setting is out of range.
        """
        self.config = config or PipelineConfig()
        self.config.check()
        self.bundle = bundle or load_bundle(self.config.model)
        providers = offered_providers(self.config.device)
        self._scorer = Scorer(self.bundle, self.config.threads, providers)
        self._detector = MtcnnDetector(
            self.config.min_face_px,
            self.config.detection_threshold,
            self.config.threads,
            providers,
        )
        self.warning = fallback_warning(self.config.device, self._detector.session)
        self._tracker = Tracker()
        self._expected = np.zeros((0, 4))  # boxes of the faces followed, in the next frame
        self._frames_since_search = 0
        self.counters: Counter[str] = Counter()

    @property
    def alpha(self) -> float:
        """The false-alarm rate in use."""
        return self.bundle.alpha if self.config.alpha is None else self.config.alpha

    def process(self, frame: np.ndarray, source: str = "", index: int = 0) -> FrameResult:
        """Judge the faces of the next frame of a stream.

        Args:
            frame: (H, W, 3) uint8 BGR.
            source: said again in the result.
            index: the frame's number, said again in the result.

        Raises:
            ValueError: frame has another shape or dtype.
        """
        start = time.perf_counter()
        detections = self._find(frame)
        tracks = self._tracker.update(detections.boxes)
        self._expected = detections.boxes.copy()
        for box, track in zip(self._expected, tracks, strict=True):
            box[:2] += track.velocity
        faces = self._judge(frame, detections, [track.evidence for track in tracks])
        for face, track in zip(faces, tracks, strict=True):
            face.id = track.id
        return self._result(frame, source, index, faces, start)

    def _find(self, frame: np.ndarray) -> Detections:
        """Faces of the next frame, by a search or where they are expected; see detect_every."""
        self._frames_since_search += 1
        if len(self._expected) and self._frames_since_search < self.config.detect_every:
            found = self._detector.locate(frame, self._expected)
            if len(found) == len(self._expected):
                return found
        self._frames_since_search = 0
        return self._detector.detect(frame)

    def judge_crop(self, image: np.ndarray, source: str = "", index: int = 0) -> FrameResult:
        """Judge a picture, (H, W, 3) uint8 BGR, that is one aligned face already."""
        start = time.perf_counter()
        scores = self._scorer.score(resize_crop(image, self.bundle.size_px)[None])
        face = Face(
            (0.0, 0.0, float(image.shape[1]), float(image.shape[0])),
            np.full((5, 2), np.nan, np.float32),
            detection_score=1.0,
        )
        evidence = TrackEvidence()
        self._take(face, scores, 0, evidence)
        self._settle(face, evidence)
        return self._result(image, source, index, [face], start)

    def loads_for(self, config: PipelineConfig) -> bool:
        """Whether a successor with these settings must load networks, which takes its time."""
        own = self.config
        return replace(config, alpha=own.alpha, detect_every=own.detect_every) != own

    def successor(self, config: PipelineConfig, bundle: Bundle | None = None) -> Pipeline:
        """A pipeline with other settings that goes on following the same faces.

        It takes this one's place: this one may finish the frame that it is at, on the thread that
        uses it, and must not be used any more then. Another model begins the evidence anew.

        Raises:
            BundleError, WeightsError, ValueError: as the constructor; this one is still of use.
        """
        if not self.loads_for(config):
            config.check()
            other = copy.copy(self)
            other.config = config
            return other
        other = Pipeline(config, bundle)
        other._tracker = self._tracker
        other.counters = self.counters
        return other

    def reset(self) -> None:
        """Forget the faces followed so far, as at the start of another stream."""
        self._tracker.reset()
        self._expected = np.zeros((0, 4))

    def rest(self) -> None:
        """Give back the memory that frames took, until the next one; see give_back_memory too."""
        self._detector.rest()

    def _judge(
        self, frame: np.ndarray, detections: Detections, evidence: list[TrackEvidence]
    ) -> list[Face]:
        faces = [
            Face(tuple(float(v) for v in box), points, float(score))  # type: ignore[arg-type]
            for box, points, score in zip(
                detections.boxes, detections.landmarks, detections.scores, strict=True
            )
        ]
        for face, reason in zip(faces, unfit_reasons(detections.landmarks, frame), strict=True):
            face.reason = reason
        fit = [index for index, face in enumerate(faces) if not face.reason]
        if fit:
            crops = align_faces(frame, detections.landmarks[fit], self.bundle.size_px)
            scores = self._scorer.score(crops)
            for row, index in enumerate(fit):
                self._take(faces[index], scores, row, evidence[index])
        for face, gathered in zip(faces, evidence, strict=True):
            if face.reason:
                gathered.wait()
            self._settle(face, gathered)
        return faces

    def _take(self, face: Face, scores: Scores, row: int, evidence: TrackEvidence) -> None:
        """What this frame says of a face, unless it cannot be judged in it."""
        face.reason = scores.reasons[row]
        if face.reason:
            return
        face.strangeness = float(scores.strangeness[row])
        evidence.add(face.strangeness, self.bundle.sha256)
        for name in ("reconstruction_error", "log_density"):
            if name in scores.evidence:
                setattr(face, name, float(scores.evidence[name][row]))

    def _settle(self, face: Face, evidence: TrackEvidence) -> None:
        """The verdict over the face's frames so far, also while it is turned or cut off."""
        if not evidence.judged_by(self.bundle.sha256):
            return
        mean = np.array([evidence.mean])
        face.fake_score = float(fake_score(mean)[0])
        face.p_real = float(self._scorer.p_real(mean)[0])
        is_fake = evidence.settle(self._scorer.border(self.alpha))
        face.verdict = Verdict.FAKE if is_fake else Verdict.REAL
        face.reason = ""

    def _result(
        self, frame: np.ndarray, source: str, index: int, faces: list[Face], start: float
    ) -> FrameResult:
        self.counters["frames"] += 1
        self.counters["faces"] += len(faces)
        for face in faces:
            self.counters[face.verdict.label] += 1
            if face.reason:
                self.counters[f"unknown: {face.reason}"] += 1
        return FrameResult(
            source,
            index,
            frame.shape[1],
            frame.shape[0],
            faces,
            latency_ms=(time.perf_counter() - start) * 1e3,
        )

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

"""Faces are told apart by where they truly are; what is said of each is counted right."""

import numpy as np
import pytest

from fakeface_ros.results import Face, FrameResult, Verdict
from training.following import Followed, follow_all, follow_known, summarise

REAL, FAKE, UNKNOWN = Verdict.REAL, Verdict.FAKE, Verdict.UNKNOWN


def face(x: float, identity: str = "1", verdict: Verdict = REAL, strangeness: float = 0.0) -> Face:
    return Face(
        (x, 0.0, 50.0, 50.0),
        np.zeros((5, 2)),
        1.0,
        id=identity,
        verdict=verdict,
        fake_score=1 / (1 + np.exp(-strangeness)),
        strangeness=strangeness,
    )


def frames(*faces: list[Face]) -> list[FrameResult]:
    return [FrameResult("", number, 640, 480, found) for number, found in enumerate(faces)]


def known(results: list[FrameResult], places: list[list[float]], hidden=None) -> list[Followed]:
    boxes = np.array([[[x, 0.0, x + 50, 50.0] for x in row] for row in places])
    covered = np.zeros(boxes.shape[:2]) if hidden is None else np.array(hidden)
    labels = ["real", "fake"][: boxes.shape[1]]
    return follow_known(results, boxes, covered, labels, "wandering")


def track(label: str, *strangeness: float, verdicts=None) -> Followed:
    said = verdicts or [FAKE if value > 0 else REAL for value in strangeness]
    results = frames(*([face(0, "1", v, s)] for v, s in zip(said, strangeness, strict=True)))
    (followed,) = follow_all(results * 1, label, "clip") or [None]
    return followed


def test_faces_are_told_apart_by_place_and_not_by_id():
    results = frames([face(0, "1"), face(200, "2")], [face(205, "1"), face(4, "2")], [])
    left, right = known(results, [[0, 200]] * 3)
    assert [f.box[0] for f in left.found] == [0, 4]
    assert [f.box[0] for f in right.found] == [200, 205]
    assert (left.id_switches(), right.id_switches()) == (1, 1)
    assert (left.expected, len(left.found)) == (3, 2)


def test_a_hidden_face_is_not_asked_for():
    (only,) = known(frames([face(0)], [], [face(0)]), [[0]] * 3, [[0], [0.8], [0.1]])
    assert (only.expected, only.frames) == (2, [0, 2])


def test_one_found_face_is_not_two_true_ones():
    left, right = known(frames([face(2)]), [[0, 20]])
    assert (len(left.found), len(right.found)) == (1, 0)


def test_changes_of_verdict_are_counted_by_when_they_come():
    said = [UNKNOWN] * 5 + [REAL] * 3 + [FAKE] * 3 + [UNKNOWN, FAKE] + [REAL] * 30 + [FAKE]
    results = frames(*([face(0, "1", verdict)] for verdict in said))
    (only,) = known(results, [[0]] * len(said))
    assert only.changes() == (2, 1)


def test_what_is_found_only_briefly_is_no_person():
    results = frames(*([face(0, "1")] + [face(300, "2")] * (k < 5) for k in range(9)))
    assert [len(one.found) for one in follow_all(results, "real", "clip")] == [9]


def test_figures_by_hand():
    """Single frames are mixed, whole tracks are told apart; 6 of 36 pairs of frames are wrong."""
    real = track("real", -3, -3, 1, -3, -3, -3)
    fake = track("fake", 3, 3, 0, 3, 3, 3)
    figures = summarise([real, fake])
    assert figures["tracks_judged"] == 2
    assert figures["frame_auroc"] == pytest.approx(1 - 1 / 36)
    assert figures["track_auroc"] == 1.0
    assert figures["track_minus_frame"] == pytest.approx(1 / 36)
    assert figures["real_frames_flagged"] == pytest.approx(1 / 6)
    assert (figures["real_tracks_flagged"], figures["fake_tracks_flagged"]) == (0.0, 1.0)
    assert figures["tracks_changing_twice_in_first_second"] == 2


def test_intervals_know_that_frames_of_one_face_belong_together():
    random = np.random.default_rng(0)
    tracks = [
        track(label, *(shift + offset + random.normal(0, 0.1, 20)))
        for label, shift in (("real", 0.0), ("fake", 1.0))
        for offset in random.normal(0, 1, 12)
    ]
    low, high = summarise(tracks)["frame_auroc_ci95"]
    track_low, track_high = summarise(tracks)["track_auroc_ci95"]
    assert high - low == pytest.approx(track_high - track_low, rel=0.2)


def test_one_class_alone_has_no_ranking():
    figures = summarise([track("real", *[-1.0] * 8)])
    assert np.isnan(figures["frame_auroc"])
    assert np.isnan(figures["track_minus_frame_ci95"]).all()
    assert figures["real_tracks_flagged"] == 0.0

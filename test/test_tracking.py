# SPDX-License-Identifier: Apache-2.0
"""Ids follow faces."""

import numpy as np

from fakeface_ros.vision.tracking import Tracker

NONE = np.zeros((0, 4))


def ids(tracker: Tracker, boxes: np.ndarray) -> list[str]:
    return [track.id for track in tracker.update(boxes)]


def box(x: float, y: float = 0.0) -> list[float]:
    return [x, y, 50.0, 50.0]


def test_two_moving_faces_keep_their_ids_in_any_order():
    tracker = Tracker()
    assert ids(tracker, np.array([box(0), box(200)])) == ["1", "2"]
    assert ids(tracker, np.array([box(190), box(10)])) == ["2", "1"]
    assert ids(tracker, np.array([box(20)])) == ["1"]


def test_a_new_face_gets_a_new_id_and_a_short_absence_keeps_the_old():
    tracker = Tracker()
    tracker.update(np.array([box(0)]))
    for _ in range(5):
        assert ids(tracker, NONE) == []
    assert ids(tracker, np.array([box(5), box(300)])) == ["1", "2"]


def test_a_long_absence_or_a_reset_ends_an_id_for_good():
    tracker = Tracker()
    tracker.update(np.array([box(0)]))
    for _ in range(30):
        tracker.update(NONE)
    assert ids(tracker, np.array([box(0)])) == ["2"]
    tracker.reset()
    assert ids(tracker, np.array([box(0)])) == ["3"]


def test_one_track_is_not_given_to_two_faces():
    tracker = Tracker()
    tracker.update(np.array([box(0)]))
    assert sorted(ids(tracker, np.array([box(2), box(10)]))) == ["1", "2"]


def test_evidence_stays_with_the_face_until_it_is_forgotten():
    tracker = Tracker()
    (track,) = tracker.update(np.array([box(0)]))
    track.evidence.add(2.0)
    assert tracker.update(np.array([box(3)]))[0].evidence.mean == 2.0
    tracker.forget_evidence()
    (track,) = tracker.update(np.array([box(3)]))
    assert (track.id, track.evidence.mean) == ("1", 0.0)

# SPDX-License-Identifier: Apache-2.0
"""Ids follow faces."""

import numpy as np

from fakeface_ros.vision.tracking import Tracker

NONE = np.zeros((0, 4))


def box(x: float, y: float = 0.0) -> list[float]:
    return [x, y, 50.0, 50.0]


def test_two_moving_faces_keep_their_ids_in_any_order():
    tracker = Tracker()
    assert tracker.update(np.array([box(0), box(200)])) == ["1", "2"]
    assert tracker.update(np.array([box(190), box(10)])) == ["2", "1"]
    assert tracker.update(np.array([box(20)])) == ["1"]


def test_a_new_face_gets_a_new_id_and_a_short_absence_keeps_the_old():
    tracker = Tracker()
    tracker.update(np.array([box(0)]))
    for _ in range(5):
        assert tracker.update(NONE) == []
    assert tracker.update(np.array([box(5), box(300)])) == ["1", "2"]


def test_a_long_absence_or_a_reset_ends_an_id_for_good():
    tracker = Tracker()
    tracker.update(np.array([box(0)]))
    for _ in range(30):
        tracker.update(NONE)
    assert tracker.update(np.array([box(0)])) == ["2"]
    tracker.reset()
    assert tracker.update(np.array([box(0)])) == ["3"]


def test_one_track_is_not_given_to_two_faces():
    tracker = Tracker()
    tracker.update(np.array([box(0)]))
    assert sorted(tracker.update(np.array([box(2), box(10)]))) == ["1", "2"]

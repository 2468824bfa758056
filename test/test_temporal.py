# SPDX-License-Identifier: Apache-2.0
"""Evidence over frames settles: one frame decides at first, many decide better, none flickers."""

import numpy as np

from fakeface_ros.scoring.temporal import FORGETTING, TrackEvidence


def verdicts(values: np.ndarray, border: float = 0.0) -> list[bool]:
    evidence = TrackEvidence()
    said = []
    for value in values:
        evidence.add(float(value))
        said.append(evidence.settle(border))
    return said


def test_one_frame_counts_as_it_is():
    evidence = TrackEvidence()
    assert evidence.add(1.5) == 1.5
    assert evidence.settle(1.0)
    assert not TrackEvidence().settle(0.0)


def test_mean_by_hand():
    evidence = TrackEvidence()
    evidence.add(1.0)
    assert np.isclose(evidence.add(3.0), (3 + FORGETTING * 1) / (1 + FORGETTING))


def test_noise_around_the_border_does_not_flicker():
    noise = np.random.default_rng(0).normal(0, 0.4, 300)
    said = verdicts(noise)
    assert np.count_nonzero(np.diff(said)) <= 1


def test_many_frames_decide_better_than_one():
    random = np.random.default_rng(1)
    tracks = [(fake, random.normal(1.0 if fake else -1.0, 2.0, 40)) for fake in [0, 1] * 100]
    by_first = np.mean([(values[0] > 0) == bool(fake) for fake, values in tracks])
    by_track = np.mean([verdicts(values)[-1] == bool(fake) for fake, values in tracks])
    assert by_first < 0.8
    assert by_track > 0.95


def test_a_face_that_is_replaced_is_noticed():
    said = verdicts(np.r_[np.full(60, -2.0), np.full(60, 2.0)])
    assert not any(said[:60])
    assert said[-1]


def test_another_model_begins_anew():
    """Its mean and its verdict owe nothing to the one before, however far that had settled."""
    evidence = TrackEvidence()
    for _ in range(50):
        evidence.add(5.0, "a")
    assert evidence.settle(0.0)
    assert evidence.add(-0.1, "b") == -0.1
    assert not evidence.settle(0.0)

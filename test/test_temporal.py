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

"""Evidence over frames settles: one frame decides at first, many decide better, none flickers."""

import numpy as np

from fakeface_ros.scoring.temporal import FORGETTING, FORMING_FRAMES, TrackEvidence


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


def changes(values: np.ndarray) -> np.ndarray:
    """Frames at which the verdict changes."""
    return np.flatnonzero(np.diff(verdicts(values))) + 1


def moving_face(seed: int, mean: float, frames: int = 150) -> np.ndarray:
    """Log-odds as measured on faces that move: spread 0.9 within a track, half of it lasting."""
    random = np.random.default_rng(seed)
    values = random.normal(0, 0.55, frames)
    lasting = 0.0
    for k in range(frames):
        lasting = 0.9 * lasting + random.normal(0, 0.25)
        values[k] += lasting
    return values + mean


def test_a_verdict_near_the_border_settles():
    """At most one change while it is formed, none after, wherever the face's mean lies."""
    for seed in range(40):
        when = changes(moving_face(seed, mean=(seed - 20) / 20))
        assert np.count_nonzero(when < FORMING_FRAMES) <= 1
        assert not np.count_nonzero(when >= FORMING_FRAMES)


def test_a_face_that_was_hidden_does_not_change_after_the_first_second():
    """What people have seen for a second they rely on, judged in each of its frames or not."""
    evidence = TrackEvidence()
    evidence.wait()  # not judged yet: nothing grows older
    evidence.add(-0.1)
    assert not evidence.settle(0.0)
    for _ in range(FORMING_FRAMES - 1):
        evidence.wait()
    evidence.add(1.7)
    assert not evidence.settle(0.0)
    late = TrackEvidence()
    late.add(-0.1)
    late.add(1.7)
    assert late.settle(0.0)


def test_a_first_impression_is_corrected():
    said = verdicts(np.r_[0.5, np.full(20, -1.5)])
    assert said[0]
    assert not said[-1]


def test_many_frames_decide_better_than_one():
    random = np.random.default_rng(1)
    tracks = [(fake, random.normal(1.0 if fake else -1.0, 2.0, 40)) for fake in [0, 1] * 100]
    by_first = np.mean([(values[0] > 0) == bool(fake) for fake, values in tracks])
    by_track = np.mean([verdicts(values)[-1] == bool(fake) for fake, values in tracks])
    assert by_first < 0.8
    assert by_track > 0.95


def test_a_face_that_is_replaced_is_noticed():
    said = verdicts(np.r_[np.full(60, -4.0), np.full(60, 4.0)])
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


def test_another_border_is_decided_afresh():
    evidence = TrackEvidence()
    for _ in range(50):
        evidence.add(0.5)
        assert evidence.settle(0.0)
    assert not evidence.settle(0.6)
    assert evidence.settle(0.4)

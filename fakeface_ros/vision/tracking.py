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

"""One id for one face as long as it is followed, also while it is hidden or crosses another.

Each face is expected to go on as it moved (constant velocity, as in SORT: Bewley et al., "Simple
Online and Realtime Tracking", 2016), and the boxes of a frame are given to the faces such that all
together fit best. Distance is measured in face sizes, not as overlap: small faces move further
than their own box from frame to frame. Only the number of processed frames is known here, not
time: velocities are per processed frame, and a robot under load that skips frames is allowed for
by the reach below.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fakeface_ros.scoring.temporal import TrackEvidence
from fakeface_ros.vision.assignment import assign

MAX_MISSED_FRAMES = 30
"""A face not found for so many processed frames is forgotten: one second at 30 frames/s."""

_REACH = 1.0
"""How far from where it is expected a face may be found, in face sizes, while it stands still."""

_FIRST_REACH = 1.2
"""The same for a face seen once, whose velocity is not known yet."""

_REACH_PER_MISSED = 0.03
"""What is added for each frame in which it was not found."""

_SIZE_RATIO = 1.6
"""How much larger or smaller a face may be found where it is expected."""

_MISSED_COST = 0.1
"""A face seen in the last frame is likelier than one that hides."""

_COVERED_RATIO, _LEAST_TRUST = 1.25, 0.2
"""A box so much smaller or larger than the last hardly says where the face is, or how large."""

_POSITION_GAIN, _VELOCITY_GAIN = 0.5, 0.15
"""Share of a surprise that counts as movement and as change of velocity, once a face is known."""


@dataclass
class Track:
    """A face that is followed.

    Attributes:
        id: the same as long as it is followed, never given twice.
        centre: (2,) float64, pixels, smoothed.
        size: square root of the box's area in pixels, smoothed.
        velocity: (2,) float64, pixels per processed frame.
        seen: frames in which it was found.
        missed: frames since then.
        evidence: gathered over its frames.
    """

    id: str
    centre: np.ndarray
    size: float
    velocity: np.ndarray = field(default_factory=lambda: np.zeros(2))
    seen: int = 1
    missed: int = 0
    evidence: TrackEvidence = field(default_factory=TrackEvidence)

    def costs(self, centres: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """How badly faces of the next frame, (N, 2) and (N,), fit: 0 as expected, 1 at most."""
        way = self.velocity * (self.missed + 1)
        # Where it is hidden it may have stopped, or gone on: anything between is as expected.
        length = float(way @ way)
        share = (centres - self.centre) @ way / length if length > 0 else np.ones(len(centres))
        share = np.clip(share, 0.0 if self.missed else 1.0, 1.0)
        strays = np.linalg.norm(centres - self.centre - share[:, None] * way, axis=1) / self.size
        reach = _FIRST_REACH if self.seen == 1 else _REACH
        # A frame that was skipped doubles the step, a sudden stop ends it.
        reach += float(np.linalg.norm(self.velocity)) / self.size + _REACH_PER_MISSED * self.missed
        grown = np.log(sizes / self.size) / np.log(_SIZE_RATIO)
        return (strays / reach) ** 2 + grown**2 + (_MISSED_COST if self.missed else 0.0)

    def found(self, centre: np.ndarray, size: float) -> None:
        """Take in the next frame's box.

        The gains are those of a least-squares line through all frames so far (Brookner, "Tracking
        and Kalman Filtering Made Easy", 1998, section 1.2.10) until they fall to the steady ones.
        """
        self.seen += 1
        steps, weight = self.missed + 1, self.seen * (self.seen + 1)
        # A box whose size jumps is a face that is partly covered: its middle is not the face's.
        jump = abs(float(np.log(size / self.size))) / np.log(_COVERED_RATIO)
        trust = max(1.0 - jump, _LEAST_TRUST)
        expected = self.centre + self.velocity * steps
        surprise = (centre - expected) * trust
        self.centre = expected + surprise * max((4 * self.seen - 2) / weight, _POSITION_GAIN)
        self.velocity = self.velocity + surprise / steps * max(6 / weight, _VELOCITY_GAIN)
        self.size *= (size / self.size) ** (trust * _POSITION_GAIN)
        self.missed = 0


class Tracker:
    """Gives ids "1", "2", … in order of appearance."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._next_id = 1

    def update(self, boxes: np.ndarray) -> list[Track]:
        """Tracks of the boxes of the next processed frame.

        Args:
            boxes: (N, 4) x, y, width, height in pixels.

        Returns:
            N tracks, all different.
        """
        boxes = np.asarray(boxes, np.float64)
        centres = boxes[:, :2] + boxes[:, 2:] / 2
        sizes = np.sqrt(np.maximum(boxes[:, 2] * boxes[:, 3], 1.0))
        seen = []
        for owner, centre, size in zip(self._owners(centres, sizes), centres, sizes, strict=True):
            if owner is None:
                owner = Track(str(self._next_id), centre, float(size))
                self._next_id += 1
            else:
                owner.found(centre, float(size))
            seen.append(owner)
        seen_ids = {track.id for track in seen}
        unseen = [track for track in self._tracks if track.id not in seen_ids]
        for track in unseen:
            track.missed += 1
            track.evidence.wait()
        self._tracks = seen + [track for track in unseen if track.missed <= MAX_MISSED_FRAMES]
        return seen

    def reset(self) -> None:
        """Forget all faces; ids go on counting, so that none is given twice."""
        self._tracks.clear()

    def _owners(self, centres: np.ndarray, sizes: np.ndarray) -> list[Track | None]:
        """For each face of the frame the track that it continues, or None for a new face."""
        if not len(centres):
            return []
        known = [track.costs(centres, sizes) for track in self._tracks]
        # One column more for each face: to be new costs 1, which is the limit of what fits.
        table = np.stack([*known, *np.ones((len(centres), len(centres)))], axis=1)
        return [
            self._tracks[column] if column < len(self._tracks) else None
            for column in assign(table)
        ]

# SPDX-License-Identifier: Apache-2.0
"""One id for one face as long as it is seen: boxes of successive frames matched by overlap."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from fakeface_ros.scoring.temporal import TrackEvidence
from fakeface_ros.vision.boxes import overlap

_MIN_OVERLAP = 0.3
_MAX_MISSED_FRAMES = 15  # half a second at 30 frames/s: longer than a blink of the detector


@dataclass
class Track:
    """A face that is followed.

    Attributes:
        id: the same as long as it is followed, never given twice.
        evidence: gathered over its frames.
    """

    id: str
    corners: np.ndarray
    missed: int = 0
    evidence: TrackEvidence = field(default_factory=TrackEvidence)


class Tracker:
    """Gives ids "1", "2", … in order of appearance."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._next_id = 1

    def update(self, boxes: np.ndarray) -> list[Track]:
        """Tracks of the boxes of the next frame.

        Args:
            boxes: (N, 4) x, y, width, height in pixels.

        Returns:
            N tracks, all different.
        """
        corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
        owners = self._match(corners)
        for index, owner in enumerate(owners):
            if owner is None:
                owners[index] = Track(str(self._next_id), corners[index])
                self._next_id += 1
        seen = [track for track in owners if track is not None]
        for track, box in zip(seen, corners, strict=True):
            track.corners, track.missed = box, 0
        seen_ids = {track.id for track in seen}
        unseen = [track for track in self._tracks if track.id not in seen_ids]
        for track in unseen:
            track.missed += 1
        self._tracks = seen + [track for track in unseen if track.missed <= _MAX_MISSED_FRAMES]
        return seen

    def forget_evidence(self) -> None:
        """Go on following the same faces, but judge them anew, as by another model."""
        for track in self._tracks:
            track.evidence = TrackEvidence()

    def reset(self) -> None:
        """Forget all faces; ids go on counting, so that none is given twice."""
        self._tracks.clear()

    def _match(self, corners: np.ndarray) -> list[Track | None]:
        """For each box the track that it overlaps most, pairs with the greatest overlap first."""
        owners: list[Track | None] = [None] * len(corners)
        if not self._tracks or not len(corners):
            return owners
        shared = overlap(np.stack([track.corners for track in self._tracks]), corners)
        while shared.max() >= _MIN_OVERLAP:
            row, column = np.unravel_index(shared.argmax(), shared.shape)
            owners[column] = self._tracks[row]
            shared[row, :] = shared[:, column] = -1.0
        return owners

# SPDX-License-Identifier: Apache-2.0
"""Evidence of one face over many frames: it decides better than any single frame, and settles."""

from __future__ import annotations

FORGETTING = 0.95
"""Weight of a frame one frame later: about the last 20 frames count."""

HYSTERESIS = 0.5
"""How far beyond the border a settled verdict must be contradicted before it changes, in units of
strangeness (log-odds for a classifier)."""


class TrackEvidence:
    """Running mean of a face's strangeness, and the verdict it has settled on.

    Frames of one face are not independent, so their log-odds are averaged and not summed: the
    mean of a real face's frames is no stranger than a single frame, and the conformal promise,
    made for single pictures, holds for it.

    Attributes:
        mean: of the frames so far, recent ones first; strangeness as in `Scores`.
    """

    def __init__(self) -> None:
        self.mean = 0.0
        self._model = ""
        self._weight = 0.0
        self._is_fake: bool | None = None

    def add(self, strangeness: float, model: str = "") -> float:
        """Take in one frame and give the new mean.

        Args:
            strangeness: of the frame alone.
            model: what judged it, as by its hash. What another one said before is forgotten, its
                verdict too: their scales differ.
        """
        if model != self._model:
            self._model, self.mean, self._weight, self._is_fake = model, 0.0, 0.0, None
        self._weight = FORGETTING * self._weight + 1.0
        self.mean += (strangeness - self.mean) / self._weight
        return self.mean

    def settle(self, border: float) -> bool:
        """Whether the face is fake, by a mean beyond the border, without flickering around it."""
        if self._is_fake is not None:
            border += HYSTERESIS * (-1 if self._is_fake else 1)
        self._is_fake = self.mean > border
        return self._is_fake

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

"""Evidence of one face over many frames: it decides better than any single frame, and settles."""

from __future__ import annotations

FORGETTING = 0.98
"""Weight of a frame one frame later: about the last 50 frames count."""

FORMING_FRAMES = 30
"""Frames, since a face was first judged, in which its verdict is still being formed: one second
at 30 frames/s."""

FORMING_HYSTERESIS, SETTLED_HYSTERESIS = 0.6, 1.5
"""How far beyond the border a verdict must be contradicted before it changes, while it is being
formed and from then on, in units of strangeness (log-odds for a classifier). Faces that move
change their mean by 0.8 (standard deviation) from one second to another; see training/RESULTS.md,
"Faces in motion", for how these were chosen."""


class TrackEvidence:
    """Running mean of a face's strangeness, and the verdict it has settled on.

    Frames of one face are not independent, so their log-odds are averaged and not summed: a sum
    would take the same oddity, seen thirty times, for thirty oddities. The conformal promise is
    made for single pictures: it holds for the first verdict, which is that of one frame. The mean
    of several frames is compared with the same border; it scatters less than single frames do. A
    verdict that has settled may disagree with the mean by up to the hysteresis.

    Attributes:
        mean: of the frames so far, recent ones first; strangeness as in `Scores`.
    """

    def __init__(self) -> None:
        self._begin("")

    def _begin(self, model: str) -> None:
        self.mean: float = 0.0
        self._model: str = model
        self._weight: float = 0.0
        self._frames: int = 0
        self._border: float | None = None
        self._is_fake: bool = False

    def add(self, strangeness: float, model: str = "") -> float:
        """Take in one frame and give the new mean.

        Args:
            strangeness: of the frame alone.
            model: what judged it, as by its hash. What another one said before is forgotten, its
                verdict too: their scales differ.
        """
        if model != self._model:
            self._begin(model)
        self._frames += 1
        self._weight = FORGETTING * self._weight + 1.0
        self.mean += (strangeness - self.mean) / self._weight
        return self.mean

    def wait(self) -> None:
        """A frame in which the face is hidden or cannot be judged: its verdict grows older."""
        if self._frames:
            self._frames += 1

    def judged_by(self, model: str) -> bool:
        """Whether this model has said anything of the face so far."""
        return self._weight > 0 and self._model == model

    def settle(self, border: float) -> bool:
        """Whether the face is fake, by a mean beyond the border, without flickering around it.

        Another border than in the last call, as where the user moves alpha, is decided afresh.
        """
        margin = 0.0
        if border == self._border:
            forming = self._frames <= FORMING_FRAMES
            margin = FORMING_HYSTERESIS if forming else SETTLED_HYSTERESIS
        self._border = border
        self._is_fake = self.mean > border + (-margin if self._is_fake else margin)
        return self._is_fake

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

"""Red is fake, green is real, grey is unknown; one face also gets a sentence."""

import numpy as np
import pytest

from fakeface_ros.results import Face, FrameResult, Verdict
from fakeface_ros.vision.annotation import COLOURS_BGR, STYLES, annotate, sentence

FRAME = np.zeros((240, 320, 3), np.uint8)


def result(*verdicts: Verdict, box=(100.0, 80.0, 60.0, 70.0)) -> FrameResult:
    faces = [
        Face(box, np.full((5, 2), np.nan, np.float32), 1.0, str(i), verdict, fake_score=0.7)
        for i, verdict in enumerate(verdicts)
    ]
    return FrameResult("x.png", 0, 320, 240, faces)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_rectangle_has_the_colour_of_the_verdict_and_the_frame_is_left_alone(verdict):
    picture = annotate(FRAME, result(verdict))
    assert tuple(picture[115, 100]) == COLOURS_BGR[verdict]
    assert not FRAME.any()
    blue, green, red = COLOURS_BGR[verdict]
    assert {
        Verdict.FAKE: red > 2 * max(blue, green),
        Verdict.REAL: green > 2 * max(blue, red),
        Verdict.UNKNOWN: blue == green == red,
    }[verdict]


def test_sentence_for_exactly_one_judged_face():
    assert sentence(result(Verdict.FAKE)) == "This image is Fake"
    assert sentence(result(Verdict.REAL)) == "This image is Real"
    assert sentence(result(Verdict.UNKNOWN)) == ""
    assert sentence(result(Verdict.REAL, Verdict.FAKE)) == ""
    assert sentence(result()) == ""


@pytest.mark.parametrize("box", [(-40.0, -30.0, 60.0, 60.0), (310.0, 230.0, 90.0, 90.0)])
def test_a_face_at_the_edge_still_gets_its_label_within_the_picture(box):
    picture = annotate(FRAME, result(Verdict.FAKE, Verdict.FAKE, box=box))
    assert picture.shape == FRAME.shape
    assert (picture > 225).all(axis=2).sum() > 15  # white letters


def test_each_style_draws_more_than_the_one_before(astronaut):
    face = Face((160.0, 60.0, 120.0, 120.0), np.full((5, 2), 220.0, np.float32), 0.9, "1",
                Verdict.REAL, fake_score=0.2)  # fmt: skip
    result = FrameResult("", 0, 512, 512, [face])
    drawn = [(annotate(astronaut, result, style) != astronaut).any(axis=2) for style in STYLES]
    areas = [int(changed.sum()) for changed in drawn]
    assert 0 < areas[0] < areas[1] < areas[2]
    assert not drawn[1][215:225, 215:225].any()
    assert drawn[2][220, 220]

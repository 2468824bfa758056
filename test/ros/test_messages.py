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

"""Results as messages: nothing invented, nothing outside the image."""

import json
import math

import numpy as np
import pytest
from fakeface_ros.msg import FaceVerdict
from std_msgs.msg import Header

from fakeface_ros.node.messages import model_info, verdict_array
from fakeface_ros.pipeline import DEFAULT_MODEL
from fakeface_ros.results import Face, FrameResult, Verdict
from fakeface_ros.scoring.bundle import load_bundle


def header() -> Header:
    message = Header(frame_id="front")
    message.stamp.sec, message.stamp.nanosec = 12, 34
    return message


def face(**changes) -> Face:
    points = np.arange(10, dtype=np.float32).reshape(5, 2)
    return Face(**{"box": (10.4, 20.6, 30.0, 40.0), "landmarks": points, "detection_score": 0.9,
                   **changes})  # fmt: skip


def convert(*faces: Face):
    return verdict_array(FrameResult("x", 3, 64, 48, list(faces)), header(), "cae_kde", 12.5)


def test_every_field_is_copied():
    message = convert(face(id="7", verdict=Verdict.FAKE, fake_score=0.75, p_real=0.25,
                           reconstruction_error=0.5, log_density=-2.0))  # fmt: skip
    assert message.header == header()
    assert (message.image_width, message.image_height) == (64, 48)
    assert (message.model, message.latency_ms) == ("cae_kde", 12.5)
    said = message.faces[0]
    assert said.header == header()
    assert (said.id, said.verdict) == ("7", FaceVerdict.VERDICT_FAKE)
    assert (said.fake_score, said.p_real) == (0.75, 0.25)
    assert (said.reconstruction_error, said.log_density) == (0.5, -2.0)
    assert said.detection_score == pytest.approx(0.9)
    assert [(p.x, p.y, p.z) for p in said.landmarks] == [
        (2.0 * i, 2.0 * i + 1, 0) for i in range(5)
    ]


def test_constants_are_those_of_the_results():
    for verdict in Verdict:
        assert getattr(FaceVerdict, f"VERDICT_{verdict.name}") == verdict


def test_what_is_not_known_is_nan():
    said = convert(face()).faces[0]
    for name in ("fake_score", "p_real", "reconstruction_error", "log_density"):
        assert math.isnan(getattr(said, name))


def test_an_image_without_faces_is_an_empty_message():
    assert list(convert().faces) == []


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((10.4, 20.6, 30.0, 40.0), (10, 21, 30, 27)),  # cut by the lower edge
        ((-5.0, -5.0, 20.0, 20.0), (0, 0, 15, 15)),
        ((63.9, 47.9, 0.1, 0.1), (63, 47, 1, 1)),
        ((0.0, 0.0, 64.0, 48.0), (0, 0, 64, 48)),
    ],
)
def test_boxes_lie_in_the_image_and_have_an_area(box, expected):
    region = convert(face(box=box)).faces[0].box
    assert (region.x_offset, region.y_offset, region.width, region.height) == expected


def test_model_info_names_the_bundle():
    bundle = load_bundle(DEFAULT_MODEL)
    info = json.loads(model_info(bundle).data)
    assert info == {"name": bundle.name, "version": bundle.version, "sha256": bundle.sha256}

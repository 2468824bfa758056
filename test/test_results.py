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

"""The JSON contract of one frame."""

import json

import numpy as np

from fakeface_ros.results import Detections, Face, FrameResult, Verdict


def test_json_holds_the_contract_and_no_nan():
    face = Face((1.0, 2.0, 3.0, 4.0), np.arange(10, dtype=np.float32).reshape(5, 2), 0.99)
    text = json.dumps(FrameResult("a.png", 3, 640, 480, [face]).to_json(), allow_nan=False)
    said = json.loads(text)
    assert (said["source"], said["frame"], said["width"], said["height"]) == ("a.png", 3, 640, 480)
    assert said["faces"][0]["landmarks"] == [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]
    assert said["faces"][0]["verdict"] == "unknown"
    assert said["faces"][0]["fake_score"] is None
    assert set(said["faces"][0]) >= {
        "box", "landmarks", "detection_score", "id", "verdict", "fake_score", "p_real",
        "reconstruction_error", "log_density",
    }  # fmt: skip


def test_verdict_values_are_those_of_the_message():
    assert [(v.value, v.label) for v in Verdict] == [(0, "unknown"), (1, "real"), (2, "fake")]


def test_no_detections_have_the_shapes_of_some():
    none = Detections.none()
    assert len(none) == 0
    assert (none.boxes.shape, none.landmarks.shape) == ((0, 4), (0, 5, 2))

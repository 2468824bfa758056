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

"""What the node says, as messages."""

from __future__ import annotations

import json

from geometry_msgs.msg import Point32
from sensor_msgs.msg import RegionOfInterest
from std_msgs.msg import String

from fakeface_ros.msg import FaceVerdict, FaceVerdictArray
from fakeface_ros.scoring.bundle import Bundle
from fakeface_ros.verdict_messages import MessageTypes

verdict_array = MessageTypes(
    FaceVerdict, FaceVerdictArray, Point32, RegionOfInterest
).verdict_array
"""All that is said of one frame, (result, header, model, latency_ms) to FaceVerdictArray."""


def model_info(bundle: Bundle) -> String:
    """What names the model that judges, as JSON: name, version, sha256 of its manifest."""
    return String(
        data=json.dumps({"name": bundle.name, "version": bundle.version, "sha256": bundle.sha256})
    )

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

"""The shipped Fast DDS profiles: Fast DDS takes them as they are, and images come through."""

from __future__ import annotations

import cv2
import pytest
import rclpy


@pytest.mark.skipif(
    "fastrtps" not in rclpy.get_rmw_implementation_identifier(), reason="of Fast DDS alone"
)
@pytest.mark.parametrize("profile", ["fastdds_large_images", "fastdds_without_shared_memory"])
def test_a_camera_and_the_node_meet_under_it(
    start, onlook, noise, tmp_path, use_dds_profile, profile
):  # fmt: skip
    file = use_dds_profile(profile)
    picture = noise[:48, :64]
    cv2.imwrite(str(tmp_path / "picture.png"), picture)
    onlooker = onlook(f"/{profile}", image_topic="unused")
    started = [
        start("fakeface_node", {}, f"/{profile}"),
        start("image_source", {"source": str(tmp_path / "picture.png")}, f"/{profile}"),
    ]
    onlooker.wait(lambda: onlooker.verdicts, "a verdict on the camera's images")
    first = "the first image is judged: 64 x 48 pixels"
    onlooker.wait(lambda: first in started[0].text(), "the log's word of it")
    for process in started:
        assert "XMLPARSER" not in process.text(), f"{file} is refused"

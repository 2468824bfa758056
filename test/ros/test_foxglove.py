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

"""The Foxglove layout shows topics that the node has, each panel once."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ament_index_python.packages import get_package_share_directory

LAYOUT = Path(get_package_share_directory("fakeface_ros")) / "launch/foxglove/fakeface.json"


def panels(node) -> list[str]:
    if isinstance(node, str):
        return [node]
    return panels(node["first"]) + panels(node["second"])


def test_every_panel_is_configured_and_shown_once():
    layout = json.loads(LAYOUT.read_text(encoding="utf-8"))
    assert sorted(panels(layout["layout"])) == sorted(layout["configById"])


def test_its_topics_are_those_of_the_node(start, onlook):
    start("fakeface_node", {}, "/fox")
    onlooker = onlook("/fox")
    onlooker.status(lambda values, _: values["state"] == "active")
    text = LAYOUT.read_text(encoding="utf-8")
    topics = {t.split(".")[0] for t in re.findall(r'"(/[a-z_/]+(?:\.[^"]*)?)"', text)}
    topics -= {"/fakeface"}  # its hardware id in diagnostics
    assert "/fakeface/markers" in topics
    known = {name for name, _ in onlooker.node.get_topic_names_and_types()}
    assert {f"/fox{topic}" for topic in topics - {"/diagnostics"}} <= known

# SPDX-License-Identifier: Apache-2.0
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

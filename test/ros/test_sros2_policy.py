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

"""The shipped SROS 2 policy allows exactly what the running node has, no less and no more."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from rclpy.node import NodeNameNonExistentError

POLICY = Path(get_package_share_directory("fakeface_ros"), "launch/sros2/fakeface.policy.xml")
NAME = "fakeface"


def resolved(name: str, namespace: str) -> str:
    """As ROS resolves a name of the node in its namespace."""
    name = name.replace("~", f"{namespace}/{NAME}", 1) if name.startswith("~") else name
    return name if name.startswith("/") else f"{namespace}/{name}"


def allowed(kind: str, direction: str, namespace: str) -> set[str]:
    """Names that the policy allows in a direction; it denies nothing."""
    (profile,) = ElementTree.parse(POLICY).getroot().findall("enclaves/enclave/profiles/profile")
    assert (profile.get("ns"), profile.get("node")) == ("/", NAME)
    rules = [rule for rule in profile.iter(f"{kind}s") if rule.get(direction)]
    assert {rule.get(direction) for rule in rules} == {"ALLOW"}
    return {resolved(str(e.text), namespace) for rule in rules for e in rule.iter(kind)}


def test_it_is_a_policy_of_the_version_that_sros2_reads():
    root = ElementTree.parse(POLICY).getroot()
    assert (root.tag, root.get("version")) == ("policy", "0.2.0")
    assert [e.get("path") for e in root.iter("enclave")] == [f"/{NAME}"]


def test_it_is_what_the_running_node_has(start, onlook):
    parameters = {
        "image": {},
        "image/compressed": {"image_transport": "compressed", "use_sim_time": True},
    }
    seen: dict[str, dict[str, set[str]]] = {}
    for topic, values in parameters.items():
        namespace = f"/policy_{topic.rpartition('/')[2]}"
        start("fakeface_node", values, namespace)
        onlooker = onlook(namespace)
        node = onlooker.node

        def names(getter, namespace=namespace) -> set[str]:
            try:
                return {name for name, _ in getter(NAME, namespace)}
            except NodeNameNonExistentError:  # what it publishes may be heard before its name
                return set()

        # The last thing to come up, so that all else is known then.
        images = f"{namespace}/{topic}"
        onlooker.wait(
            lambda names=names, images=images, node=node: (
                images in names(node.get_subscriber_names_and_types_by_node)
            ),
            "its subscription to images",
        )
        seen[namespace] = {
            "publish": names(node.get_publisher_names_and_types_by_node),
            "subscribe": names(node.get_subscriber_names_and_types_by_node),
            "reply": names(node.get_service_names_and_types_by_node),
            "request": names(node.get_client_names_and_types_by_node),
        }
    subscribed = set[str]()
    for namespace, found in seen.items():
        # vision_msgs is not everywhere, and get_type_description is not in Humble.
        own = f"{namespace}/{NAME}"
        assert found["publish"] | {f"{own}/detections"} == allowed("topic", "publish", namespace)
        assert found["subscribe"] <= allowed("topic", "subscribe", namespace)
        assert found["reply"] | {f"{own}/get_type_description"} == allowed(
            "service", "reply", namespace
        )
        assert found["request"] == set()
        subscribed |= {n.replace(namespace, "", 1) for n in found["subscribe"]}
    assert subscribed == allowed("topic", "subscribe", "")

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

"""Who else is on the graph: other ends of the node's topics that nothing passes to, namesakes.

A publisher and a subscription whose quality of service or type do not fit are silently left
unconnected: "no image arrives" is what users of camera nodes ask most.
"""

from __future__ import annotations

from collections.abc import Iterable

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSCompatibility, qos_check_compatible
from rclpy.subscription import Subscription
from rclpy.topic_endpoint_info import TopicEndpointInfo


def unmatched_publishers(node: Node, subscription: Subscription) -> list[str]:
    """A sentence for each publisher of the subscription's topic that cannot reach it."""
    topic = subscription.topic_name
    own = _own(node, node.get_subscriptions_info_by_topic(topic))
    return [
        f"nothing comes from {_name(end)}: {reason}"
        for end in node.get_publishers_info_by_topic(topic)
        if own and (reason := _obstacle(end, own, other=end, own=own))
    ]


def unmatched_subscriptions(node: Node, publishers: Iterable[Publisher]) -> list[str]:
    """A sentence for each subscription to one of the publishers' topics that gets nothing."""
    sentences = []
    for publisher in publishers:
        topic = publisher.topic_name
        own = _own(node, node.get_publishers_info_by_topic(topic))
        sentences += [
            f"{_name(end)} gets nothing of {topic}: {reason}"
            for end in node.get_subscriptions_info_by_topic(topic)
            if own and (reason := _obstacle(own, end, other=end, own=own))
        ]
    return sentences


def namesakes(node: Node) -> list[str]:
    """A sentence where another node has this node's name; ROS lets both run."""
    own = (node.get_name(), node.get_namespace())
    if node.get_node_names_and_namespaces().count(own) < 2:
        return []
    # What a killed process had stays on the graph until its lease is over.
    return [
        f"another node is named {node.get_fully_qualified_name()}, or one that was killed less "
        "than half a minute ago: services and parameters may reach either; start one of them with "
        "--ros-args -r __node:=another_name"
    ]


def _own(node: Node, ends: list[TopicEndpointInfo]) -> TopicEndpointInfo | None:
    """The node's own end as the middleware sees it, durations that were left open filled in."""
    name = (node.get_name(), node.get_namespace())
    return next((end for end in ends if (end.node_name, end.node_namespace) == name), None)


def _obstacle(
    publisher: TopicEndpointInfo,
    subscription: TopicEndpointInfo,
    other: TopicEndpointInfo,
    own: TopicEndpointInfo,
) -> str:
    """Why nothing passes between two ends, one of them our own; "" where it does."""
    if other.topic_type != own.topic_type:
        return f"its type is {other.topic_type} instead of {own.topic_type}"
    compatibility, reason = qos_check_compatible(publisher.qos_profile, subscription.qos_profile)
    if compatibility != QoSCompatibility.ERROR:
        return ""
    errors = [part.removeprefix("ERROR: ") for part in reason.split(";") if "ERROR" in part]
    return f"quality of service ({', '.join(errors).lower()})"


def _name(end: TopicEndpointInfo) -> str:
    return f"{end.node_namespace.rstrip('/')}/{end.node_name}"

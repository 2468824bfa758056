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

"""Nothing newer than ROS 2 Humble's rclpy 3.3 is used.

rclpy_names.txt lists every name of rclpy that the package uses, and each is in Humble. How that
was checked, and is checked again: RCLPY_HUMBLE names a checkout of ros2/rclpy's branch humble.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rclpy
from rclpy.clock import ROSClock
from rclpy.executors import Executor
from rclpy.lifecycle import LifecycleNode
from rclpy.parameter import Parameter
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from rclpy.subscription import Subscription
from rclpy.time import Time
from rclpy.topic_endpoint_info import TopicEndpointInfo

CONSTRUCTORS = ("__init__", "__new__")
ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("rclpy_names.txt")
CLASSES = (LifecycleNode, Publisher, Subscription, ROSClock, Time, Executor, Parameter, QoSProfile,
           TopicEndpointInfo, rclpy.Context)  # fmt: skip


def trees() -> Iterator[ast.AST]:
    for path in sorted((ROOT / "fakeface_ros" / "node").glob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    """rclpy.qos.QoSProfile, and what is reached by attributes of the module rclpy."""
    for item in ast.walk(tree):
        if isinstance(item, ast.ImportFrom) and (item.module or "").split(".")[0] == "rclpy":
            yield from (f"{item.module}.{alias.name}" for alias in item.names)
        elif isinstance(item, ast.Attribute) and ast.unparse(item).startswith("rclpy."):
            yield ast.unparse(item)


def attributes(tree: ast.AST) -> Iterator[str]:
    """Public names of rclpy's classes that are read of any object, and keywords given to them."""
    public = {name for c in CLASSES for name in dir(c) if not name.startswith("_")}
    own = {alias.name for item in ast.walk(tree) if isinstance(item, ast.ImportFrom)
           and (item.module or "").startswith("rclpy") for alias in item.names}  # fmt: skip
    for item in ast.walk(tree):
        if isinstance(item, ast.Attribute) and item.attr in public:
            yield item.attr
        if isinstance(item, ast.Call):
            called = getattr(item.func, "attr", getattr(item.func, "id", ""))
            if called in public | own:
                yield from (f"{called}({word.arg})" for word in item.keywords if word.arg)


def used() -> set[str]:
    return {name for tree in trees() for name in (*imported(tree), *attributes(tree))}


def listed() -> set[str]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def test_every_name_used_is_listed():
    assert sorted(used() - listed()) == [], "check them against Humble, then list them"


def test_no_import_is_listed_in_vain():
    assert {name for name in listed() - used() if name.startswith("rclpy.")} == set()


def test_the_list_is_found_in_a_checkout_of_humble():
    if "RCLPY_HUMBLE" not in os.environ:
        pytest.skip("RCLPY_HUMBLE does not name a checkout of ros2/rclpy, branch humble")
    sources = sorted(Path(os.environ["RCLPY_HUMBLE"]).glob("rclpy/**/*.[pc][yp]*"))
    sources = [path for path in sources if "test" not in path.parts]
    assert sources
    words: set[str] = set()
    keywords: set[str] = set()
    for path in sources:
        text = path.read_text(encoding="utf-8")
        words |= set(re.findall(r"\w+", text))
        if path.suffix == ".py":
            for item in ast.walk(ast.parse(text)):
                if isinstance(item, ast.ClassDef):
                    keywords |= {f"{item.name}({name})" for f in item.body
                                 if isinstance(f, ast.FunctionDef) and f.name in CONSTRUCTORS
                                 for name in arguments(f)}  # fmt: skip
                elif isinstance(item, ast.FunctionDef):
                    keywords |= {f"{item.name}({name})" for name in arguments(item)}
    for name in listed():
        if "(" in name:
            assert name in keywords or name.startswith("QoSProfile("), name
        else:
            assert set(name.split(".")) <= words, name


def arguments(function: ast.FunctionDef) -> list[str]:
    return [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]

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

"""Two nodes in two namespaces: each judges its own camera and says so under its own name."""

from __future__ import annotations

from onlooker import reliable

from fakeface_ros.node.conversion import to_image


def test_each_judges_its_own_camera(start, onlook, astronaut, noise):
    onlookers = []
    for namespace in ("/left", "/right"):
        start("fakeface_node", reliable(namespace), namespace)
        onlookers.append(onlook(namespace))
    left, right = onlookers
    for onlooker in onlookers:
        onlooker.wait_for_match()
        onlooker.status(lambda values, _: values["state"] == "active")
    stamps = [left.send(to_image(astronaut)) for _ in range(2)], right.send(to_image(noise))
    assert len(left.answer(stamps[0][-1]).faces) == 1
    assert right.answer(stamps[1]).faces == []
    assert len(right.verdicts) == 1
    values = right.status(lambda values, _: values["images processed"] != "0")
    assert values["topic"] == "/right/image"
    assert values["images received"] == "1"

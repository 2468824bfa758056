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

"""Tables print what they hold."""

from tables import Table


def test_columns_line_up_and_missing_cells_stay_empty():
    table = Table("times", [{"stack": "a", "ms": 1.25}, {"stack": "long", "MB": 7}], ["Warm."])
    lines = table.text().splitlines()
    assert lines[1:3] == ["== times", "stack    ms  MB"]
    assert lines[4:] == ["a      1.25", "long          7", "   Warm."]


def test_json_holds_the_same():
    rows = [{"stack": "a", "loaded": False}]
    assert Table("t", rows).as_json() == {"title": "t", "rows": rows, "notes": []}
    assert "no" in Table("t", rows).text()

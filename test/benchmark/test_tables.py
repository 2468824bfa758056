# SPDX-License-Identifier: Apache-2.0
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

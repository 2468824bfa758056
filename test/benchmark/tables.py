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

"""Results of the benchmark: printed as tables, written as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

Row = dict[str, Any]
"""Columns by name: numbers, strings or booleans."""


@dataclass
class Table:
    """One part's results.

    Attributes:
        title: what was measured.
        rows: columns by name; a row may leave some out.
        notes: what a reader must know to believe the figures.
    """

    title: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """For a terminal."""
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        cells = [columns] + [[_cell(row.get(name, "")) for name in columns] for row in self.rows]
        widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
        lines = [
            "  ".join(
                cell.ljust(width) if index == 0 else cell.rjust(width)
                for index, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
            for line in cells
        ]
        if len(lines) > 1:
            lines.insert(1, "-" * max(map(len, lines)))
        return "\n".join(["", f"== {self.title}", *lines, *(f"   {note}" for note in self.notes)])

    def as_json(self) -> dict[str, object]:
        """For build/bench.json."""
        return asdict(self)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.6g}" if isinstance(value, float) else str(value)

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

"""Who is who: the pairing of rows with columns that costs least in total."""

from __future__ import annotations

import numpy as np


def assign(cost: np.ndarray) -> np.ndarray:
    """The column of each row, all different, such that the sum of their costs is least.

    Shortest augmenting paths with prices, as in Crouse, "On implementing 2D rectangular assignment
    algorithms", IEEE Transactions on Aerospace and Electronic Systems 52(4), 2016. Our own because
    scipy, which has it, would be a run-time dependency for this one call.

    Args:
        cost: (N, M) float, finite, N <= M.

    Returns:
        (N,) int64.

    Raises:
        ValueError: there are more rows than columns, or a cost is not finite.
    """
    rows, columns = cost.shape
    if rows > columns or not np.isfinite(cost).all():
        raise ValueError(f"cost must be finite and no taller than wide, got {cost.shape}")
    row_price, column_price = np.zeros(rows), np.zeros(columns)
    column_of = np.full(rows, -1)
    row_of = np.full(columns, -1)
    for start in range(rows):
        shortest = np.full(columns, np.inf)
        came_from = np.full(columns, -1)
        done = np.zeros(columns, bool)
        on_path = [start]
        length = 0.0
        while True:
            row = on_path[-1]
            through = length + cost[row] - row_price[row] - column_price
            better = ~done & (through < shortest)
            shortest[better], came_from[better] = through[better], row
            column = int(np.where(done, np.inf, shortest).argmin())
            length = shortest[column]
            done[column] = True
            if row_of[column] < 0:
                break
            on_path.append(int(row_of[column]))
        row_price[start] += length
        others = on_path[1:]
        row_price[others] += length - shortest[column_of[others]]
        column_price[done] -= length - shortest[done]
        while column >= 0:
            row = int(came_from[column])
            row_of[column] = row
            column_of[row], column = column, int(column_of[row])
    return column_of

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

"""Principal axes by the small route are those of the singular value decomposition."""

import numpy as np
from density_cost import principal_axes


def test_axes_are_orthonormal_and_span_the_strongest_directions():
    random = np.random.default_rng(0)
    rows = random.standard_normal((30, 50)) * np.geomspace(9, 0.1, 50)
    axes = principal_axes(rows, 4)
    np.testing.assert_allclose(axes @ axes.T, np.eye(4), atol=1e-9)
    wanted = np.linalg.svd(rows, full_matrices=False)[2][:4]
    np.testing.assert_allclose(np.abs(axes @ wanted.T), np.eye(4), atol=1e-6)

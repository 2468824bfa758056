# SPDX-License-Identifier: Apache-2.0
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

# SPDX-License-Identifier: Apache-2.0
"""The training chain: prepare, train, fit, evaluate. Never imported by fakeface_ros."""

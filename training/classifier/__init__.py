# SPDX-License-Identifier: Apache-2.0
"""The forgery network: a classifier of aligned crops, trained on real and generated faces."""

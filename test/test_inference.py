# SPDX-License-Identifier: Apache-2.0
"""Sessions are made from files and from bytes alike."""

import numpy as np

from fakeface_ros.inference import make_session
from fakeface_ros.vision.mtcnn_networks import convert


def test_bytes_and_path_give_the_same_network_at_any_thread_count(tmp_path):
    model = convert("rnet")
    (tmp_path / "rnet.onnx").write_bytes(model)
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 24, 24, 3)).astype(np.float32)
    outputs = [
        make_session(source, threads).run(["probability"], {"pictures": pictures})[0]
        for source, threads in [(model, 0), (tmp_path / "rnet.onnx", 1)]
    ]
    np.testing.assert_allclose(*outputs, atol=1e-6)

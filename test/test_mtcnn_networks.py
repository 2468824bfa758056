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

"""Networks come from the wheel's own weights, once, and from no other file."""

import numpy as np
import pytest

from fakeface_ros.inference import make_session
from fakeface_ros.vision import mtcnn_networks
from fakeface_ros.vision.mtcnn_networks import WeightsError, convert, network

PICTURES = np.random.default_rng(0).uniform(0, 255, (3, 48, 48, 3)).astype(np.float32)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FAKEFACE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_converted_once_then_read_from_the_cache(cache, monkeypatch):
    first = network("pnet")
    assert [f.name.startswith("mtcnn-pnet") for f in cache.iterdir()] == [True]
    monkeypatch.setattr(mtcnn_networks, "convert", lambda name: pytest.fail("converted again"))
    assert network("pnet") == first


@pytest.mark.parametrize(
    "damage", [lambda m: m[:-1], lambda m: m[:99] + b"?" + m[100:], lambda m: b""]
)
def test_a_damaged_cache_is_made_anew(cache, damage):
    whole = network("pnet")
    (file,) = cache.iterdir()
    file.write_bytes(damage(whole))
    assert network("pnet") == whole
    assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FAKEFACE_CACHE", str(tmp_path / "file"))
    assert network("pnet") == convert("pnet")
    assert "cannot keep" in caplog.text


def test_weights_of_another_wheel_are_refused_unread(cache, monkeypatch):
    monkeypatch.setitem(mtcnn_networks._WEIGHTS_SHA256, "pnet", "0" * 64)
    with pytest.raises(WeightsError, match=r"pnet\.lz4 has sha256 .* not that of mtcnn 1\.0\.0"):
        network("pnet")


def test_a_missing_wheel_says_what_to_install(cache, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WeightsError, match="pip install mtcnn"):
        network("pnet")


@pytest.mark.parametrize(("name", "size"), [("pnet", 48), ("rnet", 24), ("onet", 48)])
def test_equals_the_wheel_in_tensorflow(name, size):
    pytest.importorskip("tensorflow", reason="the reference runs in TensorFlow")
    stages = pytest.importorskip("mtcnn.stages")
    stage = {"pnet": stages.StagePNet, "rnet": stages.StageRNet, "onet": stages.StageONet}[name]
    pictures = np.ascontiguousarray(PICTURES[:, :size, :size])
    expected = [np.asarray(o) for o in stage().model((pictures[..., ::-1] - 127.5) / 128)]
    ours = make_session(convert(name)).run(None, {"pictures": pictures})
    for mine, theirs in zip(ours, expected, strict=True):
        channels_last = np.moveaxis(mine, 1, -1)
        # Of the wheel's two probabilities, no face and face, ours is the last.
        np.testing.assert_allclose(channels_last, theirs[..., -mine.shape[1] :], atol=2e-5)

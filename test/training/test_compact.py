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

"""A compact bundle is calibrated anew, and nothing is left half done."""

import io
import shutil

import numpy as np
import pytest

from fakeface_ros.scoring.bundle import load_bundle
from fakeface_ros.scoring.density import GaussianKDE
from training import compact as compacting
from training.assemble import scores_of
from training.classifier.train import read_pictures
from training.compact import compact, in_fewer_axes, main


@pytest.fixture
def copy(tmp_path, bundle):
    return shutil.copytree(bundle, tmp_path / "mine")


def saved(density: GaussianKDE) -> bytes:
    content = io.BytesIO()
    density.save(content)
    return content.getvalue()


def test_fewer_axes_are_those_that_a_fit_would_have_kept():
    random = np.random.default_rng(0)
    codes = (random.normal(size=(60, 20)) * np.linspace(2, 0.1, 20)).astype(np.float32)
    points = random.normal(size=(10, 20)).astype(np.float32)
    more = saved(GaussianKDE.fit(codes, 0.5, 12))
    fitted = GaussianKDE.load(io.BytesIO(saved(GaussianKDE.fit(codes, 0.5, 5))))
    fewer = GaussianKDE.load(io.BytesIO(in_fewer_axes(more, 5)))
    np.testing.assert_allclose(
        fewer.log_density(points), fitted.log_density(points), rtol=0, atol=0.1
    )
    assert in_fewer_axes(more, 12) == more
    exact = saved(GaussianKDE.fit(codes, 0.5))
    assert in_fewer_axes(exact, 5) == exact


def test_a_bundle_is_calibrated_as_it_is_then(copy, make_folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(compacting, "LEAST_RANK_CORRELATION", 0.5)  # of 16 axes none is idle
    real, others = make_folder(tmp_path / "a", 30), make_folder(tmp_path / "b", 40, 500)
    before = load_bundle(str(copy))
    arguments = [
        str(copy),
        "--real",
        str(real),
        "--calibration-real",
        str(others),
        "--components",
        "12",
    ]
    assert main([*arguments, "--version", "2.0.0"]) == 0
    after = load_bundle(str(copy))
    assert after.version == "2.0.0"
    assert set(after.files) == set(before.files)
    with np.load(io.BytesIO(after.file("density.npz"))) as arrays:
        assert arrays["projections"].shape[1] == 12
    assert after.evidence == before.evidence
    with np.load(io.BytesIO(after.file("calibration.npz"))) as arrays:
        kept = arrays["strangeness"]
    pictures = read_pictures([others])[1]
    np.testing.assert_array_equal(
        kept, np.sort(scores_of(copy, pictures).strangeness).astype(np.float32)
    )
    stated = after.manifest["training"]["compact"]
    assert (stated["range_faces"], stated["components"]) == (30, 12)
    assert set(stated["rank_correlation"]) == {item.name for item in after.evidence}
    assert main([*arguments, "--version", "3.0.0"]) == 2
    assert "in int8 already" in capsys.readouterr().err
    assert load_bundle(str(copy)).version == "2.0.0"


def test_a_bundle_that_would_rank_faces_otherwise_is_left_as_it_was(
    copy, make_folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(compacting, "LEAST_RANK_CORRELATION", 1.01)
    before = load_bundle(str(copy))
    pictures = read_pictures([make_folder(tmp_path / "faces", 8)])[1]
    with pytest.raises(ArithmeticError, match="it ranks faces otherwise"):
        compact(copy, pictures, pictures, "2.0.0")
    after = load_bundle(str(copy))
    assert (after.sha256, after.version) == (before.sha256, before.version)

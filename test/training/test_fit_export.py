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

"""Fit and export: a bundle that the run time loads and that scores as Keras does."""

import json

import numpy as np
import pytest

from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.scoring.bundle import load_bundle
from fakeface_ros.scoring.scorer import Scorer
from training.export import TOLERANCE, compare, export
from training.export import main as export_main
from training.feeding import read_faces
from training.fit import fit, fitted
from training.fit import main as fit_main
from training.index import select


def test_bundle_agrees_with_keras(faces, run, bundle):
    differences = compare(bundle, faces, run)
    assert set(differences) == {"code", "reconstruction", "strangeness"}
    assert max(differences.values()) <= TOLERANCE


def test_manifest_says_what_was_done(faces, bundle):
    loaded = load_bundle(str(bundle))
    training = loaded.manifest["training"]
    assert (loaded.name, loaded.kind, loaded.size_px) == ("tiny", "autoencoder_density", 32)
    assert training["epochs"] == 2
    assert training["images"]["train/real"] == len(select(faces, "train", "real"))
    assert {e.name: e.fake_when for e in loaded.evidence} == {
        "reconstruction_error": "above", "log_density": "below"}  # fmt: skip


def test_calibration_is_the_sorted_strangeness_of_the_calibration_faces(faces, bundle):
    scorer = Scorer(load_bundle(str(bundle)))
    crops = read_faces(select(faces, "calibration", "real"), 32)
    with np.load(bundle / "calibration.npz") as arrays:
        stored = arrays["strangeness"]
    # The scorer sends prepared crops through the codec once more, which changes them a little.
    np.testing.assert_allclose(np.sort(scorer.score(crops).strangeness), stored, atol=0.5)
    assert (np.diff(stored) >= 0).all()


def test_pipeline_judges_with_the_bundle(bundle, faces):
    import cv2

    pipeline = Pipeline(PipelineConfig(model=str(bundle)))
    picture = cv2.imread(str(select(faces, "test", "real")[0]))
    (face,) = pipeline.judge_crop(picture).faces
    assert 0 < face.p_real <= 1
    assert np.isfinite(face.log_density)


def test_the_subspace_keeps_the_order_of_the_exact_density(run):
    settings = fitted(run)[2]
    assert settings["density"]["components"] == 16
    assert settings["density"]["rank_correlation_with_exact"] > 0.9


def test_no_bundle_is_left_where_keras_disagrees(tmp_path, faces, run, monkeypatch):
    monkeypatch.setattr("training.export.TOLERANCE", -1.0)
    with pytest.raises(ArithmeticError, match="differs from Keras"):
        export(faces, run, tmp_path / "wrong")
    assert not (tmp_path / "wrong").exists()


def test_bandwidth_alpha_and_observed_thresholds_can_be_given(tmp_path, faces, run):
    copy = tmp_path / "run"
    copy.mkdir()
    for name in ("config.json", "last.npz"):
        (copy / name).write_bytes((run / name).read_bytes())
    result = fit(faces, copy, bandwidth=0.5, components=None, alpha=0.2, observed=True)
    assert (result["bandwidth"], result["bandwidth_choice"]) == (0.5, "given")
    assert result["density"]["rank_correlation_with_exact"] == pytest.approx(1.0)
    assert result["thresholds"] == "observed on real and fake"
    assert result["faces"]["fake"] == len(select(faces, "validation", "fake"))


def test_commands(tmp_path, faces, run, capsys):
    where = ["--data", str(faces), "--run", str(run)]
    assert fit_main([*where, "--components", "16"]) == 0
    assert json.loads(capsys.readouterr().out)["epoch"] == 2
    assert export_main([*where, "--out", str(tmp_path / "quick")]) == 0
    assert fit_main(["--data", str(faces), "--run", str(tmp_path)]) == 2
    assert (
        export_main(["--data", str(faces), "--run", str(tmp_path), "--out", str(tmp_path / "x")])
        == 2
    )
    assert "training.fit" in capsys.readouterr().err

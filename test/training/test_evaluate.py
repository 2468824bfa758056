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

"""Evaluate: the contract's files and keys, and figures that follow from the pictures' rows."""

import csv
import json
import math
import re
import shutil

import cv2
import numpy as np
import pytest

from training.evaluate import evaluate, main, plain
from training.metrics import auroc
from training.perturbations import PERTURBATIONS

CONTRACT = {"n_real", "n_fake", "auroc", "auroc_ci95", "average_precision", "eer", "tpr_at_fpr_05",
            "tpr_at_fpr_01", "fpr_at_tpr_95", "false_alarm_rate", "detection_rate", "confusion",
            "per_perturbation"}  # fmt: skip


@pytest.fixture(scope="module")
def folders(faces, tmp_path_factory):
    root = tmp_path_factory.mktemp("judged")
    for label in ("real", "fake"):
        shutil.copytree(faces / "test" / label, root / label)
    (root / "real" / "broken.jpg").write_bytes(b"not a picture")
    return [root / "real"], [root / "fake"]


@pytest.fixture(scope="module")
def evaluated(folders, bundle, tmp_path_factory):
    out = tmp_path_factory.mktemp("evaluation")
    words = ["--real", *map(str, folders[0]), "--fake", *map(str, folders[1])]
    assert (
        main([*words, "--model", str(bundle), "--out", str(out), "--crops", "--perturbed", "2"])
        == 0
    )
    return out


def rows(path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def test_metrics_hold_what_the_contract_names(evaluated):
    metrics = json.loads((evaluated / "metrics.json").read_text())
    assert set(metrics) >= CONTRACT
    assert set(metrics["per_perturbation"]) == set(PERTURBATIONS)
    assert all(row["n_real"] == row["n_fake"] == 2 for row in metrics["per_perturbation"].values())
    assert metrics["detection_rate"] == 1.0
    assert metrics["skipped_files"] == 1
    low, high = metrics["auroc_ci95"]
    assert low <= metrics["auroc"] <= high


def test_figures_follow_from_the_rows(evaluated):
    metrics = json.loads((evaluated / "metrics.json").read_text())
    scores = rows(evaluated / "scores.csv")
    real, fake = (
        np.array([float(row["fake_score"]) for row in scores if row["label"] == label])
        for label in ("real", "fake")
    )
    assert (len(real), len(fake)) == (metrics["n_real"], metrics["n_fake"])
    assert metrics["auroc"] == pytest.approx(auroc(real, fake), abs=1e-5)
    alarms = [r["flagged"] == "True" for r in scores if r["label"] == "real"]
    assert metrics["false_alarm_rate"] == pytest.approx(np.mean(alarms), abs=1e-5)
    assert sum(metrics["confusion"].values()) == len(scores)


def test_report_is_one_page_with_everything_in_it(evaluated):
    text = (evaluated / "report.html").read_text()
    titles = ("Curves", "Scores", "Perturbed", "Trivial cues", "reconstructions", "Worst mistakes")
    for title in (*titles, "metric of the thesis", "true negative rate"):
        assert title in text
    assert text.count("data:image/png;base64,") >= 8
    assert not re.search(r'(src|href)="(?!data:)', text)


def test_without_crops_faces_are_detected(folders, bundle, tmp_path, astronaut):
    for label in ("real", "fake"):
        (tmp_path / label).mkdir()
        cv2.imwrite(str(tmp_path / label / "portrait.png"), astronaut[:, :400])
    cv2.imwrite(str(tmp_path / "real" / "wall.png"), np.full((200, 200, 3), 90, np.uint8))
    summary = evaluate(
        [tmp_path / "real"], [tmp_path / "fake"], str(bundle), tmp_path / "out", perturbed=0
    )
    assert summary["detection_rate"] == pytest.approx(2 / 3)
    assert (summary["n_real"], summary["n_fake"]) == (1, 1)
    assert summary["auroc"] == 0.5  # the same picture in both classes


def test_several_bundles_are_compared(folders, bundle, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(bundle, other)
    words = ["--real", *map(str, folders[0]), "--fake", *map(str, folders[1]), "--perturbed", "0"]
    assert (
        main(
            [*words, "--model", str(bundle), str(other), "--out", str(tmp_path / "out"), "--crops"]
        )
        == 0
    )
    assert len(rows(tmp_path / "out" / "comparison.csv")) == 2
    assert (tmp_path / "out" / "other" / "report.html").is_file()


def test_what_is_missing_is_named(folders, bundle, tmp_path, capsys):
    real = str(folders[0][0])
    out = ["--out", str(tmp_path / "out"), "--crops"]
    assert (
        main(["--real", real, "--fake", str(tmp_path / "no"), "--model", str(bundle), *out]) == 2
    )
    assert "no such folder" in capsys.readouterr().err
    assert main(["--real", real, "--fake", real, "--model", "unheard_of", *out]) == 2
    assert "unheard_of" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert (
        main(["--real", real, "--fake", str(tmp_path / "empty"), "--model", str(bundle), *out])
        == 2
    )
    assert "no face was judged" in capsys.readouterr().err


def test_json_has_no_nan():
    assert plain({"a": [math.nan, 0.5], "b": (math.inf,)}) == {"a": [None, 0.5], "b": [None]}

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

"""The chain in one command: its steps, a whole small run, and what it says is missing."""

import json

import pytest

from training import chain
from training.card import main as card_main
from training.compare import compare_kind, markdown
from training.throughput import measure


def test_full_chain_is_the_thesis_run():
    steps = chain.steps(["--real", "a"], chain.ROOT / "build", chain.FULL, resume=False)
    assert [name for name, _, _ in steps] == ["prepare", "train", "fit", "export", "evaluate"]
    assert "--epochs" not in steps[1][2]  # the configuration's 50
    assert "--limit" not in steps[0][2]


def test_missing_shared_data_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"--real DIR --fake DIR"):
        chain.folders_to_use([], [], shared=tmp_path)
    with pytest.raises(FileNotFoundError, match="both"):
        chain.folders_to_use([tmp_path], [])


def test_shared_data_is_split_as_it_comes(shared_data):
    words = chain.folders_to_use([], [])
    assert words[::2] == ["--train-real", "--calibration-real", "--test-real", "--test-fake"]


@pytest.fixture(scope="module")
def chained(tmp_path_factory, make_folder):
    """A small run from two folders of pictures, one epoch of the 128 px network."""
    root = tmp_path_factory.mktemp("chain")
    real = make_folder(root / "real", 70, side_px=128)
    fake = make_folder(root / "fake", 28, first_seed=5000, side_px=128)
    words = ["--small", "--epochs", "1", "--out", str(root / "out")]
    assert chain.main([*words, "--real", str(real), "--fake", str(fake)]) == 0
    return root / "out"


def test_small_chain_leaves_curves_report_and_bundle(chained):
    assert (chained / "run" / "accuracy.png").is_file()
    assert (chained / "run" / "loss.png").is_file()
    assert (chained / "evaluation" / "report.html").is_file()
    manifest = json.loads((chained / "quick" / "manifest.json").read_text())
    assert manifest["training"]["epochs"] == 1


def test_card_says_what_was_measured(chained, capsys):
    words = ["--bundle", str(chained / "quick"), "--run", str(chained / "run")]
    assert card_main([*words, "--evaluation", str(chained / "evaluation")]) == 0
    metrics = json.loads((chained / "evaluation" / "metrics.json").read_text())
    manifest = json.loads((chained / "quick" / "manifest.json").read_text())
    assert manifest["metrics"]["auroc"] == metrics["auroc"]
    text = (chained / "quick" / "MODEL_CARD.md").read_text()
    assert f"{metrics['auroc']:.3f}" in text
    assert "loss.png" in text


def test_feeding_is_at_least_three_times_as_fast_as_training(chained):
    from training.config import read_config

    rates = measure(chained / "faces", read_config(), seconds=0.7)
    assert rates["feeding_from_memory_over_training"] > 3
    assert rates["feeding_from_files_over_training"] > 3


def test_a_kind_is_compared_by_both_scores_in_both_directions(chained, tmp_path):
    row = compare_kind(chained / "faces", chained / "run", "deep_convolutional", 1)
    assert row["AUROC error high = fake"] + row["error low = fake"] == pytest.approx(1.0)
    assert row["parameters"] == 52_067
    assert markdown([row]).count("|") == 3 * (len(row) + 1)

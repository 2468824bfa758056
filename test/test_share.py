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

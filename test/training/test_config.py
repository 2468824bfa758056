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

"""The default file is the thesis's configuration; a wrong setting is named."""

import json

import pytest

from training.config import read_config, write_config


def test_default_is_the_configuration_of_the_thesis():
    config = read_config()
    assert (config.kind, config.batch_size, config.epochs) == ("deep_convolutional", 32, 50)


def test_a_written_configuration_reads_back(tmp_path):
    config = read_config(kind="sparse", options={"weight": 0.5}, epochs=3)
    write_config(tmp_path, config)
    assert read_config(tmp_path / "config.json") == config


@pytest.mark.parametrize(
    ("content", "message"),
    [({"epoch": 3}, "epoch"), ({"batch_size": 0}, "batch_size"), ({"precision": "half"}, "half"),
     ({"patience": -1}, "patience")],
)  # fmt: skip
def test_a_wrong_setting_is_named(tmp_path, content, message):
    (tmp_path / "wrong.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=message):
        read_config(tmp_path / "wrong.json")

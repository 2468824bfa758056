# SPDX-License-Identifier: Apache-2.0
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

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

"""Scores of several bundles become curves of one picture."""

import cv2

from training import roc


def test_every_panel_is_drawn_and_what_cannot_be_is_said(tmp_path, capsys):
    rows = ["label,fake_score", "real,0.1", "real,0.4", "fake,0.3", "fake,0.9", "fake,nan"]
    for name, lines in (("one", rows), ("other", [*rows, "unseen_fake,0.2"]), ("bad", rows[:3])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "scores.csv").write_text("\n".join(lines) + "\n")
    real, fake = roc.read_scores(tmp_path / "other")
    assert (real.tolist(), fake.tolist()) == ([0.1, 0.4], [0.3, 0.9])
    out = tmp_path / "roc.png"
    one, other = f"one={tmp_path / 'one'}", f"other={tmp_path / 'other'}"
    assert roc.main(["--out", str(out), "--panel", "A", one, other]) == 0
    narrow = cv2.imread(str(out)).shape
    assert roc.main(["--out", str(out), "--panel", "A", one, "--panel", "B", other]) == 0
    assert cv2.imread(str(out)).shape[1] > 1.7 * narrow[1]
    assert roc.main(["--out", str(out), "--panel", "A", f"bad={tmp_path / 'bad'}"]) == 2
    assert "no fake picture was judged" in capsys.readouterr().err

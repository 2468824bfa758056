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

"""Networks and arrays to a bundle, calibrated by the scorer that will use it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from fakeface_ros.scoring.bundle import EvidenceSpec, LimitSpec, load_bundle, write_manifest
from fakeface_ros.scoring.calibration import conformal_border
from fakeface_ros.scoring.scorer import Scorer, Scores
from fakeface_ros.vision.alignment import resize_crop

CALIBRATION = "calibration.npz"
_CHUNK = 64


def assemble(
    out: Path,
    manifest: Mapping[str, Any],
    files: Mapping[str, bytes],
    evidence: Sequence[EvidenceSpec],
    limits: Sequence[LimitSpec],
    calibration: Sequence[np.ndarray],
) -> None:
    """Write the bundle folder `out`; one that exists is replaced.

    Strangeness is the sum of all evidence, 0 at the border of the bundle's alpha.

    Args:
        out: folder; its name is the bundle's name.
        manifest: what it says of kind, version, input, alpha, training and licence.
        files: content by name.
        evidence: kinds with their directions and scales; the first one's threshold is moved so
            that the sum is 0 at the border.
        limits: outside of which a face is not judged.
        calibration: pictures of aligned real faces, (H, W, 3) uint8 BGR each, used for nothing
            else. Those outside of limits do not count.
    """
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch) / out.name
        draft.mkdir()
        for name, content in files.items():
            (draft / name).write_bytes(content)
        _write(draft, manifest, files, evidence, limits, np.zeros(1))
        scores = scores_of(draft, calibration)
        strangeness = np.sort(scores.strangeness[scores.reasons == ""])
        border = conformal_border(strangeness, float(manifest["alpha"]))
        first = evidence[0]
        shift = border * first.scale * (1 if first.fake_when == "above" else -1)
        moved = [replace(first, threshold=first.threshold + shift), *evidence[1:]]
        _write(draft, manifest, files, moved, limits, strangeness - border)
        if out.exists():
            shutil.rmtree(out)
        shutil.copytree(draft, out)


def input_entry(size_px: int, jpeg_quality: int | None) -> dict[str, Any]:
    """The manifest's entry "input": RGB crops of a side in pixels, coded alike unless None."""
    return {"size_px": size_px, "color": "RGB", "range": [0, 1], "jpeg_quality": jpeg_quality}


def scores_of(bundle: Path, pictures: Sequence[np.ndarray]) -> Scores:
    """What a bundle says of aligned faces, (H, W, 3) uint8 BGR each."""
    scorer = Scorer(load_bundle(bundle))
    size_px = scorer.bundle.size_px
    scores = [
        scorer.score(np.stack([resize_crop(p, size_px) for p in pictures[i : i + _CHUNK]]))
        for i in range(0, len(pictures), _CHUNK)
    ]
    return Scores(
        {
            name: np.concatenate([some.evidence[name] for some in scores])
            for name in scores[0].evidence
        },
        np.concatenate([some.strangeness for some in scores]),
        np.concatenate([some.reasons for some in scores]),
    )


def _write(
    folder: Path,
    manifest: Mapping[str, Any],
    files: Mapping[str, bytes],
    evidence: Sequence[EvidenceSpec],
    limits: Sequence[LimitSpec],
    strangeness: np.ndarray,
) -> None:
    np.savez_compressed(folder / CALIBRATION, strangeness=strangeness.astype(np.float32))
    whole = {
        "name": folder.name,
        **manifest,
        "evidence": [asdict(item) for item in evidence],
        "limits": [asdict(item) for item in limits],
        "rule": "sum",
    }
    write_manifest(folder, whole, [*files, CALIBRATION])

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

"""An autoencoder bundle made smaller and faster: network in int8, density in fewer axes.

    python -m training.compact models/cae_kde --real DIR --calibration-real DIR --version 1.1.1

Half the time on a cpu, and half the size. Thresholds stay; the conformal calibration is made anew
by the network and the density that it is for. The bundle is changed in place, unless its evidence
would rank faces otherwise than before.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from scipy.stats import spearmanr

from fakeface_ros.scoring.bundle import MANIFEST, BundleError, load_bundle, write_manifest
from fakeface_ros.scoring.codec import canonical_crops
from fakeface_ros.scoring.density import GaussianKDE
from fakeface_ros.scoring.evidence import AUTOENCODER
from fakeface_ros.vision.alignment import resize_crop
from training.assemble import CALIBRATION, scores_of
from training.channels_last import channels_last
from training.classifier.train import read_pictures
from training.quantize import quantised, widened

COMPONENTS = 128
LEAST_RANK_CORRELATION = 0.99
_DENSITY = "density.npz"
_FACES = 512
"""Whose ranges are measured; more of them change little."""


def compact(
    directory: Path,
    real: Sequence[np.ndarray],
    calibration: Sequence[np.ndarray],
    version: str,
    components: int = COMPONENTS,
) -> dict[str, float]:
    """Make a bundle of an autoencoder and a density compact.

    Args:
        directory: the bundle, changed in place.
        real: aligned real faces, (H, W, 3) uint8 BGR each, whose ranges are measured.
        calibration: others, used for nothing but the conformal calibration.
        version: of the bundle from now on.
        components: principal axes that the density is kept in, where it has more.

    Returns:
        By kind of evidence: rank correlation, over the calibration faces, of before and after.

    Raises:
        BundleError: there is no usable bundle.
        ValueError: the network is in int8 already.
        ArithmeticError: a rank correlation is too low; the bundle is left as it was.
    """
    bundle = load_bundle(directory)
    faces = np.stack([resize_crop(picture, bundle.size_px) for picture in real[:_FACES]])
    crops = canonical_crops(faces, bundle.jpeg_quality)
    model = onnx.load_model_from_string(bundle.file(AUTOENCODER))
    if any(node.op_type == "DequantizeLinear" for node in model.graph.node):
        raise ValueError("the network is in int8 already")
    files = {
        AUTOENCODER: quantised(channels_last(widened(model)), crops),
        _DENSITY: in_fewer_axes(bundle.file(_DENSITY), components),
    }
    before = scores_of(directory, calibration)
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch) / directory.name
        shutil.copytree(directory, draft)
        for name, content in files.items():
            (draft / name).write_bytes(content)
        manifest = json.loads((draft / MANIFEST).read_text(encoding="utf-8"))
        write_manifest(draft, manifest, list(bundle.files))
        after = scores_of(draft, calibration)
        ranks = {
            name: round(float(spearmanr(values, after.evidence[name]).statistic), 4)
            for name, values in before.evidence.items()
        }
        if not min(ranks.values()) >= LEAST_RANK_CORRELATION:
            raise ArithmeticError(f"compact, it ranks faces otherwise: {ranks}")
        strangeness = np.sort(after.strangeness).astype(np.float32)
        np.savez_compressed(draft / CALIBRATION, strangeness=strangeness)
        manifest["version"] = version
        manifest["training"]["compact"] = {
            "range_faces": len(crops),
            "components": components,
            "rank_correlation": ranks,
        }
        write_manifest(draft, manifest, list(bundle.files))
        shutil.copytree(draft, directory, dirs_exist_ok=True)
    return ranks


def in_fewer_axes(density: bytes, components: int) -> bytes:
    """Content of density.npz with the first of its principal axes; the rest joins the residual."""
    with np.load(io.BytesIO(density), allow_pickle=False) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    if "basis" not in kept or len(kept["basis"]) <= components:
        return density
    projections = kept["projections"].astype(np.float32)
    left_out = np.square(projections[:, components:]).sum(axis=1, dtype=np.float64)
    compacted = io.BytesIO()
    GaussianKDE(
        projections[:, :components],
        float(kept["bandwidth"]),
        kept["mean"],
        kept["basis"][:components],
        kept["residuals_sq"] + left_out,
    ).save(compacted)
    return compacted.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.compact",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("bundle", type=Path, help="folder of a bundle, changed in place")
    parser.add_argument("--real", type=Path, nargs="+", required=True, help="folders of faces")
    parser.add_argument("--calibration-real", type=Path, nargs="+", required=True)
    parser.add_argument("--version", required=True, help="of the bundle from now on")
    parser.add_argument("--components", type=int, default=COMPONENTS, help="axes of the density")
    given = parser.parse_args(arguments)
    try:
        real, calibration = (read_pictures(f)[1] for f in (given.real, given.calibration_real))
        ranks = compact(given.bundle, real, calibration, given.version, given.components)
    except (BundleError, OSError, ValueError, ArithmeticError) as error:
        print(f"compact: {error}", file=sys.stderr)
        return 2
    print(f"{given.bundle}: compact; rank correlation with before: {json.dumps(ranks)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

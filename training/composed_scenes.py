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

"""Judge faces in motion: portraits of known truth in scenes of a camera, by the node's pipeline.

    python -m training.composed_scenes --model default --out build/scenes

Writes OUT/metrics.json, OUT/tracks.csv (one row for each followed face) and the pictures
OUT/contact_real.png and OUT/contact_fake.png, for looking at what was judged.

--real and --fake are folders of aligned portraits, 1024 px, and --rooms one of video clips that
they are pasted into; the clips are also judged as they are, all their faces being real. By default
they are those of ../shared/data/scenes. There are --scenes N pairs of scenes with one wandering
face, real in one and generated in its twin, and beside them N / 5 scenes in which something passes
in front of such a face, and N / 5 in which a real and a generated face cross.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.scoring.bundle import BundleError
from fakeface_ros.sources import frames_from
from fakeface_ros.vision.annotation import annotate
from training.composing import (
    HEIGHT_PX,
    WIDTH_PX,
    Scene,
    compose,
    crossing,
    passing_object,
    wandering,
)
from training.evaluate import plain
from training.following import Followed, follow_all, follow_known, summarise
from training.pictures import list_files

SCENES, FRAMES = 50, 45
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "scenes"
KINDS = ("wandering", "hidden", "crossing")
_SHOWN = 8  # frames of a kind on a contact sheet
_WIDTHS_PX = (40, 100, 160, 300)


def evaluate_scenes(
    real: Path,
    fake: Path,
    rooms: Path,
    model: str,
    out: Path,
    scenes: int = SCENES,
    frames: int = FRAMES,
    threads: int = 0,
) -> dict:
    """Compose and judge all scenes, write the files to `out`; returns what metrics.json says.

    Args:
        real, fake: folders of aligned portraits.
        rooms: folder of video clips.
        model: name or folder of a bundle.
        out: folder for the results.
        scenes: pairs of scenes with one wandering face.
        frames: of each composed scene.
        threads: at work on one frame; 0 for one on every core.

    Raises:
        ValueError: a folder holds no picture or no clip, or one that cannot be used.
        NotADirectoryError: a folder is missing.
        BundleError: the bundle cannot be used.
    """
    pipeline = Pipeline(PipelineConfig(model=model, threads=threads))
    portraits = {"real": list_files(real), "fake": list_files(fake)}
    clips = list_files(rooms)
    if not clips or not all(portraits.values()):
        raise ValueError(f"{rooms} must hold video clips, {real} and {fake} pictures")
    out.mkdir(parents=True, exist_ok=True)
    followed: list[Followed] = []
    shown: dict[tuple[str, str], list[np.ndarray]] = {}
    for number, (kind, labels) in enumerate(_plan(scenes)):
        # Twins come one after the other; what is drawn by lot depends on their common number.
        seed = number // 2
        scene = plan_scene(kind, seed, _clip(clips[seed % len(clips)], frames))
        pictures = [_portrait(portraits[label], seed) for label in labels]
        show = shown.setdefault((labels[0], kind), [])
        results = []
        for index, frame in enumerate(compose(scene, pictures)):
            results.append(pipeline.process(frame, kind, index))
            if index == frames * 3 // 4 and len(show) < _SHOWN:
                show.append(annotate(frame, results[-1]))
        boxes = np.stack([walk.boxes for walk in scene.walks], axis=1)
        followed += follow_known(results, boxes, scene.hidden(), labels, kind)
        pipeline.reset()
    people: list[Followed] = []
    for clip in clips:
        people += follow_all([pipeline.process(frame) for frame in _clip(clip)], "real", "clip")
        pipeline.reset()
    summary = {
        "model": pipeline.bundle.name,
        "version": pipeline.bundle.version,
        "alpha": pipeline.alpha,
        "scenes": scenes,
        "frames": frames,
        "composed": summarise(followed),
        **{kind: summarise([face for face in followed if face.kind == kind]) for kind in KINDS},
        "clips": summarise(people),
        "by_face_px": {
            f"{low} to {high}": summarise([f for f in followed if low <= f.width_px < high])
            for low, high in itertools.pairwise(_WIDTHS_PX)
        },
    }
    text = json.dumps(plain(summary), indent=2) + "\n"
    (out / "metrics.json").write_text(text, encoding="utf-8")
    _write_tracks(out / "tracks.csv", [*followed, *people])
    for label in portraits:
        sheet = [picture for kind in KINDS for picture in shown[label, kind]]
        cv2.imwrite(str(out / f"contact_{label}.png"), _sheet(sheet))
    return summary


def plan_scene(kind: str, seed: int, room: np.ndarray) -> Scene:
    """The scene of one number; which portraits are in it plays no part.

    Args:
        kind: one of KINDS.
        seed: its number.
        room: (T, HEIGHT_PX, WIDTH_PX, 3) uint8 BGR.
    """
    random = np.random.default_rng([KINDS.index(kind), seed])
    frames = len(room)
    walks = crossing(random, frames) if kind == "crossing" else [wandering(random, frames)]
    passing = passing_object(random, walks[0]) if kind == "hidden" else None
    return Scene(
        walks,
        room[:, :, ::-1] if random.random() < 0.5 else room,
        seed,
        blur_px=random.uniform(0.4, 1.2),
        noise=random.uniform(1.0, 5.0),
        jpeg_quality=int(random.integers(60, 96)),
        object_boxes=passing,
        object_colour=tuple(random.uniform(0, 255, 3)),
    )


def _plan(scenes: int) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Kind and classes of each scene; two in a row are twins."""
    few = max(scenes // 10, 1)
    yield from [("wandering", ("real",)), ("wandering", ("fake",))] * scenes
    yield from [("hidden", ("real",)), ("hidden", ("fake",))] * few
    yield from [("crossing", ("real", "fake")), ("crossing", ("fake", "real"))] * few


def _portrait(paths: Sequence[Path], number: int) -> np.ndarray:
    path = paths[number % len(paths)]
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None or image.shape[0] != image.shape[1]:
        raise ValueError(f"{path}: not a square picture")
    return image


def _clip(path: Path, frames: int | None = None) -> np.ndarray:
    """A video, or so many frames of it, forwards and backwards for as long as it takes.

    Returns:
        (T, HEIGHT_PX, WIDTH_PX, 3) uint8 BGR.
    """
    images = []
    for frame in frames_from(str(path)):
        if frame.image is None:
            raise ValueError(f"{path}: {frame.error}")
        images.append(cv2.resize(frame.image, (WIDTH_PX, HEIGHT_PX)))
    there_and_back = images + images[::-1]
    chosen = np.resize(np.arange(len(there_and_back)), frames or len(images))
    return np.stack([there_and_back[number] for number in chosen])


def _sheet(pictures: Sequence[np.ndarray], columns: int = 4) -> np.ndarray:
    """Pictures of one size side by side, at half their size."""
    small = [cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for p in pictures]
    small += [np.zeros_like(small[0])] * (-len(small) % columns)
    return np.vstack([np.hstack(small[k : k + columns]) for k in range(0, len(small), columns)])


def _write_tracks(path: Path, followed: Sequence[Followed]) -> None:
    rows = [face.row() for face in followed]
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def main(arguments: list[str] | None = None) -> int:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m training.composed_scenes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--real", type=Path, default=SHARED / "highres_real", metavar="DIR")
    parser.add_argument("--fake", type=Path, default=SHARED / "highres_fake", metavar="DIR")
    parser.add_argument("--rooms", type=Path, default=SHARED / "clips", metavar="DIR")
    parser.add_argument("--model", required=True, metavar="NAME", help="bundle name or folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument(
        "--scenes", type=int, default=SCENES, metavar="N", help=f"pairs (default {SCENES})"
    )
    parser.add_argument(
        "--frames", type=int, default=FRAMES, metavar="N", help=f"of a scene (default {FRAMES})"
    )
    parser.add_argument(
        "--threads", type=int, default=0, help="at work on one frame; 0: all cores"
    )
    given = parser.parse_args(arguments)
    try:
        summary = evaluate_scenes(
            given.real, given.fake, given.rooms, given.model, given.out,
            given.scenes, given.frames, given.threads,
        )  # fmt: skip
    except (OSError, ValueError, BundleError) as error:
        print(f"composed_scenes: {error}", file=sys.stderr)
        return 2
    for name in ("composed", *KINDS, "clips"):
        print(f"{name}: {json.dumps(plain(summary[name]))}")
    print(given.out / "metrics.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())

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

"""The `fakeface` command: judge files without ROS, by the very pipeline that the node runs."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.results import FrameResult, Verdict
from fakeface_ros.scoring.bundle import BundleError
from fakeface_ros.sources import SourceFrame, frames_from, is_recording
from fakeface_ros.vision.annotation import sentence
from fakeface_ros.vision.mtcnn_networks import WeightsError
from fakeface_ros.writing import AnnotationWriter

if TYPE_CHECKING:  # rosbags takes long to import: only where there is a recording
    from fakeface_ros.verdict_recording import VerdictRecording

EXIT_REAL, EXIT_FAKE, EXIT_ERROR = 0, 1, 2

_HEADER = (
    f"{'verdict':8} {'fake_score':>10} {'p_real':>7} {'mse':>9} {'log_density':>11}  "
    f"{'box x,y,w,h':20} {'id':>4}  source"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 where no face is fake, 1 where some face is, 2 where something could not be read or
        written (whatever else was found).
    """
    options = _parser().parse_args(arguments)
    try:
        pipeline = Pipeline(
            PipelineConfig(
                model=options.model,
                min_face_px=options.min_face_px,
                detection_threshold=options.detection_threshold,
                alpha=options.alpha,
                threads=options.threads,
            )
        )
        code = _check(pipeline, options)
        sys.stdout.flush()  # here a full disk can still be told
        return code
    except BrokenPipeError:  # `fakeface check … | head`: who reads has had enough
        _let_go_of_output()
        return EXIT_ERROR
    except (BundleError, WeightsError, ValueError, OSError) as error:
        print(f"fakeface: {error}", file=sys.stderr)
        _let_go_of_output()
        return EXIT_ERROR
    except KeyboardInterrupt:
        print("fakeface: interrupted", file=sys.stderr)
        return EXIT_ERROR


def _let_go_of_output() -> None:
    """Python writes what is left at its end, and where that fails once more, says so at length."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    defaults = PipelineConfig()
    parser = argparse.ArgumentParser(
        prog="fakeface",
        description="Says of each face whether a camera saw it or a generator made it.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check",
        help="judge images, videos, folders, recordings or a webcam",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        epilog="Exit code: 0 no face is fake, 1 some face is fake, 2 something could not be read.",
    )
    check.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="image, video, folder, ROS 2 recording (.mcap, .db3 or its folder), or number of a "
        "webcam",
    )
    check.add_argument("--topic", default="", help="of a recording that has several of images")
    check.add_argument("--json", action="store_true", help="one JSON line per frame, no table")
    check.add_argument(
        "--annotate", metavar="DIR", type=Path, help="save annotated pictures there"
    )
    check.add_argument(
        "--verdict-recording",
        metavar="DIR",
        type=Path,
        help="write the verdicts as a ROS 2 recording into this new folder",
    )
    check.add_argument(
        "--crops", action="store_true", help="each image is one aligned face already: no detection"
    )
    check.add_argument("--model", default=defaults.model, help="bundle: its name, or a folder")
    check.add_argument(
        "--alpha",
        type=float,
        default=defaults.alpha,
        help="false-alarm rate to aim at (default: the bundle's own)",
    )
    check.add_argument(
        "--min-face-px",
        type=int,
        default=defaults.min_face_px,
        help="side of the smallest face searched for, in pixels",
    )
    check.add_argument(
        "--detection-threshold",
        type=float,
        default=defaults.detection_threshold,
        help="confidence that a detection must exceed, 0 to 1",
    )
    check.add_argument(
        "--threads",
        type=int,
        default=defaults.threads,
        help="at work on one frame; 0 takes one for every core",
    )
    return parser


def _check(pipeline: Pipeline, options: argparse.Namespace) -> int:
    judge = pipeline.judge_crop if options.crops else pipeline.process
    writers: list[AnnotationWriter | VerdictRecording] = []
    if options.annotate:
        writers.append(AnnotationWriter(options.annotate))
    if options.verdict_recording:
        from fakeface_ros import verdict_recording

        writers.append(
            verdict_recording.VerdictRecording(options.verdict_recording, pipeline.bundle.name)
        )
    failed = found_fake = False
    last_source = None
    if not options.json:
        print(_HEADER)
    try:
        for item in _all_frames(options.paths, options.topic):
            if item.source != last_source:
                pipeline.reset()
                last_source = item.source
            if item.image is None:
                failed = True
                print(f"fakeface: {item.source}: {item.error}", file=sys.stderr)
                continue
            result = judge(item.image, item.source, item.index)
            found_fake |= any(face.verdict is Verdict.FAKE for face in result.faces)
            _report(result, item, options.json)
            for writer in writers:
                writer.write(item, result)
    finally:
        with contextlib.ExitStack() as stack:  # each, whatever another says
            for writer in writers:
                stack.callback(writer.close)
    return EXIT_ERROR if failed else EXIT_FAKE if found_fake else EXIT_REAL


def _all_frames(paths: Sequence[str], topic: str) -> Iterator[SourceFrame]:
    for path in paths:
        if Path(path).exists() and is_recording(Path(path)):
            from fakeface_ros.recordings import frames_of_recording

            yield from frames_of_recording(Path(path), topic)
        else:
            yield from frames_from(path)


def _report(result: FrameResult, item: SourceFrame, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result.to_json()), flush=True)
        return
    where = f"{result.source}:{result.frame}" if item.is_video else result.source
    if not result.faces:
        print(f"{'no face':8} {'':10} {'':7} {'':9} {'':11}  {'':20} {'':4}  {where}")
    for face in result.faces:
        box = ",".join(f"{value:.0f}" for value in face.box)
        print(
            f"{face.verdict.label:8} {_cell(face.fake_score, 10, 3)} {_cell(face.p_real, 7, 3)} "
            f"{_cell(face.reconstruction_error, 9, 6)} {_cell(face.log_density, 11, 1)}  "
            f"{box:20} {face.id:>4}  {where}{f'  ({face.reason})' if face.reason else ''}"
        )
    if not item.is_video and sentence(result):
        print(sentence(result))


def _cell(value: float, width: int, digits: int) -> str:
    return f"{value:{width}.{digits}f}" if math.isfinite(value) else f"{'-':>{width}}"


if __name__ == "__main__":
    sys.exit(main())

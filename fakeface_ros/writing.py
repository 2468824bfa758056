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

"""Annotated pictures and videos on disk."""

from __future__ import annotations

import os
from pathlib import Path

import cv2

from fakeface_ros.results import FrameResult
from fakeface_ros.sources import SourceFrame
from fakeface_ros.vision.annotation import annotate

DEFAULT_RATE_HZ = 10.0
"""Of an annotated video whose source states no rate, as a webcam."""


class AnnotationWriter:
    """Writes NAME.png for an image and NAME.mp4 for a video into one folder.

    Two sources of the same name get NAME.png and NAME-2.png: nothing is overwritten in one run.
    """

    def __init__(self, directory: Path):
        """Make the folder.

        Raises:
            OSError: it cannot be made.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._used: set[Path] = set()
        self._video: cv2.VideoWriter | None = None
        self._video_source = ""
        self._video_path = directory
        self._video_frames = 0

    def write(self, item: SourceFrame, result: FrameResult) -> None:
        """Save one judged frame.

        Raises:
            OSError: it cannot be written.
        """
        if item.image is None:
            raise ValueError(f"{item.source}: a frame without image cannot be annotated")
        picture = annotate(item.image, result)
        if not item.is_video:
            self.close()
            good, data = cv2.imencode(".png", picture)
            if not good:
                raise OSError(f"{item.source}: the annotated picture cannot be encoded")
            write_whole(self._name(item.source, ".png"), data.tobytes())
            return
        if self._video is None or self._video_source != item.source:
            self.close()
            self._video_source = item.source
            path = self._name(item.source, ".mp4")
            self._video_path, self._video_frames = path, 0
            self._video = cv2.VideoWriter(
                str(path),
                cv2.VideoWriter.fourcc(*"mp4v"),
                item.rate_hz or DEFAULT_RATE_HZ,
                (result.width, result.height),
            )
            if not self._video.isOpened():
                raise OSError(f"{path} cannot be written")
        self._video.write(picture)
        self._video_frames += 1

    def close(self) -> None:
        """Finish the video being written, if any.

        Raises:
            OSError: it is not whole; what there is of it is removed.
        """
        if self._video is None:
            return
        self._video.release()
        self._video = None
        # OpenCV's writer says nothing of a full disk.
        written = cv2.VideoCapture(str(self._video_path))
        frames = int(written.get(cv2.CAP_PROP_FRAME_COUNT)) if written.isOpened() else 0
        written.release()
        if frames != self._video_frames:
            self._video_path.unlink(missing_ok=True)
            raise OSError(
                f"{self._video_path} could not be written whole: is there space left on its disk?"
            )

    def _name(self, source: str, suffix: str) -> Path:
        stem = Path(source).stem or "camera"
        path, number = self._directory / f"{stem}{suffix}", 2
        while path in self._used:
            path = self._directory / f"{stem}-{number}{suffix}"
            number += 1
        self._used.add(path)
        return path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        OSError: it cannot be written; what was there before is still there.
    """
    partial = path.with_name(path.name + ".part")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise

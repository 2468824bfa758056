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

"""A stack in a process of its own, asked frame by frame: memory and start-up are its alone.

As a program it builds the stack that its arguments name, then answers JSON lines on its standard
output; `Child` is the asking side.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from machine import resident_mb

from fakeface_ros.process_settings import settle_process

ROOT = Path(__file__).resolve().parents[2]
_OURS = {"OPENBLAS_NUM_THREADS": "1"}
"""As settle_process would set it, but NumPy is imported here before that is called."""


class ChildError(Exception):
    """A stack's process ended."""


class Child:
    """One stack; a context manager.

    Attributes:
        name: for tables.
        started_s: from starting the process to its first verdict.
    """

    def __init__(self, name: str, arguments: list[str], pictures: Path, log: Path):
        """Start it and wait for the verdict on the first picture.

        Args:
            name: for tables.
            arguments: "ours MODEL" or "reference MODEL CODES".
            pictures: .npz of the pictures, by the keys that `judge` and `detect` take.
            log: what it writes to standard error.
        """
        self.name = name
        self._log = log
        start = time.perf_counter()
        with log.open("w", encoding="utf-8") as file:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(pictures), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                env=os.environ | (_OURS if arguments[0] == "ours" else {}),
            )
        self._ask(do="judge", key="camera0")
        self.started_s = time.perf_counter() - start

    def judge(self, key: str) -> dict[str, Any]:
        """The whole frame: a `Judged` as a dict, with total_ms."""
        return self._ask(do="judge", key=key)

    def detect(self, key: str, min_face_px: int, as_shipped: bool = False) -> dict[str, Any]:
        """Detection alone: a `Judged` as a dict, with total_ms; see Reference.detect."""
        return self._ask(do="detect", key=key, min_face_px=min_face_px, as_shipped=as_shipped)

    def resident_mb(self, peak: bool = False) -> float:
        """Resident memory now, or the highest so far."""
        return resident_mb(self._process.pid, peak)

    def _ask(self, **request: object) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            end = self._log.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise ChildError(f"{self.name} ended by itself; it said:\n{end}")
        return json.loads(answer)

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def main() -> int:
    """child.py PICTURES ours|reference MODEL [CODES]."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints must not come between
    sys.path.append(str(ROOT))  # for training.autoencoders
    from stacks import Ours, Reference

    kind, model, *more = sys.argv[2:]
    if kind == "ours":
        settle_process()  # as our programs do
    stack = Ours(model) if kind == "ours" else Reference(model, int(more[0]))
    pictures = np.load(sys.argv[1])  # each is read when asked for, and not kept
    for line in sys.stdin:
        request = json.loads(line)
        picture = pictures[request["key"]]
        start = time.perf_counter()
        if request["do"] == "judge":
            judged = stack.judge(picture)
        else:
            judged = stack.detect(picture, request["min_face_px"], request["as_shipped"])
        total_ms = (time.perf_counter() - start) * 1e3
        answers.write(json.dumps(asdict(judged) | {"total_ms": total_ms}) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

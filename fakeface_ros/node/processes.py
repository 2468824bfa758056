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

"""Starting and ending processes in order."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType

import rclpy
from ament_index_python.packages import get_package_prefix
from rclpy.executors import ExternalShutdownException

_PORT_OF_DOMAIN = 21_500
_LAST_DOMAIN = 101  # beyond it, DDS ports reach into those that Linux hands out itself
_held: list[socket.socket] = []


def hold_domain_id() -> int:
    """A ROS_DOMAIN_ID that no other process that asked here holds, until this one ends.

    Each id stands for a local TCP port; who can bind it has the id.

    Raises:
        RuntimeError: all are taken.
    """
    start = os.getpid()
    for offset in range(_LAST_DOMAIN):
        domain_id = 1 + (start + offset) % _LAST_DOMAIN
        port = socket.socket()
        try:
            port.bind(("127.0.0.1", _PORT_OF_DOMAIN + domain_id))
        except OSError:
            port.close()
            continue
        _held.append(port)
        return domain_id
    raise RuntimeError("every ROS_DOMAIN_ID from 1 to 101 is in use")


def interrupt_once() -> None:
    """Let SIGINT raise KeyboardInterrupt once and be ignored from then on; before rclpy.init.

    Ctrl-C on a launch file comes twice, from the terminal and from launch, and the second must not
    break into the tidying up after the first.
    """

    def handler(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, handler)


@contextmanager
def ros_until_interrupted(args: list[str] | None = None) -> Iterator[None]:
    """Run a block between rclpy's init and shutdown; an interrupt ends it and is no error."""
    interrupt_once()
    rclpy.init(args=args)
    try:
        yield
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    except RuntimeError:
        if rclpy.ok():  # else the interrupt came while rclpy was between two steps
            raise
    finally:
        rclpy.try_shutdown()


def executable_path(name: str) -> Path:
    """Where an executable of this package is installed."""
    return Path(get_package_prefix("fakeface_ros")) / "lib" / "fakeface_ros" / name


class Executable:
    """An installed executable of this package as a process of its own; a context manager.

    Attributes:
        log: file with everything it writes.
    """

    def __init__(
        self,
        name: str,
        log: Path,
        parameters: Mapping[str, object] | None = None,
        remappings: Mapping[str, str] | None = None,
    ):
        """Start lib/fakeface_ros/NAME with --ros-args, as a launch file would."""
        arguments = [str(executable_path(name)), "--ros-args"]
        for key, value in (parameters or {}).items():
            arguments += ["-p", f"{key}:={_yaml(value)}"]
        for old, new in (remappings or {}).items():
            arguments += ["-r", f"{old}:={new}"]
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w", encoding="utf-8") as file:
            # A session of its own: Ctrl-C reaches whoever started it, who then ends it in order.
            self._process = subprocess.Popen(
                arguments, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def text(self) -> str:
        """Everything it wrote so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self, timeout_s: float = 15.0) -> int:
        """Interrupt it, kill it where that does not help in time; returns its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
        return self._process.wait()

    def __enter__(self) -> Executable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.stop()


def _yaml(value: object) -> str:
    """A value as ROS reads it on the command line; strings stay strings ("0", "true")."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)

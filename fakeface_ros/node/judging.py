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

"""One image message in, its verdicts published: the worker's side of the node."""

from __future__ import annotations

import threading
import time
import traceback
from dataclasses import dataclass, field

from rclpy.clock import Clock
from rclpy.impl.rcutils_logger import RcutilsLogger
from sensor_msgs.msg import CompressedImage, Image

from fakeface_ros.image_messages import Converter, ImageError, to_bgr
from fakeface_ros.node.counting import Counts, latency_ms
from fakeface_ros.node.parameters import Parameters
from fakeface_ros.node.publishing import Outputs
from fakeface_ros.node.throttle import Throttle
from fakeface_ros.pipeline import Pipeline
from fakeface_ros.process_settings import trim_heap

_TRIM_EVERY_S = 30.0


@dataclass(frozen=True)
class Arrival:
    """An image message and when it came, by the node's clock and by one that never jumps."""

    message: Image | CompressedImage
    time_ns: int
    steady_ns: int = field(default_factory=time.monotonic_ns)


class Judge:
    """Judges images on the worker's thread.

    Attributes:
        pipeline, parameters: may be replaced from another thread; the next image uses them. A
            pipeline given here is used by the worker's thread alone from then on.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        parameters: Parameters,
        converter: Converter,
        outputs: Outputs,
        counts: Counts,
        clock: Clock,
        logger: RcutilsLogger,
    ):
        self.pipeline = pipeline
        self.parameters = parameters
        self._converter = converter
        self._outputs = outputs
        self._counts = counts
        self._clock = clock
        self._logger = logger
        self._throttle = Throttle()
        self._reset = threading.Event()
        self._trimmed_s = time.monotonic()
        self._first_is_judged = False

    def request_reset(self) -> None:
        """Forget the faces followed so far before the next image is judged."""
        self._reset.set()

    def judge(self, arrival: Arrival) -> None:
        """Convert, judge and publish one image.

        Raises:
            ImageError: the image is refused.
        """
        pipeline, parameters = self.pipeline, self.parameters
        if self._reset.is_set():
            self._reset.clear()
            pipeline.reset()
        message = arrival.message
        frame = to_bgr(message, self._converter, parameters.max_image_pixels)
        result = pipeline.process(frame, source=message.header.frame_id)
        stamp = message.header.stamp
        latency = latency_ms(
            stamp.sec * 10**9 + stamp.nanosec,
            arrival.time_ns,
            self._clock.now().nanoseconds,
            time.monotonic_ns() - arrival.steady_ns,
        )
        self._outputs.publish(
            frame,
            result,
            message.header,
            pipeline.bundle.name,
            latency,
            parameters,
        )
        self._counts.processed(result, latency)
        if not self._first_is_judged:
            self._first_is_judged = True
            height, width, _ = frame.shape
            self._logger.info(
                f"the first image is judged: {width} x {height} pixels, latency {latency:.0f} ms"
            )
        if time.monotonic() - self._trimmed_s > _TRIM_EVERY_S:
            trim_heap()
            self._trimmed_s = time.monotonic()

    def on_error(self, error: Exception) -> None:
        """Count what `judge` raised, and log it unless it was logged lately."""
        if isinstance(error, ImageError):
            self._counts.error("refused", str(error))
            text = self._throttle.admit(error.kind, f"image refused: {error}")
        else:
            self._counts.error("failed", f"{type(error).__name__}: {error}")
            trace = "".join(traceback.format_exception(error))
            text = self._throttle.admit(type(error).__name__, f"image failed: {trace}")
        if text:
            self._logger.error(text)

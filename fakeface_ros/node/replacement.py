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

"""Pipelines are loaded aside: the first, and others in its place without a pause between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from fakeface_ros.node.judging import Judge
from fakeface_ros.node.worker import Worker
from fakeface_ros.pipeline import Pipeline, PipelineConfig
from fakeface_ros.process_settings import give_back_memory, step_back
from fakeface_ros.scoring.bundle import Bundle, load_bundle


@dataclass(frozen=True)
class _Request:
    config: PipelineConfig
    bundle: Bundle


def first_pipeline(config: PipelineConfig, niceness: int) -> Pipeline:
    """Load networks and wait for them: BundleError, WeightsError or ValueError where they won't.

    On a thread of its own as well: threads that a pipeline starts, ONNX Runtime's among them, are
    as nice as the one that makes it, and the executor's has to stay as it is.
    """
    with ThreadPoolExecutor(1, "fakeface-loader", step_back, (niceness,)) as loader:
        return loader.submit(Pipeline, config).result()


class Replacement:
    """Loads networks on a thread of its own; images are judged by the old ones until then.

    Loading takes up to a second on a small computer. In the callback that sets parameters it would
    keep the executor from receiving images and answering services for as long.
    """

    def __init__(
        self,
        judge: Judge,
        on_done: Callable[[Pipeline], None],
        on_failure: Callable[[Exception], None],
        niceness: int = 0,
    ):
        """Start the thread.

        Args:
            judge: whose pipeline is replaced.
            on_done: called with a pipeline that has taken its place.
            on_failure: called with what kept one from being loaded, which no check had foreseen;
                the old pipeline stays. Both are called on the loading thread, or within `request`.
            niceness: of the thread, and with it of those that networks start.
        """
        self._judge = judge
        self._on_done = on_done
        self._on_failure = on_failure
        self._lock = threading.Lock()
        self._wanted: _Request | None = None
        self._loader: Worker[_Request] = Worker(self._load, on_failure, niceness)
        self._loader.start()

    def request(self, config: PipelineConfig) -> None:
        """Check settings, and use them once their networks are loaded: now where none has to be.

        A later request takes the place of one that is not loaded yet.

        Raises:
            BundleError, ValueError: they are refused; nothing changes.
        """
        config.check()
        now = self._judge.pipeline
        bundle = now.bundle if config.model == now.config.model else load_bundle(config.model)
        request = _Request(config, bundle)
        with self._lock:
            self._wanted = request
        if now.loads_for(config):
            self._loader.mailbox.put(request)
        else:
            self._take_place(request, now.successor(config))

    def stop(self) -> None:
        """Let go of the thread; what it is loading is not used any more."""
        with self._lock:
            self._wanted = None
        self._loader.stop(timeout_s=0.2)  # enough to end, not to load on

    def _load(self, request: _Request) -> None:
        if self._wanted is not request:
            return
        try:
            pipeline = self._judge.pipeline.successor(request.config, request.bundle)
        except Exception as error:
            if self._wanted is request:
                self._on_failure(error)
            return
        self._take_place(request, pipeline)
        del pipeline
        give_back_memory()  # of the networks before

    def _take_place(self, request: _Request, pipeline: Pipeline) -> None:
        with self._lock:  # also around on_done, so that nothing is published after stop()
            if self._wanted is request:
                self._judge.pipeline = pipeline
                self._on_done(pipeline)

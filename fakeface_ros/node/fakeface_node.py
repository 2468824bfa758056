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

"""The node `fakeface`: images in, verdicts out, with the life of a ROS 2 lifecycle node.

configure loads and checks the model, activate starts to judge; deactivate and cleanup are their
exact inverses. With the parameter `autostart` both happen at start.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from dataclasses import replace

import rclpy
from rcl_interfaces.msg import SetParametersResult
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from std_srvs.srv import SetBool, Trigger

from fakeface_ros.image_messages import make_converter
from fakeface_ros.node import parameters
from fakeface_ros.node.command_line import check_command_line
from fakeface_ros.node.counting import Counts
from fakeface_ros.node.diagnostics import Reporter, Situation, now_s
from fakeface_ros.node.endpoints import namesakes, unmatched_subscriptions
from fakeface_ros.node.intake import ImageTopic, Intake
from fakeface_ros.node.judging import Judge
from fakeface_ros.node.processes import ros_until_interrupted
from fakeface_ros.node.publishing import Outputs
from fakeface_ros.node.replacement import Replacement, first_pipeline
from fakeface_ros.pipeline import Pipeline
from fakeface_ros.process_settings import give_back_memory
from fakeface_ros.scoring.bundle import BundleError
from fakeface_ros.vision.mtcnn_networks import WeightsError

SUCCESS, FAILURE = TransitionCallbackReturn.SUCCESS, TransitionCallbackReturn.FAILURE

EXPECTED_ERRORS = (BundleError, WeightsError, ValueError)
"""What a pipeline raises for reasons that its message explains to a user."""


class FakefaceNode(LifecycleNode):
    """Thin adapter: what ROS asks for is passed on to judging, publishing and counting."""

    def __init__(self) -> None:
        super().__init__("fakeface")
        self.parameters = parameters.declare(self)
        self.add_on_set_parameters_callback(self._on_set_parameters)
        self._counts = Counts()
        self._enabled = True
        self._problem = ""
        self._finalized = False
        self._outputs: Outputs | None = None
        self._judge: Judge | None = None
        self._replacement: Replacement | None = None
        self._intake: Intake | None = None
        self._topic = ImageTopic(
            self.resolve_topic_name("image"), self.parameters.image_transport == "compressed"
        )
        self.create_service(SetBool, "~/enable", self._on_enable)
        self.create_service(Trigger, "~/reset", self._on_reset)
        self._reporter = Reporter(self, self._counts, self._situation)

    # Life. rclpy swallows what a transition raises.

    def _attempt(self, what: str, steps: Callable[[], None]) -> TransitionCallbackReturn:
        """Run the steps of a transition; FAILURE with a logged reason where they raise."""
        try:
            steps()
        except Exception as error:
            self._problem = f"{what}: {error}"
            reason = error if isinstance(error, EXPECTED_ERRORS) else traceback.format_exc()
            self.get_logger().error(f"{what}: {reason}")
            return FAILURE
        self._problem = ""
        return SUCCESS

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load and check the model; FAILURE with a logged reason where that is not possible."""
        done = self._attempt("cannot be configured", self._load)
        if done == FAILURE:
            self._release_model()
        return done

    def _load(self) -> None:
        converter = make_converter()
        if converter.warning:
            self.get_logger().warning(converter.warning)
        pipeline = first_pipeline(self.parameters.pipeline, self.parameters.niceness)
        if pipeline.warning:
            self.get_logger().warning(pipeline.warning)
        self._outputs = Outputs(self)
        self._judge = Judge(
            pipeline,
            self.parameters,
            converter,
            self._outputs,
            self._counts,
            self.get_clock(),
            self.get_logger(),
        )
        self._replacement = Replacement(
            self._judge, self._on_model, self._on_model_failure, self.parameters.niceness
        )
        self.get_logger().info(f"images are converted by {converter.library}")
        self._on_model(pipeline)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to judge."""
        done = self._attempt("cannot be activated", self._start)
        if done == FAILURE:
            self._stop()
            return done
        return super().on_activate(state)

    def _start(self) -> None:
        assert self._judge is not None
        self._counts.start(now_s(self))
        self._intake = Intake(self, self._topic, self._judge, self._counts, self._enabled)
        self.get_logger().info(f"judging images of {self._topic.name}")

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop judging; the model stays, and what frames took is given back."""
        self._stop()
        assert self._judge is not None
        self._judge.pipeline.rest()
        give_back_memory()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let go of the model."""
        self._release_model()
        return SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop from whatever state."""
        self.release()
        self._finalized = True
        return SUCCESS

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Go back to unconfigured after a transition that went wrong."""
        self.release()
        return SUCCESS

    def release(self) -> None:
        """Stop the worker and free everything that configure and activate made."""
        self._stop()
        self._release_model()

    def _stop(self) -> None:
        intake, self._intake = self._intake, None
        if intake is not None and not intake.stop():
            self.get_logger().error("the worker is still busy after 10 s and is left to itself")

    def _release_model(self) -> None:
        if self._replacement is not None:
            self._replacement.stop()
        if self._outputs is not None:
            self._outputs.destroy()
        self._replacement = self._outputs = self._judge = None
        give_back_memory()

    # Work.

    def _on_enable(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        self._enabled = request.data
        if self._intake is not None:
            self._intake.enabled = request.data
        if self._judge is not None and request.data:
            self._judge.request_reset()  # who stands there now need not be who stood there before
        self._counts.start(now_s(self))
        response.success = True
        response.message = "images are judged" if request.data else "images are passed over"
        return response

    def _on_reset(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        response.success = self._judge is not None
        response.message = "the node is not configured"
        if self._judge is not None:
            self._judge.request_reset()
            response.message = "faces followed so far are forgotten with the next image"
        return response

    def _on_set_parameters(self, changes: list[Parameter]) -> SetParametersResult:
        """All changes or none. Networks are loaded aside while the old ones judge."""
        try:
            new = self.parameters.changed(parameters.values_of(changes))
            if self._replacement is not None and new.pipeline != self.parameters.pipeline:
                self._replacement.request(new.pipeline)
        except EXPECTED_ERRORS as error:
            return SetParametersResult(successful=False, reason=str(error))
        self.parameters = new
        if self._judge is not None:
            self._judge.parameters = new
        return SetParametersResult(successful=True)

    def _on_model(self, pipeline: Pipeline) -> None:
        if self._outputs is not None:
            self._outputs.say_model(pipeline.bundle)
        self.get_logger().info(f"model {pipeline.bundle.name} {pipeline.bundle.version} is loaded")

    def _on_model_failure(self, error: Exception) -> None:
        """Called on the loading thread; parameters belong to the executor's."""
        self.get_logger().error(f"parameters are set back: {error}")
        self._counts.note(str(error))
        if self.executor is not None:
            self.executor.create_task(self._set_parameters_back)

    def _set_parameters_back(self) -> None:
        if self._judge is not None:
            old = replace(self.parameters, pipeline=self._judge.pipeline.config)
            self.set_parameters_atomically(old.differing_from(self.parameters))

    def _situation(self) -> Situation:
        bundle = self._judge.pipeline.bundle if self._judge else None
        idle = "finalized" if self._finalized else "unconfigured"
        return Situation(
            state="active" if self._intake else "inactive" if self._judge else idle,
            problem=self._problem,
            enabled=self._enabled,
            topic=self._topic.name,
            publishers=self._topic.publishers(self),
            unmatched=(
                *namesakes(self),
                *(self._intake.unmatched() if self._intake else ()),
                *unmatched_subscriptions(self, self._outputs.publishers if self._outputs else ()),
            ),
            model=bundle.name if bundle else "",
            model_sha256=bundle.sha256 if bundle else "",
        )


def main(args: list[str] | None = None) -> int:
    """Run the node until it is told to stop; 1 where it could not start."""
    settings = {s.name: (s.default, s.sentence) for s in parameters.SETTINGS}
    check_command_line("fakeface_node", __doc__, settings, args)
    with ros_until_interrupted(args):
        try:
            node = FakefaceNode()
        except (ValueError, rclpy.exceptions.ParameterException) as error:
            print(f"fakeface_node: {error}", file=sys.stderr)
            return 1
        try:
            if node.parameters.autostart and node.trigger_configure() == SUCCESS:
                node.trigger_activate()
            rclpy.spin(node)
        finally:
            node.release()
            node.destroy_node()
    return 0

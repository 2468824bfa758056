# SPDX-License-Identifier: Apache-2.0
"""The node `fakeface`: images in, verdicts out, with the life of a ROS 2 lifecycle node.

configure loads and checks the model, activate starts to judge; deactivate and cleanup are their
exact inverses. With the parameter `autostart` both happen at start.
"""

from __future__ import annotations

import sys
import traceback

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock, ClockType
from rclpy.executors import ExternalShutdownException
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from rclpy.qos import ReliabilityPolicy
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image
from std_srvs.srv import SetBool, Trigger

from fakeface_ros.image_messages import make_converter
from fakeface_ros.node import parameters
from fakeface_ros.node.counting import Counts
from fakeface_ros.node.diagnostics import Situation, describe_publishers, status
from fakeface_ros.node.judging import Arrival, Judge
from fakeface_ros.node.processes import interrupt_once
from fakeface_ros.node.publishing import Outputs, newest_only, open_overrides
from fakeface_ros.node.worker import Worker
from fakeface_ros.pipeline import Pipeline
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
        self._outputs: Outputs | None = None
        self._judge: Judge | None = None
        self._worker: Worker[Arrival] | None = None
        self._subscription: Subscription | None = None
        compressed = self.parameters.image_transport == "compressed"
        self._image_type = CompressedImage if compressed else Image
        # As image_transport does: remapping `image` moves its transports along.
        self._topic = self.resolve_topic_name("image") + ("/compressed" if compressed else "")
        self.create_service(SetBool, "~/enable", self._on_enable)
        self.create_service(Trigger, "~/reset", self._on_reset)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        # By the steady clock, so that it also ticks while simulated time stands still.
        self.create_timer(1.0, self._diagnose, clock=Clock(clock_type=ClockType.STEADY_TIME))

    # Life. rclpy swallows what a transition raises, so each catches and logs what it may meet.

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load and check the model; FAILURE with a logged reason where that is not possible."""
        try:
            converter = make_converter()
            if converter.warning:
                self.get_logger().warning(converter.warning)
            pipeline = Pipeline(self.parameters.pipeline)
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
            self._outputs.say_model(pipeline.bundle)
        except Exception as error:
            self._problem = str(error)
            expected = isinstance(error, EXPECTED_ERRORS)
            self.get_logger().error(
                f"cannot be configured: {error if expected else traceback.format_exc()}"
            )
            self._release_model()
            return FAILURE
        self._problem = ""
        self.get_logger().info(
            f"model {pipeline.bundle.name} {pipeline.bundle.version} is loaded, "
            f"images are converted by {converter.library}"
        )
        return SUCCESS

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to judge."""
        assert self._judge is not None
        self._counts.start(self._now_s())
        self._worker = Worker(self._judge.judge, self._on_error)
        self._worker.start()
        self._subscription = self.create_subscription(
            self._image_type,
            self._topic,
            self._on_image,
            newest_only(ReliabilityPolicy.BEST_EFFORT),
            qos_overriding_options=open_overrides(),
        )
        self.get_logger().info(f"judging images of {self._topic}")
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop judging; the model stays."""
        self._stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let go of the model."""
        self._release_model()
        return SUCCESS

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop from whatever state."""
        self.release()
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
        if self._subscription is not None:
            self.destroy_subscription(self._subscription)
        if self._worker is not None and not self._worker.stop():
            self.get_logger().error("the worker is still busy after 10 s and is left to itself")
        self._subscription = self._worker = None

    def _release_model(self) -> None:
        if self._outputs is not None:
            self._outputs.destroy()
        self._outputs = self._judge = None

    # Work.

    def _on_image(self, message: Image | CompressedImage) -> None:
        now = self.get_clock().now().nanoseconds
        if self._worker is not None and self._enabled:
            dropped = self._worker.mailbox.put(Arrival(message, now))
            self._counts.received(now / 1e9, dropped)

    def _on_error(self, error: Exception) -> None:
        # While the process ends, publishers may be gone before the worker is.
        if self._judge is not None and rclpy.ok(context=self.context):
            self._judge.on_error(error)

    def _on_enable(self, request: SetBool.Request, response: SetBool.Response) -> SetBool.Response:
        self._enabled = request.data
        self._counts.start(self._now_s())
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
        """Check by doing: another pipeline is made first, and what it refuses is refused here."""
        try:
            new = self.parameters.changed(parameters.values_of(changes))
            pipeline = None
            if self._judge is not None and new.pipeline != self.parameters.pipeline:
                pipeline = self._judge.pipeline.successor(new.pipeline)
        except EXPECTED_ERRORS as error:
            return SetParametersResult(successful=False, reason=str(error))
        self.parameters = new
        if self._judge is not None:
            self._judge.parameters = new
            if pipeline is not None and self._outputs is not None:
                self._judge.pipeline = pipeline
                self._outputs.say_model(pipeline.bundle)
        return SetParametersResult(successful=True)

    def _diagnose(self) -> None:
        states = {True: "active", False: "inactive" if self._judge else "unconfigured"}
        bundle = self._judge.pipeline.bundle if self._judge else None
        message_type = f"sensor_msgs/msg/{self._image_type.__name__}"
        situation = Situation(
            state=states[self._subscription is not None],
            problem=self._problem,
            enabled=self._enabled,
            topic=self._topic,
            publishers=describe_publishers(self, self._topic, message_type),
            model=bundle.name if bundle else "",
            model_sha256=bundle.sha256 if bundle else "",
        )
        name = self.get_fully_qualified_name()
        message = DiagnosticArray(
            status=[status(name, situation, self._counts.read(self._now_s()))]
        )
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)

    def _now_s(self) -> float:
        return self.get_clock().now().nanoseconds / 1e9


def main(args: list[str] | None = None) -> int:
    """Run the node until it is told to stop; 1 where it could not start."""
    interrupt_once()
    rclpy.init(args=args)
    try:
        node = FakefaceNode()
    except (ValueError, rclpy.exceptions.ParameterException) as error:
        rclpy.try_shutdown()
        print(f"fakeface_node: {error}", file=sys.stderr)
        return 1
    try:
        if node.parameters.autostart and node.trigger_configure() == SUCCESS:
            node.trigger_activate()
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        node.release()
        node.destroy_node()
        rclpy.try_shutdown()
    return 0

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

"""The node's life: each transition and its inverse, and what keeps it from being configured."""

from __future__ import annotations

import gc
import shutil
import threading
import time
import weakref

import cv2
import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from lifecycle_msgs.msg import Transition
from onlooker import reliable, resident_mb
from rclpy.lifecycle import TransitionCallbackReturn

from fakeface_ros.node.conversion import to_image
from fakeface_ros.node.fakeface_node import FakefaceNode


def test_each_transition_has_its_inverse_and_can_come_again(start, onlook, astronaut):
    detector = start("fakeface_node", {"autostart": False, **reliable("/life")}, "/life")
    onlooker = onlook("/life")
    onlooker.status(lambda values, _: values["state"] == "unconfigured")
    for _ in range(2):
        assert onlooker.change_state(Transition.TRANSITION_CONFIGURE)
        onlooker.status(lambda values, _: values["state"] == "inactive")
        assert onlooker.camera.get_subscription_count() == 0
        assert onlooker.change_state(Transition.TRANSITION_ACTIVATE)
        onlooker.wait_for_match()
        assert len(onlooker.judge(to_image(astronaut)).faces) == 1
        onlooker.deactivate()
        assert onlooker.change_state(Transition.TRANSITION_CLEANUP)
        onlooker.wait(
            lambda: not onlooker.node.count_publishers("/life/fakeface/verdicts"), "its cleaning"
        )
    assert detector.stop() == 0


def test_while_inactive_it_gives_back_what_images_took(start, onlook, astronaut):
    detector = start("fakeface_node", {"autostart": False, **reliable("/rest")}, "/rest")
    onlooker = onlook("/rest")
    assert onlooker.change_state(Transition.TRANSITION_CONFIGURE)

    def judging_and_after_mb(picture: np.ndarray) -> tuple[float, float]:
        assert onlooker.change_state(Transition.TRANSITION_ACTIVATE)
        onlooker.wait_for_match()
        for _ in range(3):
            assert len(onlooker.judge(to_image(picture)).faces) == 1
        judging_mb = resident_mb(detector.pid)
        onlooker.deactivate()
        return judging_mb, resident_mb(detector.pid)

    _, before_mb = judging_and_after_mb(astronaut)
    judging_mb, after_mb = judging_and_after_mb(cv2.resize(astronaut, (1920, 1920)))
    assert judging_mb > before_mb + 40
    assert after_mb < before_mb + 5


def test_missing_bundle_fails_to_configure_and_names_it(start, onlook):
    parameters = {"autostart": False, "model": "no_such_model"}
    detector = start("fakeface_node", parameters, "/missing")
    onlooker = onlook("/missing")
    assert not onlooker.change_state(Transition.TRANSITION_CONFIGURE)
    assert "no bundle named 'no_such_model'" in detector.text()
    onlooker.status(
        lambda _, status: status.level == DiagnosticStatus.ERROR
        and "no bundle named 'no_such_model'" in status.message
    )


def test_tampered_bundle_is_refused_until_it_is_whole_again(start, onlook, model_copy):
    network = model_copy / "autoencoder.onnx"
    whole = network.read_bytes()
    network.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    detector = start("fakeface_node", {"model": str(model_copy)}, "/tampered")
    onlooker = onlook("/tampered")
    onlooker.status(lambda values, _: values["state"] == "unconfigured" and values["last error"])
    assert f"{network} has sha256" in detector.text()
    assert "altered" in detector.text()

    network.write_bytes(whole)
    assert onlooker.change_state(Transition.TRANSITION_CONFIGURE)
    assert onlooker.change_state(Transition.TRANSITION_ACTIVATE)
    onlooker.status(lambda values, _: values["state"] == "active")


@pytest.mark.parametrize("state", ["unconfigured", "active"])
def test_shutdown_works_from_every_state(start, onlook, state):
    detector = start("fakeface_node", {"autostart": state == "active"}, f"/down_{state}")
    onlooker = onlook(f"/down_{state}")
    onlooker.status(lambda values, _: values["state"] == state)
    assert onlooker.change_state(
        {
            "unconfigured": Transition.TRANSITION_UNCONFIGURED_SHUTDOWN,
            "active": Transition.TRANSITION_ACTIVE_SHUTDOWN,
        }[state]
    )
    onlooker.status(lambda values, _: values["state"] == "finalized")
    assert detector.stop() == 0
    assert "Traceback" not in detector.text()


def test_bad_override_keeps_it_inactive_with_its_reason(start, onlook):
    name = "qos_overrides./override/image.subscription.reliability"
    detector = start("fakeface_node", {"autostart": False, name: "nonsense"}, "/override")
    onlooker = onlook("/override")
    assert onlooker.change_state(Transition.TRANSITION_CONFIGURE)
    assert not onlooker.change_state(Transition.TRANSITION_ACTIVATE)
    assert "cannot be activated" in detector.text()
    onlooker.status(
        lambda values, status: values["state"] == "inactive"
        and "nonsense" in status.message
        and status.level == DiagnosticStatus.ERROR
    )


def test_cleanup_frees_model_and_threads(ros):
    node = FakefaceNode()
    try:
        threads = threading.active_count()
        assert node.trigger_configure() == TransitionCallbackReturn.SUCCESS
        pipeline = weakref.ref(node._judge.pipeline)
        assert node.trigger_activate() == TransitionCallbackReturn.SUCCESS
        assert "fakeface-worker" in {thread.name for thread in threading.enumerate()}
        assert node.trigger_deactivate() == TransitionCallbackReturn.SUCCESS
        assert pipeline() is not None
        assert node.trigger_cleanup() == TransitionCallbackReturn.SUCCESS
        deadline = time.monotonic() + 10
        while threading.active_count() > threads:
            assert time.monotonic() < deadline, threading.enumerate()
            time.sleep(0.01)
        gc.collect()
        assert pipeline() is None
    finally:
        node.release()
        node.destroy_node()


def test_parameter_out_of_range_keeps_the_node_from_starting(start, onlook):
    detector = start("fakeface_node", {"min_face_px": 1}, "/range")
    onlooker = onlook("/range")
    onlooker.wait(lambda: detector.exit_code is not None, "its end")
    assert detector.exit_code == 1
    assert "min_face_px" in detector.text()
    assert "Traceback" not in detector.text()


def test_incomplete_bundle_folder_is_named(start, onlook, tmp_path, model_copy):
    broken = shutil.copytree(model_copy, tmp_path / "broken")
    (broken / "density.npz").unlink()
    detector = start("fakeface_node", {"model": str(broken)}, "/incomplete")
    onlooker = onlook("/incomplete")
    onlooker.status(lambda values, _: "density.npz" in values["last error"])
    assert "density.npz cannot be read" in detector.text()

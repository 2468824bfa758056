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

"""The built node over DDS: what comes in, what goes out, and what it says of bad images."""

from __future__ import annotations

import array
import json

import cv2
import numpy as np
import onnxruntime as ort
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from onlooker import Onlooker, reliable, stamp_of
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import Image
from std_msgs.msg import String
from std_srvs.srv import SetBool, Trigger

from fakeface_ros.node.conversion import to_image
from fakeface_ros.pipeline import DEFAULT_MODEL, Pipeline

NAMESPACE = "/node_test"


@pytest.fixture(scope="module")
def detector(start):
    return start("fakeface_node", reliable(NAMESPACE), NAMESPACE)


@pytest.fixture(scope="module")
def onlooker(detector, onlook) -> Onlooker:
    onlooker = onlook(NAMESPACE)
    onlooker.wait_for_match()
    return onlooker


def encoded(picture: np.ndarray, encoding: str) -> Image:
    if encoding == "bgr8 padded":
        message = to_image(np.pad(picture, ((0, 0), (0, 7), (0, 0)), constant_values=255))
        message.width -= 7
        return message
    message = to_image(picture)
    if encoding != "bgr8":
        code = {"rgb8": cv2.COLOR_BGR2RGB, "mono8": cv2.COLOR_BGR2GRAY}[encoding]
        pixels = cv2.cvtColor(picture, code)
        message.encoding = encoding
        message.step = pixels[0].size
        message.data = array.array("B", pixels.tobytes())
    return message


@pytest.mark.parametrize("encoding", ["bgr8", "rgb8", "mono8", "bgr8 padded"])
def test_face_is_judged_where_it_is(onlooker, astronaut, encoding):
    message = encoded(astronaut, encoding)
    stamp = onlooker.send(message)
    verdicts = onlooker.answer(stamp)

    assert verdicts.header.frame_id == "camera_optical"
    assert (verdicts.image_width, verdicts.image_height) == (512, 512)
    assert verdicts.model == DEFAULT_MODEL
    assert 0 < verdicts.latency_ms < 10_000
    assert len(verdicts.faces) == 1
    face = verdicts.faces[0]
    assert face.header == verdicts.header
    assert face.verdict in (face.VERDICT_REAL, face.VERDICT_FAKE)
    assert 0 < face.p_real <= 1
    assert 0 < face.fake_score < 1
    box = face.box
    assert box.x_offset + box.width <= 512
    assert box.y_offset + box.height <= 512
    assert abs(box.x_offset + box.width / 2 - 225) < 20
    assert abs(box.y_offset + box.height / 2 - 115) < 25
    for point in face.landmarks:
        assert box.x_offset <= point.x <= box.x_offset + box.width
        assert box.y_offset <= point.y <= box.y_offset + box.height
    assert face.landmarks[0].x < face.landmarks[1].x  # left eye first, as seen


def test_verdict_equals_that_of_the_command(onlooker, astronaut):
    expected = Pipeline().process(astronaut).faces[0]
    # Scores are over the frames of a face: begin as the command begins.
    assert onlooker.call(Trigger, "fakeface/reset", Trigger.Request()).success
    face = onlooker.judge(to_image(astronaut)).faces[0]
    assert face.verdict == expected.verdict
    assert face.fake_score == pytest.approx(expected.fake_score, abs=1e-4)
    assert face.p_real == pytest.approx(expected.p_real, abs=1e-4)


def test_one_message_per_image_also_without_a_face(onlooker, astronaut, noise):
    onlooker.verdicts.clear()
    stamps = []
    for picture in [noise, astronaut] * 3:
        stamps.append(onlooker.send(to_image(picture)))
        onlooker.answer(stamps[-1])
    assert [stamp_of(v) for v in onlooker.verdicts] == stamps
    assert [len(v.faces) for v in onlooker.verdicts] == [0, 1] * 3


def test_annotated_image_for_those_who_look(onlooker, astronaut):
    pictures: list[Image] = []
    subscription = onlooker.node.create_subscription(
        Image, "fakeface/image_annotated", pictures.append, 1
    )
    onlooker.wait(
        lambda: onlooker.node.count_publishers(f"{NAMESPACE}/fakeface/image_annotated"),
        "a publisher of annotated images",
    )

    def picture_of_a_judged_image() -> Image | None:
        onlooker.judge(to_image(astronaut))
        return pictures[-1] if pictures else None

    picture = onlooker.wait(picture_of_a_judged_image, "an annotated image")
    onlooker.node.destroy_subscription(subscription)
    assert stamp_of(picture) in {stamp_of(v) for v in onlooker.verdicts}
    assert picture.header.frame_id == "camera_optical"
    drawn = np.frombuffer(picture.data, np.uint8).reshape(512, 512, 3)
    changed = (drawn != astronaut).any(axis=2)
    assert 200 < changed.sum() < 0.2 * changed.size


def spoiled(astronaut: np.ndarray, **changes: object) -> Image:
    message = to_image(astronaut)
    for name, value in changes.items():
        setattr(message, name, value)
    return message


BAD = {
    "empty data": ({"data": array.array("B")}, "no data"),
    "truncated data": ({"data": array.array("B", bytes(1000))}, "1000 bytes of data do not fit"),
    "small step": ({"step": 100}, "step 100 does not fit"),
    "other encoding": ({"encoding": "rgba8"}, "step 1536 does not fit rgba8"),
    "unknown encoding": ({"encoding": "nonsense"}, "encoding 'nonsense' is not supported"),
    "float encoding": ({"encoding": "32FC1"}, "encoding '32FC1' is not supported"),
    "no width": ({"width": 0}, "size 0 x 512 has no pixels"),
    "absurd size": ({"width": 4_000_000_000, "height": 4_000_000_000}, "over the limit"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_image_is_refused_and_the_next_one_judged(onlooker, detector, astronaut, kind):
    changes, explanation = BAD[kind]
    before = onlooker.status(lambda values, _: values["state"] == "active")
    onlooker.send(spoiled(astronaut, **changes))
    after = onlooker.status(lambda v, _: int(v["images refused"]) > int(before["images refused"]))
    assert explanation in after["last error"]
    assert int(after["images refused"]) == int(before["images refused"]) + 1
    assert after["images failed"] == "0"
    assert len(onlooker.judge(to_image(astronaut)).faces) == 1


def test_the_same_complaint_is_logged_once(onlooker, detector, astronaut):
    for _ in range(5):
        onlooker.send(spoiled(astronaut, encoding="nonsense"))
        onlooker.judge(to_image(astronaut))
    assert detector.text().count("is not supported; use one of") == 1
    assert detector.text().count("image refused") <= len(
        {"empty", "size", "step", "length", "encoding"}
    )


def test_refused_images_are_an_error_in_diagnostics(onlooker, astronaut):
    onlooker.send(spoiled(astronaut, step=1))
    onlooker.status(lambda _, status: status.level == DiagnosticStatus.ERROR
                    and "images are refused: step 1" in status.message)  # fmt: skip


def test_silence_is_a_warning_and_ends_with_the_next_image(onlooker, astronaut):
    onlooker.status(
        lambda _, status: status.level == DiagnosticStatus.WARN
        and f"on {NAMESPACE}/image, publishers: 1" in status.message
    )
    onlooker.judge(to_image(astronaut))
    onlooker.status(lambda _, status: status.level == DiagnosticStatus.OK)


def test_counts_and_model_are_in_diagnostics(onlooker, astronaut):
    values = onlooker.status(lambda values, _: values["state"] == "active")
    onlooker.judge(to_image(astronaut))
    after = onlooker.status(
        lambda v, _: int(v["images processed"]) > int(values["images processed"])
    )
    assert int(after["images processed"]) == int(values["images processed"]) + 1
    assert int(after["faces real"]) + int(after["faces fake"]) == 1 + int(
        values["faces real"]
    ) + int(values["faces fake"])
    assert after["model"] == DEFAULT_MODEL
    assert len(after["model sha256"]) == 64
    assert float(after["latency median [ms]"]) > 0


def test_model_info_reaches_those_who_come_late(onlooker):
    received: list[String] = []
    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    onlooker.node.create_subscription(String, "fakeface/model_info", received.append, latched)
    onlooker.wait(lambda: received, "model_info")
    info = json.loads(received[0].data)
    assert info["name"] == DEFAULT_MODEL
    assert len(info["sha256"]) == 64


def test_enable_and_reset(onlooker, astronaut):
    first = onlooker.judge(to_image(astronaut)).faces[0].id
    assert onlooker.judge(to_image(astronaut)).faces[0].id == first

    assert onlooker.call(Trigger, "fakeface/reset", Trigger.Request()).success
    second = onlooker.judge(to_image(astronaut)).faces[0].id
    assert second != first

    assert onlooker.call(SetBool, "fakeface/enable", SetBool.Request(data=False)).success
    passed_over = onlooker.send(to_image(astronaut))
    onlooker.status(lambda _, status: status.message == "disabled by ~/enable")
    assert onlooker.call(SetBool, "fakeface/enable", SetBool.Request(data=True)).success
    assert onlooker.judge(to_image(astronaut)).faces[0].id not in (first, second)
    assert passed_over not in {stamp_of(v) for v in onlooker.verdicts}


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("alpha", 7.0, "alpha"),
        ("min_face_px", 1, "min_face"),
        ("model", "nobody", "'nobody'"),
        ("autostart", False, "read-only"),
    ],
)
def test_bad_parameter_is_rejected_with_its_reason(onlooker, astronaut, name, value, reason):
    result = onlooker.set_parameter(name, value)
    assert not result.successful
    assert reason in result.reason
    assert len(onlooker.judge(to_image(astronaut)).faces) == 1


def test_parameters_change_at_run_time(onlooker, astronaut):
    face = onlooker.judge(to_image(astronaut)).faces[0]
    assert face.p_real < 0.99
    assert onlooker.set_parameter("alpha", 0.99).successful
    assert onlooker.judge(to_image(astronaut)).faces[0].verdict == face.VERDICT_FAKE
    assert onlooker.set_parameter("alpha", 0.0).successful
    assert onlooker.judge(to_image(astronaut)).faces[0].verdict == face.verdict


def test_the_node_takes_from_a_best_effort_camera_by_default(start, onlook, noise):
    start("fakeface_node", {}, "/default_qos")
    onlooker = onlook("/default_qos")
    onlooker.wait_for_match()

    def answered() -> bool:  # best effort may lose some
        onlooker.send(to_image(noise[:48, :64].copy()))
        return bool(onlooker.verdicts)

    onlooker.wait(answered, "a verdict")
    info = onlooker.node.get_subscriptions_info_by_topic("/default_qos/image")
    assert [i.qos_profile.reliability.name for i in info] == ["BEST_EFFORT"]


def test_without_the_device_the_node_warns_and_judges_on_the_cpu(start, onlook, astronaut):
    if "CUDAExecutionProvider" in ort.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDAExecutionProvider")
    namespace = "/device_test"
    node = start("fakeface_node", {**reliable(namespace), "device": "cuda"}, namespace)
    onlooker = onlook(namespace)
    onlooker.wait_for_match()
    onlooker.status(lambda values, _: values["state"] == "active")
    assert len(onlooker.judge(to_image(astronaut)).faces) == 1
    assert "device 'cuda' cannot be used, CPUExecutionProvider runs the networks" in node.text()

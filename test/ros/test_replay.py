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

"""A recording played into the node under simulated time gives what its file gives."""

from __future__ import annotations

import statistics

import pytest
from lifecycle_msgs.srv import GetState
from onlooker import Onlooker, reliable, stamp_of
from rclpy.serialization import deserialize_message
from rosbags.highlevel import AnyReader
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image
from std_srvs.srv import Trigger

from fakeface_ros.pipeline import Pipeline
from fakeface_ros.recordings import frames_of_recording

NAMESPACE = "/replay"


@pytest.fixture(scope="module")
def onlooker(start, onlook) -> Onlooker:
    start("fakeface_node", {"use_sim_time": True, **reliable(NAMESPACE)}, NAMESPACE)
    onlooker = onlook(NAMESPACE)
    onlooker.wait_for_match()
    return onlooker


def play(onlooker: Onlooker, clock, path) -> list:
    """Images at the times of their recording, each when the one before is answered."""
    answers = []
    state = onlooker.node.create_client(GetState, "fakeface/get_state")
    assert state.wait_for_service(timeout_sec=30)
    with AnyReader([path]) as reader:
        for _, time_ns, data in reader.messages():
            message = Clock()
            message.clock.sec, message.clock.nanosec = divmod(time_ns, 10**9)
            clock.publish(message)
            # Answered after what came before it: the time is taken then.
            onlooker.wait(state.call_async(GetState.Request()).done, "the node's state")
            image = deserialize_message(bytes(data), Image)
            onlooker.camera.publish(image)
            answers.append(onlooker.answer(stamp_of(image)))
    onlooker.verdicts.clear()
    return answers


def test_no_clock_is_a_warning(onlooker):
    onlooker.status(lambda values, status: "no time comes on /clock" in status.message)


def test_replay_equals_the_file_also_when_it_is_played_again(onlooker, record, astronaut):
    pictures = [astronaut[:, shift : shift + 400] for shift in range(0, 60, 12)]
    path = record("bag", {"/image": [*pictures, astronaut[300:, :200].copy()]})
    pipeline = Pipeline()
    expected = [pipeline.process(f.image).faces for f in frames_of_recording(path)]
    assert [len(faces) for faces in expected] == [1, 1, 1, 1, 1, 0]

    clock = onlooker.node.create_publisher(Clock, "/clock", 1)
    onlooker.wait(clock.get_subscription_count, "a subscriber of /clock")
    latencies: list[float] = []
    for _ in range(2):  # time jumps back in between
        assert onlooker.call(Trigger, "fakeface/reset", Trigger.Request()).success
        answers = play(onlooker, clock, path)
        for answer, faces in zip(answers, expected, strict=True):
            assert [f.verdict for f in answer.faces] == [int(f.verdict) for f in faces]
            for face, same in zip(answer.faces, faces, strict=True):
                assert face.fake_score == pytest.approx(same.fake_score, abs=1e-5)
                assert face.p_real == pytest.approx(same.p_real, abs=1e-5)
            assert len({f.id for f in answer.faces}) == len(faces)
        latencies += [answer.latency_ms for answer in answers]
    # Simulated time stands still while an image is judged: recorded 5 ms after its stamp, that is
    # its age, however long judging takes.
    assert statistics.median(latencies) == pytest.approx(5.0, abs=0.01)
    values = onlooker.status(lambda values, _: values["clock"] == "simulated")
    assert float(values["latency median [ms]"]) == pytest.approx(5.0, abs=0.1)
    assert int(values["images processed"]) == 2 * len(expected)

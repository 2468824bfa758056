# SPDX-License-Identifier: Apache-2.0
"""Each kind of message is said once a minute."""

from fakeface_ros.node.throttle import REPEAT_AFTER_S, Throttle


def test_a_kind_is_said_once_a_minute_with_a_count():
    now = [100.0]
    throttle = Throttle(lambda: now[0])
    assert throttle.admit("step", "bad step") == "bad step"
    assert throttle.admit("step", "bad step") is None
    assert throttle.admit("step", "another bad step") is None
    assert throttle.admit("size", "bad size") == "bad size"
    now[0] += REPEAT_AFTER_S
    assert throttle.admit("step", "bad step") == "bad step (2 more since the last such message)"
    assert throttle.admit("step", "bad step") is None

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

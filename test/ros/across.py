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

"""Run in a network of its own by test_other_host.py: a camera that waits for one verdict."""

from __future__ import annotations

import sys

import cv2
import rclpy
from onlooker import Onlooker

from fakeface_ros.node.conversion import to_image


def main() -> None:
    rclpy.init(args=[])
    onlooker = Onlooker("/far")
    onlooker.wait_for_match()
    picture = to_image(cv2.imread(sys.argv[1]))

    def answered() -> bool:  # best effort may lose some
        onlooker.send(picture)
        return bool(onlooker.verdicts)

    onlooker.wait(answered, "a verdict")
    verdicts = onlooker.verdicts[0]
    print(f"faces: {len(verdicts.faces)}, frame_id: {verdicts.header.frame_id}")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
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

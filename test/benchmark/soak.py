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

"""Drives the installed node with changing scenes for a long time and shows what it takes up.

    make soak MINUTES=10

Writes soak.json and soak.png: memory, threads, file handles and latency over time. Ends with 1
where the node grew after its warm-up, so that it can be watched by a machine.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np
import rclpy
from frames import cover, load_frames
from machine import describe, resident_mb
from node_load import Ear, spin
from sensor_msgs.msg import CompressedImage
from timing import growth, rounded, summarise

from fakeface_ros.node.processes import Executable, hold_domain_id

ROOT = Path(__file__).resolve().parents[2]
RATE_HZ = 60.0
SIZE = (1280, 720)
STILL_S = 0.2
SAMPLE_EVERY_S = 1.0
WARM_UP = 0.3
"""Share of the time after which nothing may grow any more: by then all was seen many times."""

LIMIT_MB = 2.0
_PANELS = {
    "resident_mb": "resident [MB]",
    "threads": "threads",
    "handles": "file handles",
    "latency_ms": "latency, median [ms]",
    "judged": "images judged a second",
}

Sample = dict[str, float]


def write_scenes(folder: Path) -> int:
    """Pictures as of one camera, with no, one and many faces; returns how many.

    Of one size: with each other size the C library keeps and gives back other blocks, tens of MB,
    and a leak of a few cannot be seen. Changing sizes are for test/ros/test_fuzz_node.py.
    """
    frames = load_frames(ROOT, camera=6, crowd=6)
    noise = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    pictures = [*frames.camera, noise, *frames.crowd, frames.large, 0 * noise]
    pictures = [cover(picture, SIZE) for picture in pictures]
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for number, picture in enumerate(pictures):
        cv2.imwrite(str(folder / f"{number:02}.png"), picture)
    return len(pictures)


def drive(folder: Path, seconds: float) -> Iterator[Sample]:
    """Start camera and node, then a sample every second until the time is over.

    Raises:
        RuntimeError: a process ended or no verdict came any more.
    """
    write_scenes(folder / "scenes")
    shown = {"source": str(folder / "scenes"), "rate_hz": RATE_HZ, "still_s": STILL_S}
    with ExitStack() as stack:
        # Best effort loses many images of this size on loopback, by chance.
        reliable = {"qos_overrides./image.subscription.reliability": "reliable"}
        log = folder / "fakeface_node.log"
        detector = stack.enter_context(Executable("fakeface_node", log, reliable))
        camera = stack.enter_context(
            Executable("image_source", folder / "image_source.log", shown)
        )
        ear = Ear()
        stack.callback(ear.destroy_node)
        # Someone looks, so that drawing and encoding are soaked too.
        ear.create_subscription(
            CompressedImage, "/fakeface/image_annotated/compressed", lambda _: None, 1
        )
        spin(ear, 60.0, lambda: bool(ear.latencies_ms))
        start = time.monotonic()
        for number in range(1, round(seconds / SAMPLE_EVERY_S) + 1):
            ear.forget()
            spin(ear, start + number * SAMPLE_EVERY_S - time.monotonic())
            for process in (detector, camera):
                if process.exit_code is not None:
                    raise RuntimeError(f"{process.name} ended:\n{process.text()}")
            yield _sample(detector.pid, time.monotonic() - start, ear)


def _sample(pid: int, second: float, ear: Ear) -> Sample:
    latencies = ear.latencies_ms
    return {
        "second": rounded(second),
        "resident_mb": resident_mb(pid),
        "threads": len(os.listdir(f"/proc/{pid}/task")),
        "handles": len(os.listdir(f"/proc/{pid}/fd")),
        "latency_ms": rounded(summarise(latencies).median) if latencies else float("nan"),
        "judged": len(latencies) / SAMPLE_EVERY_S,
    }


def draw(samples: list[Sample], path: Path) -> None:
    """A panel for each value over time."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.ticker import MaxNLocator

    figure, panels = pyplot.subplots(len(_PANELS), sharex=True, figsize=(9, 10))
    minutes = [sample["second"] / 60 for sample in samples]
    for panel, (name, title) in zip(panels, _PANELS.items(), strict=True):
        panel.plot(minutes, [sample[name] for sample in samples], linewidth=1)
        panel.axvspan(0, minutes[int(len(minutes) * WARM_UP)], color="0.92")
        panel.set_ylabel(title)
        panel.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    panels[0].set_title(f"the node under changing scenes, {RATE_HZ:g} images a second offered")
    panels[-1].set_xlabel("minutes (grey: warm-up)")
    figure.tight_layout()
    figure.savefig(path, dpi=100)


def main() -> int:
    """Run, write both files, print what grew."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "soak")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    os.environ["ROS_DOMAIN_ID"] = str(hold_domain_id())
    os.environ.setdefault("ROS_AUTOMATIC_DISCOVERY_RANGE", "LOCALHOST")
    machine = {row["what"]: row["is"] for row in describe(ROOT).rows}
    rclpy.init(args=[])
    samples: list[Sample] = []
    try:
        for sample in drive(options.out, options.minutes * 60):
            samples.append(sample)
    finally:
        rclpy.try_shutdown()
    warm = samples[int(len(samples) * WARM_UP) :]
    grown = {
        name: growth([sample[name] for sample in warm], 3)
        for name in ("resident_mb", "threads", "handles")
    }
    judged = sum(sample["judged"] for sample in samples) * SAMPLE_EVERY_S
    report = {"machine": machine, "minutes": options.minutes, "judged": judged, "growth": grown}
    report |= {"limit_mb": LIMIT_MB, "samples": samples}
    (options.out / "soak.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    draw(samples, options.out / "soak.png")
    good = grown["resident_mb"] < LIMIT_MB and grown["threads"] <= 0 and grown["handles"] <= 0
    print(
        f"{judged:.0f} images judged in {options.minutes:g} min; growth after warm-up: "
        f"{grown['resident_mb']:+.1f} MB (limit {LIMIT_MB:g}), {grown['threads']:+.0f} threads, "
        f"{grown['handles']:+.0f} file handles: {'good' if good else 'NOT good'}; "
        f"see {options.out}/soak.png"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

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

"""Camera scenes with known truth: aligned portraits that move through clips of a real room.

A portrait is pasted by one soft outline that is the same for all, so that nobody's matte tells the
classes apart; it leaves out the corners, where StyleGAN2's portraits carry a caption. Path,
size, tilt, room, blur, noise and JPEG quality come from the scene's number alone: a real and a
generated portrait in the scene of one number differ in nothing but themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from fakeface_ros.sources import decode_image

WIDTH_PX, HEIGHT_PX = 640, 480
FACE_BOX = np.array([0.497, 0.550, 0.537, 0.724])
"""Centre, width and height of MTCNN's box in an aligned square: means over 100 portraits, whose
spreads are 0.042, 0.016, 0.027 and 0.046."""
FACE_WIDTHS_PX = (60.0, 250.0)
_OUTLINE_POWER = 4.0  # 2 is an ellipse; larger ones come closer to the square
_FEATHER = 0.08  # of half a side
_SHUTTER = 0.5  # share of a frame's time in which the shutter is open


@dataclass(frozen=True)
class Walk:
    """Where a face is in each of T frames.

    Attributes:
        centres: (T, 2) of the aligned square, pixels.
        widths: (T,) of the face, pixels.
        tilts: (T,) degrees.
    """

    centres: np.ndarray
    widths: np.ndarray
    tilts: np.ndarray

    @property
    def boxes(self) -> np.ndarray:
        """Face boxes, (T, 4) as x1, y1, x2, y2."""
        sides = self.widths / FACE_BOX[2]
        middle = self.centres + (FACE_BOX[:2] - 0.5) * sides[:, None]
        half = FACE_BOX[2:] * sides[:, None] / 2
        return np.concatenate([middle - half, middle + half], axis=1)


@dataclass(frozen=True)
class Scene:
    """Everything of a scene but its portraits.

    Attributes:
        walks: of each face; later ones pass in front of earlier ones.
        rooms: (T, HEIGHT_PX, WIDTH_PX, 3) uint8 BGR, the frames that they are pasted into.
        seed: of the noise.
        blur_px: standard deviation of the lens's blur.
        noise: standard deviation of the sensor's noise, in grey levels.
        jpeg_quality: of the camera.
        object_boxes: (T, 4) x1, y1, x2, y2 of a plain object in front of all, or None.
        object_colour: BGR.
    """

    walks: Sequence[Walk]
    rooms: np.ndarray
    seed: int
    blur_px: float
    noise: float
    jpeg_quality: int
    object_boxes: np.ndarray | None = None
    object_colour: tuple[float, ...] = field(default=(0.0, 0.0, 0.0))

    def hidden(self) -> np.ndarray:
        """Share of each face's box that something covers, (T, faces)."""
        boxes = [walk.boxes for walk in self.walks]
        covers = boxes[1:] + ([] if self.object_boxes is None else [self.object_boxes])
        share = np.zeros((len(boxes[0]), len(boxes)))
        for face, box in enumerate(boxes):
            for cover in covers[face:]:
                size = np.minimum(box[:, 2:], cover[:, 2:]) - np.maximum(box[:, :2], cover[:, :2])
                common = np.maximum(size, 0).prod(axis=1) / (box[:, 2:] - box[:, :2]).prod(axis=1)
                share[:, face] = np.maximum(share[:, face], common)
        return share


def wandering(random: np.random.Generator, frames: int) -> Walk:
    """One face that wanders smoothly, comes nearer or goes away, anywhere in the frame."""
    low, high = np.log(FACE_WIDTHS_PX)
    start = random.uniform(low, high)
    end = np.clip(start + random.uniform(-0.4, 0.4), low, high)
    widths = np.exp(start + (end - start) * _smooth(frames))
    margin = widths[:, None] * 0.75  # so that eyes and mouth stay in the frame
    middle, room = np.array([WIDTH_PX, HEIGHT_PX]) / 2, random.uniform(-1, 1, (2, 2))
    way = (
        room[0]
        + (np.clip(room[1], room[0] - 0.8, room[0] + 0.8) - room[0]) * (_smooth(frames)[:, None])
    )
    sway = 0.04 * np.sin(np.linspace(0, random.uniform(2, 9), frames) + random.uniform(0, 6))
    centres = middle + way * np.maximum(middle - margin, 0) + sway[:, None] * widths[:, None]
    return Walk(centres, widths, _tilts(random, frames))


def crossing(random: np.random.Generator, frames: int) -> list[Walk]:
    """Two faces that walk past each other.

    The second is in front and hides the first in part or wholly.
    """
    widths = random.uniform(60, 110) * np.array([1.0, random.uniform(1.0, 1.35)])
    meet = np.array([random.uniform(250, 390), random.uniform(160, 300)])
    drop = random.uniform(-0.5, 0.5) * widths[0]
    side = random.choice([-1.0, 1.0])
    way = np.linspace(-1, 1, frames) * random.uniform(1.5, 2.2) * widths.sum() / 2
    walks = []
    for face, direction in enumerate((side, -side)):
        centres = meet + np.stack([direction * way, np.full(frames, face * drop)], axis=1)
        width = np.full(frames, widths[face])
        walks.append(Walk(centres, width, _tilts(random, frames)))
    return walks


def passing_object(random: np.random.Generator, walk: Walk, rate_hz: float = 30.0) -> np.ndarray:
    """Boxes (T, 4) of an object that hides the face for 0.3 to 0.8 s on its way past."""
    frames = len(walk.widths)
    width = walk.widths[frames // 2]
    length = 1.2 * width
    # Half a width of the face comes on top: a face of which a quarter is covered counts as hidden.
    step = (length + 0.5 * width) / (random.uniform(0.3, 0.8) * rate_hz)
    step *= random.choice([-1.0, 1.0])
    middle = walk.centres[:, 0] + step * (np.arange(frames) - frames / 2)
    top = np.maximum(walk.boxes[:, 1].min() - random.uniform(10, 80), 0)
    edges = (middle - length / 2, np.full(frames, top), middle + length / 2,
             np.full(frames, float(HEIGHT_PX)))  # fmt: skip
    return np.stack(edges, axis=1)


def compose(scene: Scene, portraits: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """Frames of a scene.

    Args:
        scene: the plan.
        portraits: for each walk an aligned square, (S, S, 3) uint8 BGR.

    Yields:
        (HEIGHT_PX, WIDTH_PX, 3) uint8 BGR.
    """
    # Fresh noise for every pixel would cost more than all the rest; a window into a larger field
    # of it, elsewhere in each frame, looks the same.
    random = np.random.default_rng(scene.seed)
    grain = random.standard_normal((HEIGHT_PX + 64, WIDTH_PX + 64, 3), np.float32) * scene.noise
    for time, room in enumerate(scene.rooms):
        frame = room.astype(np.float32)
        for walk, portrait in zip(scene.walks, portraits, strict=True):
            _paste(frame, portrait, walk, time, scene.blur_px)
        if scene.object_boxes is not None:
            x1, y1, x2, y2 = np.clip(scene.object_boxes[time], 0, 4096).astype(int)
            frame[y1:y2, x1:x2] = scene.object_colour
        down, right = random.integers(0, 64, 2)
        frame += grain[down : down + HEIGHT_PX, right : right + WIDTH_PX]
        quality = [cv2.IMWRITE_JPEG_QUALITY, scene.jpeg_quality]
        data = cv2.imencode(".jpg", np.clip(frame, 0, 255).astype(np.uint8), quality)[1]
        yield decode_image(data.tobytes())


def outline(side_px: int) -> np.ndarray:
    """Opacity of a pasted square, (side_px, side_px) float32 in [0, 1]."""
    x = np.abs((np.arange(side_px) + 0.5) / side_px * 2 - 1) ** _OUTLINE_POWER
    radius = (x[:, None] + x[None, :]) ** (1 / _OUTLINE_POWER)
    return np.clip((1 - radius) / _FEATHER, 0, 1).astype(np.float32)


def _paste(frame: np.ndarray, portrait: np.ndarray, walk: Walk, time: int, blur_px: float) -> None:
    """Put a portrait at its place in the frame, (HEIGHT_PX, WIDTH_PX, 3) float32."""
    side, centre = walk.widths[time] / FACE_BOX[2], walk.centres[time]
    # An area filter to about the size wanted; the rest, less than a pixel, by warping.
    whole = round(side)
    small = cv2.resize(portrait, (whole, whole), interpolation=cv2.INTER_AREA).astype(np.float32)
    reach = side * 0.75 + 16
    left, top = np.maximum(np.floor(centre - reach), 0).astype(int)
    right, bottom = np.minimum(np.ceil(centre + reach), (WIDTH_PX, HEIGHT_PX)).astype(int)
    if right <= left or bottom <= top:
        return
    middle = ((whole - 1) / 2,) * 2
    turn: np.ndarray = cv2.getRotationMatrix2D(middle, walk.tilts[time], side / whole)
    turn[:, 2] += centre - whole / 2 - (left, top)
    size = (int(right - left), int(bottom - top))
    colours = cv2.warpAffine(small, turn, size, borderMode=cv2.BORDER_REPLICATE)
    layer: np.ndarray = np.dstack([colours, cv2.warpAffine(outline(whole), turn, size)])
    following = walk.centres[min(time + 1, len(walk.widths) - 1)]
    layer = cv2.filter2D(layer, -1, _streak((following - centre) * _SHUTTER))
    layer = cv2.GaussianBlur(layer, (0, 0), blur_px)
    under = frame[top:bottom, left:right]
    frame[top:bottom, left:right] = under + layer[..., 3:] * (layer[..., :3] - under)


def _streak(step: np.ndarray) -> np.ndarray:
    """Kernel of a movement by step, (2,) pixels, while the shutter is open."""
    half = int(np.ceil(np.abs(step).max() / 2)) + 1
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    ends = [tuple(int(v) for v in np.round(half * 16 + sign * step * 8)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, shift=4)
    return kernel / kernel.sum()


def _smooth(frames: int) -> np.ndarray:
    """0 to 1 with a gentle start and end, (frames,)."""
    time = np.linspace(0, 1, frames)
    return time * time * (3 - 2 * time)


def _tilts(random: np.random.Generator, frames: int) -> np.ndarray:
    swing = np.sin(np.linspace(0, random.uniform(1, 6), frames) + random.uniform(0, 6))
    return random.uniform(-6, 6) + random.uniform(0, 6) * swing

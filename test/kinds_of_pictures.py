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

"""Whole JPEG and PNG pictures of every kind, and how to take a PNG apart."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image as Pillow


def chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    """A PNG chunk with the right checksum; size is what it says of its length."""
    length = len(content) if size is None else size
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", length) + name + content + struct.pack(">I", checksum)


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Names and contents of a whole PNG's chunks; of a broken one, as far as they go."""
    found, position = [], 8
    while position + 12 <= len(png):
        size = struct.unpack(">I", png[position : position + 4])[0]
        found.append((png[position + 4 : position + 8], png[position + 8 : position + 8 + size]))
        position += 12 + size
    return found


def with_chunk(png: bytes, name: bytes, content: bytes) -> bytes:
    """A PNG with one more chunk, right behind its header."""
    return png[:33] + chunk(name, content) + png[33:]


def _encoded(mode: str, suffix: str, **options: object) -> bytes:
    colours = np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8)
    whole = Pillow.fromarray(colours).resize((80, 60), Pillow.Resampling.BICUBIC)
    file = io.BytesIO()
    if mode == "I;16":
        deep = np.asarray(whole.convert("L")).astype(np.uint16) * 257
        Pillow.fromarray(deep).save(file, suffix, **options)
    else:
        whole.convert(mode).save(file, suffix, **options)
    return file.getvalue()


def oriented(orientation: int) -> Pillow.Exif:
    """EXIF data that tells how the camera was held, 1 to 8."""
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    return exif


PICTURES: dict[str, bytes] = {
    "JPEG": _encoded("RGB", "jpeg"),
    "JPEG progressive": _encoded("RGB", "jpeg", progressive=True),
    "JPEG grey": _encoded("L", "jpeg"),
    "JPEG CMYK": _encoded("CMYK", "jpeg"),
    "JPEG turned": _encoded("RGB", "jpeg", exif=oriented(6)),
    "JPEG optimised": _encoded("RGB", "jpeg", quality=95, subsampling=0, optimize=True),
    "PNG": _encoded("RGB", "png"),
    "PNG grey": _encoded("L", "png"),
    "PNG 16 bits": _encoded("I;16", "png"),
    "PNG palette": _encoded("P", "png"),
    "PNG one bit": _encoded("1", "png"),
    "PNG alpha": _encoded("RGBA", "png"),
    "PNG grey alpha": _encoded("LA", "png"),
    "PNG turned": _encoded("RGB", "png", exif=oriented(8)),
    "PNG large chunk": with_chunk(_encoded("RGB", "png"), b"tEXt", bytes(300_000)),
}
"""Whole pictures of 80 x 60 pixels (turned: 60 x 80) by what is special about them."""

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

"""Whole pictures of every kind pass; what would cost a decoder more than its pixels does not."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from kinds_of_pictures import PICTURES, chunk, chunks, with_chunk
from PIL import Image

from fakeface_ros.picture_structure import check_structure
from fakeface_ros.sources import decode_image

PNG, JPEG = PICTURES["PNG"], PICTURES["JPEG progressive"]


def rebuilt(parts: list[tuple[bytes, bytes]]) -> bytes:
    return PNG[:8] + b"".join(chunk(name, content) for name, content in parts)


@pytest.mark.parametrize("kind", PICTURES)
def test_whole_pictures_pass_and_are_decoded(kind):
    check_structure(PICTURES[kind])
    expected = (80, 60, 3) if kind.endswith("turned") else (60, 80, 3)
    frame = decode_image(PICTURES[kind])
    assert frame.shape == expected
    assert frame.dtype == np.uint8
    assert frame.std() > 20, "a picture, not a blank"


@pytest.mark.parametrize("kind", ["JPEG CMYK", "PNG 16 bits", "PNG palette", "PNG alpha"])
def test_unusual_pixels_keep_their_brightness(kind):
    usual, unusual = (
        cv2.blur(cv2.cvtColor(decode_image(data), cv2.COLOR_BGR2GRAY).astype(float), (5, 5))
        for data in (PNG, PICTURES[kind])
    )
    assert np.abs(usual - unusual).mean() < 6


def test_the_most_incompressible_picture_passes():
    noise = np.random.default_rng(0).integers(0, 2**16, (37, 41, 4), np.uint16)
    check_structure(cv2.imencode(".png", noise, [cv2.IMWRITE_PNG_COMPRESSION, 0])[1].tobytes())
    check_structure(cv2.imencode(".png", noise[:1, :1])[1].tobytes())


def test_what_stands_behind_the_end_is_passed_over():
    check_structure(PNG + bytes(1000))
    check_structure(JPEG + bytes(1000))


def test_other_data_is_left_to_the_decoder():
    check_structure(b"BM not ours to judge")


@pytest.mark.parametrize("kind", PICTURES)
def test_every_truncated_picture_is_refused(kind):
    data = PICTURES[kind]
    for end in np.linspace(40, len(data) - 3, 50, dtype=int):
        with pytest.raises(ValueError, match="truncated"):
            check_structure(data[:end])


@pytest.mark.parametrize("size", [2**31 - 1, 2**32 - 1, len(PNG)])
def test_a_chunk_that_claims_more_than_there_is_is_refused(size):
    bad = PNG[:33] + chunk(b"tEXt", b"a\0b", size) + PNG[33:]
    with pytest.raises(ValueError, match=f"chunk 'tEXt' at byte 33 says it has {size} bytes"):
        decode_image(bad)


def test_one_flipped_bit_of_a_png_is_found():
    middle = len(PNG) // 2
    bad = PNG[:middle] + bytes([PNG[middle] ^ 4]) + PNG[middle + 1 :]
    with pytest.raises(ValueError, match=r"damaged: chunk 'IDAT' at byte .* checksum"):
        check_structure(bad)


def test_data_that_inflates_to_more_than_its_pixels_is_refused():
    bomb = (b"IDAT", zlib.compress(bytes(100_000_000)))
    with pytest.raises(ValueError, match=r"more than the .* bytes that 80 x 60 pixels can need"):
        check_structure(rebuilt([chunks(PNG)[0], bomb, chunks(PNG)[-1]]))


def test_large_text_passes_but_not_any_number_of_it():
    check_structure(with_chunk(PNG, b"tEXt", bytes(5_000_000)))
    header, *others = chunks(PNG)
    with pytest.raises(ValueError, match="more than 1000 chunks"):
        check_structure(rebuilt([header, *[(b"tEXt", b"")] * 1001, *others]))


def test_scans_beyond_what_encoders_write_are_refused():
    scan = JPEG[JPEG.rindex(b"\xff\xda") : -2]
    check_structure(JPEG[:-2] + scan * 10 + JPEG[-2:])
    with pytest.raises(ValueError, match="at most 64 are decoded"):
        check_structure(JPEG[:-2] + scan * 100 + JPEG[-2:])


def test_pictures_with_thumbnails_pass():
    thumbnail = b"Exif\0\0" + JPEG
    segment = b"\xff\xe1" + struct.pack(">H", len(thumbnail) + 2) + thumbnail
    check_structure(JPEG[:2] + segment + JPEG[2:])
    file = io.BytesIO()
    Image.new("RGB", (300, 200)).save(file, "png", pnginfo=None, exif=Image.Exif())
    check_structure(file.getvalue())

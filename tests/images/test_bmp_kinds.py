from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from gallery.images.decode import read_image

WHITE, BLACK = [255, 255, 255], [0, 0, 0]


def bmp(bits: int, colours: list[int], rows: list[bytes], width: int, compression: int = 0) -> bytes:
    """A BMP with a palette of these greys; rows from the bottom up."""
    palette = b"".join(bytes((grey, grey, grey, 0)) for grey in colours)
    pixels = b"".join(rows)
    head = struct.pack("<IiiHHIIiiII", 40, width, 2, 1, bits, compression, len(pixels), 0, 0, len(colours), 0)
    start = 14 + len(head) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + head + palette + pixels


def rows_of(path: Path) -> list[list[int]]:
    """The red of each pixel, from the top."""
    pixels = np.asarray(read_image(path, long_side=None, max_megapixels=1).image)
    assert (pixels[..., 0] == pixels[..., 1]).all()
    return [list(map(int, row)) for row in pixels[..., 0]]


@pytest.mark.parametrize(
    ("bits", "colours", "rows", "compression"),
    [
        (8, [0, 255], [b"\1\1\0\1", b"\0\1\0\0"], 0),
        (4, [0, 255], [b"\x11\x01\0\0", b"\x01\x00\0\0"], 0),
        (1, [0, 255], [b"\xd0\0\0\0", b"\x40\0\0\0"], 0),
        (8, [0, 255], [b"\2\1\1\0\1\1\0\0", b"\1\0\1\1\2\0\0\1"], 1),
    ],
    ids=["8 bits", "4 bits", "1 bit", "8 bits, run lengths"],
)
def test_black_and_white_is_read_whatever_the_bits_of_a_pixel(tmp_path, bits, colours, rows, compression):
    (tmp_path / "a.bmp").write_bytes(bmp(bits, colours, rows, 4, compression))
    assert rows_of(tmp_path / "a.bmp") == [[0, 255, 0, 0], [255, 255, 0, 255]]


def test_sixteen_nearly_black_greys_are_read(tmp_path):
    (tmp_path / "a.bmp").write_bytes(bmp(4, list(range(16)), [b"\x0f\x12\0\0", b"\x34\x56\0\0"], 4))
    assert rows_of(tmp_path / "a.bmp") == [[3, 4, 5, 6], [0, 15, 1, 2]]


@pytest.mark.parametrize(("alpha", "expected"), [((0, 0), [BLACK, BLACK]), ((0, 255), [WHITE, BLACK])])
def test_picture_that_says_it_is_transparent_all_over_is_shown(tmp_path, alpha, expected):
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    pixels = b"".join(bytes((0, 0, 0, value)) for value in alpha)
    head = struct.pack("<IiiHHIIiiII", 56, 2, 1, 1, 32, 3, len(pixels), 0, 0, 0, 0) + masks
    content = b"BM" + struct.pack("<IHHI", 14 + 56 + 8, 0, 0, 14 + 56) + head + pixels
    (tmp_path / "a.bmp").write_bytes(content)
    pixel_rows = np.asarray(read_image(tmp_path / "a.bmp", long_side=None, max_megapixels=1).image)
    assert pixel_rows[0].tolist() == expected

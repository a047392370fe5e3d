from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gallery.images.decode import read_image


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def gamma(value: float) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(100_000 * value)))


def grey_png(rows: list[list[int]], bits: int, *beside: bytes) -> bytes:
    """Grey of so many bits a pixel, each row in whole bytes."""
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), bits, 0, 0, 0, 0)
    texts = ("".join(f"{value:0{bits}b}" for value in row) for row in rows)
    packed = b"".join(b"\0" + int(text, 2).to_bytes(len(text) // 8, "big") for text in texts)
    parts = (chunk(b"IHDR", head), *beside, chunk(b"IDAT", zlib.compress(packed)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def pixels(folder: Path, content: bytes, long_side: int | None = None) -> np.ndarray[Any, Any]:
    (folder / "a.png").write_bytes(content)
    return np.asarray(read_image(folder / "a.png", long_side=long_side, max_megapixels=1).image)


@pytest.mark.parametrize(
    ("bits", "row", "clear", "shown"),
    [
        (1, [0, 1, 0, 1, 1, 1, 1, 1], 0, [255] * 8),
        (2, [0, 1, 2, 3], 1, [0, 255, 170, 255]),
        (4, [0, 1, 7, 15], 7, [0, 17, 255, 255]),
        (8, [0, 1, 100, 255], 100, [0, 1, 255, 255]),
        (16, [0, 257, 25_700, 65_535], 25_700, [0, 1, 255, 255]),
        (16, [0, 257, 25_700, 65_535], 25_701, [0, 1, 100, 255]),
    ],
)
def test_one_grey_that_is_transparent_is_white_whatever_the_bits(tmp_path, bits, row, clear, shown):
    content = grey_png([row], bits, chunk(b"tRNS", struct.pack(">H", clear)))
    assert pixels(tmp_path, content)[0, :, 0].tolist() == shown


# sRGB has 188 for half of the light: 1.055 * 0.502 ** (1 / 2.4) - 0.055 is 0.737. By a power of 1.8, it is 0.289.
@pytest.mark.parametrize(
    ("beside", "shown"),
    [
        ([gamma(1)], 188),
        ([gamma(1 / 1.8)], 146),
        ([gamma(0.45455)], 128),
        ([gamma(0)], 128),
        ([gamma(1), chunk(b"sRGB", b"\0")], 128),
        ([], 128),
    ],
)
def test_numbers_that_tell_another_power_of_light_are_shown_as_bright_as_they_are(tmp_path, beside, shown):
    found = pixels(tmp_path, grey_png([[0, 128, 255]] * 2, 8, *beside))
    assert found[0, :, 1].tolist() == [0, shown, 255]
    assert pixels(tmp_path, grey_png([[128] * 4] * 4, 8, *beside), long_side=2)[0, 0].tolist() == [shown] * 3


def test_light_is_told_of_colours_and_leaves_transparency_alone(tmp_path):
    content = io.BytesIO()
    Image.new("RGBA", (2, 2), (128, 0, 255, 0)).save(content, "PNG")
    whole = content.getvalue()
    assert pixels(tmp_path, whole[:33] + gamma(1) + whole[33:])[0, 0].tolist() == [255, 255, 255]
    content = io.BytesIO()
    Image.new("RGB", (2, 2), (128, 0, 255)).save(content, "PNG")
    whole = content.getvalue()
    assert pixels(tmp_path, whole[:33] + gamma(1) + whole[33:])[0, 0].tolist() == [188, 0, 255]

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gallery.errors import ImageError
from gallery.images.decode import read_image
from tests.support.tiffs import Tiff

HEIGHT, WIDTH = 24, 31
ROWS, COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH]
GREY = np.round((ROWS + COLUMNS) * 255 / (HEIGHT + WIDTH - 2))
RGB = np.stack([np.round(COLUMNS * 255 / (WIDTH - 1)), np.round(ROWS * 255 / (HEIGHT - 1)), GREY], axis=-1)
"""From black to white and from black to each colour, in steps of 0 to 255."""
OPAQUE = np.full((HEIGHT, WIDTH, 1), 255)
RAMP = tuple(range(256))
REDDISH = RAMP + tuple(value // 2 for value in RAMP) + (0,) * 256
"""A palette whose n-th colour is n red and n / 2 green, of 255."""


def decoded(path: Path) -> np.ndarray[Any, Any]:
    return np.asarray(read_image(path, long_side=None, max_megapixels=1).image).astype(int)


def written(folder: Path, kind: Tiff, values: np.ndarray[Any, Any]) -> Path:
    photo = folder / "a.tif"
    photo.write_bytes(kind.file(values))
    return photo


GREYS = [
    (Tiff(photometric=0, planes=2), 255 - GREY),
    (Tiff(bits=12), GREY * 4095 / 255),
    (Tiff(bits=12, is_packed=True, rows=5), GREY * 4095 / 255),
    (Tiff(bits=12, photometric=0), (255 - GREY) * 4095 / 255),
    (Tiff(bits=16, photometric=0), (255 - GREY) * 257),
    (Tiff(bits=16, photometric=0, order=">"), (255 - GREY) * 257),
    (Tiff(bits=16, photometric=0, is_packed=True), (255 - GREY) * 257),
    (Tiff(bits=16, planes=2), GREY * 257),
    (Tiff(bits=16, kind=2, order=">", is_packed=True), GREY * 32767 / 255),
    (Tiff(bits=32), GREY * (2**32 - 1) / 255),
    (Tiff(bits=32, order=">"), GREY * (2**32 - 1) / 255),
    (Tiff(bits=32, order=">", is_packed=True), GREY * (2**32 - 1) / 255),
    (Tiff(bits=32, photometric=0), (255 - GREY) * (2**32 - 1) / 255),
    (Tiff(bits=32, kind=3, photometric=0), 1 - GREY / 255),
    (Tiff(bits=32, kind=3, order=">", is_packed=True), GREY / 255),
]


def named(kind: object) -> str | None:
    if not isinstance(kind, Tiff):
        return None
    packed = "packed" if kind.is_packed else "plain"
    return f"{kind.photometric}, {kind.bits} bits of kind {kind.kind}, planes {kind.planes}, {kind.order} {packed}"


@pytest.mark.parametrize(("kind", "values"), GREYS, ids=named)
def test_grey_of_every_kind_is_as_dark_as_it_was_drawn(tmp_path, kind, values):
    pixels = decoded(written(tmp_path, kind, values))
    assert np.abs(pixels - GREY[..., None]).max() <= 1


COLOURED = [
    (Tiff(bits=16, photometric=2, planes=2), RGB * 257),
    (Tiff(bits=16, photometric=2, planes=2, order=">", rows=7), RGB * 257),
    (Tiff(bits=16, photometric=2, planes=2, is_packed=True), RGB * 257),
    (Tiff(bits=16, photometric=2, planes=2, extra=(2,)), np.concatenate([RGB, OPAQUE], -1) * 257),
    (Tiff(photometric=2, planes=2, extra=(0,)), np.concatenate([RGB, OPAQUE], -1)),
    (Tiff(bits=16, photometric=5, planes=2), np.concatenate([255 - RGB, OPAQUE * 0], -1) * 257),
]


@pytest.mark.parametrize(("kind", "values"), COLOURED, ids=named)
def test_colours_kept_one_by_one_come_together_again(tmp_path, kind, values):
    assert np.abs(decoded(written(tmp_path, kind, values)) - RGB).max() <= 1


@pytest.mark.parametrize("factor", [1, 257])
def test_palettes_of_8_and_16_bits_show_the_same_colours(tmp_path, factor):
    kind = Tiff(photometric=3, colours=tuple(factor * value for value in REDDISH))
    pixels = decoded(written(tmp_path, kind, GREY))
    assert np.abs(pixels - np.stack([GREY, GREY // 2, GREY * 0], axis=-1)).max() <= 1


def test_uncompressed_ycbcr_with_fewer_colours_than_pixels_is_read(tmp_path):
    # Of two by two pixels: four luminances, one Cb, one Cr (TIFF 6.0, section 21). All of one red.
    blocks = np.tile(np.array([76, 76, 76, 76, 85, 255]), (12, 16)).reshape(12, 16 * 6)
    kind = Tiff(photometric=6, more={277: (3,), 258: (8, 8, 8), 530: (2, 2), 339: (1, 1, 1)})
    content = kind.file(blocks)
    for tag, value in ((256, 32), (257, 24), (278, 24)):
        place = content.index(tag.to_bytes(2, "little") + b"\4\0\1\0\0\0") + 8
        content = content[:place] + value.to_bytes(4, "little") + content[place + 4 :]
    (tmp_path / "a.tif").write_bytes(content)
    pixels = decoded(tmp_path / "a.tif")
    assert pixels.shape == (24, 32, 3)
    assert np.abs(pixels - np.array([254, 0, 0])).max() <= 2


REFUSED = [
    (Tiff(bits=16, photometric=0, extra=(1,)), np.stack([GREY, GREY], -1), "16-bit grey, 2 values a pixel, raw"),
    (Tiff(bits=32, kind=3, photometric=2), RGB, "32-bit floating-point RGB, 3 values a pixel, raw"),
    (Tiff(kind=2), GREY - 128, "8-bit signed grey, 1 value a pixel, raw"),
    (Tiff(photometric=8, planes=2), RGB, "8-bit Lab, 3 values a pixel, raw"),
    (Tiff(planes=2, extra=(2,), is_packed=True), np.stack([GREY, GREY], -1), "8-bit grey, 2 values a pixel, adobe_"),
    (Tiff(photometric=5, more={332: (2,)}), np.concatenate([RGB, OPAQUE], -1), "8-bit CMYK, 4 values a pixel, raw"),
    (Tiff(photometric=32803), GREY, "8-bit colours of kind 32803, 1 value a pixel, raw"),
    (Tiff(more={259: (34712,)}), GREY, "8-bit grey, 1 value a pixel, compression 34712"),
]


@pytest.mark.parametrize(("kind", "values", "told"), REFUSED, ids=named)
def test_what_would_come_out_wrong_is_refused_and_not_called_damaged(tmp_path, kind, values, told):
    with pytest.raises(ImageError) as caught:
        decoded(written(tmp_path, kind, values))
    assert caught.value.reason.startswith(f"this kind of TIFF can't be read ({told}")
    assert caught.value.reason.endswith("; save it as JPEG, PNG or 8-bit TIFF with another program")
    assert not caught.value.transient


def test_compression_that_the_decoder_was_built_without_is_not_called_damage(tmp_path):
    try:
        Image.new("RGB", (16, 16)).save(io.BytesIO(), "TIFF", compression="webp")
    except OSError:
        told = "this kind of TIFF can't be read (8-bit RGB, 3 values a pixel, webp); save it as"
    else:
        told = "damaged or cut short"
    with pytest.raises(ImageError) as caught:
        decoded(written(tmp_path, Tiff(photometric=2, more={259: (50001,)}), RGB))
    assert caught.value.reason.startswith(told)


def test_damage_of_a_known_compression_is_called_so(tmp_path):
    content = bytearray(Tiff(photometric=2, is_packed=True).file(RGB))
    content[8:40] = bytes(32)  # where the pixels lie
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(ImageError, match="damaged or cut short"):
        decoded(tmp_path / "a.tif")


@pytest.mark.skipif(shutil.which("convert") is None, reason="no ImageMagick")
@pytest.mark.parametrize(
    ("kind", "values"),
    # Against TIFF 6.0 it takes 0 for black in all but 1, 8 and 16 bits, and -1 for nearly white.
    [
        (kind, values)
        for kind, values in [*GREYS, *COLOURED]
        if kind.kind == 1 and (kind.photometric != 0 or kind.bits in (8, 16))
    ],
    ids=named,
)
def test_a_second_decoder_sees_the_same(tmp_path, kind, values):
    photo = written(tmp_path, kind, values)
    options = ["-background", "white", "-alpha", "remove", "-colorspace", "sRGB", "-depth", "8", "rgb:-"]
    told = subprocess.run(["convert", f"{photo}[0]", *options], capture_output=True, check=True).stdout
    theirs = np.frombuffer(told, np.uint8).reshape(HEIGHT, WIDTH, 3).astype(int)
    assert np.abs(decoded(photo) - theirs).max() <= 2

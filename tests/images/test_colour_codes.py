"""Colours told by numbers in the file, or by a profile of inks: read as they are meant; all others stay to the bit."""

from __future__ import annotations

import io
import shutil
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from gallery.images.colour_codes import told_space
from gallery.images.colour_spaces import ColourSpace, from_space
from gallery.images.decode import read_image
from gallery.indexing.pipeline import decode_crop, find_faces
from tests.support.colour_charts import (
    avif,
    chunk,
    cicp,
    cmyk_jpeg,
    cmyk_profile,
    heic,
    light_level,
    patches,
    png,
    with_light_level,
)
from tests.support.fakes import FakeDetector, draw_faces
from tests.support.photos import draw_picture

P3_RED = (234, 51, 35)
"""The red of sRGB in P3 (CSS Color 4: color(display-p3 0.9176 0.2003 0.1386))."""


def told(content: bytes) -> ColourSpace | None:
    with Image.open(io.BytesIO(content)) as image:
        return told_space(image, io.BytesIO(content))


@pytest.mark.parametrize(
    ("content", "space"),
    [
        (avif(12, 13), ColourSpace(12, "srgb")),
        (heic(12, 13), ColourSpace(12, "srgb")),
        (heic(9, 16), ColourSpace(9, "pq")),
        (avif(9, 18), ColourSpace(9, "hlg")),
        (avif(2, 16), ColourSpace(1, "pq")),
        (with_light_level(avif(9, 16), 400), ColourSpace(9, "pq", 400)),
        (png(cicp(9, 16), light_level(400)), ColourSpace(9, "pq", 400)),
        (png(cicp(1, 1)), ColourSpace(1, "gamma 2.4")),
        # Those of sRGB, and what nobody knows.
        (avif(1, 13), None),
        (avif(1, 1), None),
        (heic(1, 6), None),
        (avif(3, 13), None),
        (avif(65535, 65535), None),
        (png(cicp(1, 13)), None),
        (png(cicp(2, 13)), None),
        (png(cicp(9, 2)), None),
        (png(cicp(9, 16, matrix=9)), None),
        (png(), None),
    ],
)
def test_space_is_what_the_file_tells(content: bytes, space: ColourSpace | None) -> None:
    assert told(content) == space


@pytest.mark.parametrize(
    ("stored", "space", "seen"),
    [
        (P3_RED, ColourSpace(12, "srgb"), (255, 0, 0)),
        ((117, 251, 76), ColourSpace(12, "srgb"), (0, 255, 0)),  # CSS Color 4: 0.4584 0.9853 0.2983
        ((255, 255, 255), ColourSpace(9, "srgb"), (255, 255, 255)),
        # BT.2408: 203 candela are 58 % of PQ and 75 % of HLG; half of the light of a screen is 188.
        ((148, 148, 148), ColourSpace(9, "pq"), (188, 188, 188)),
        ((191, 191, 191), ColourSpace(9, "hlg"), (188, 188, 188)),
        # What is no brighter than 203 candela isn't dimmed.
        ((148, 148, 148), ColourSpace(9, "pq", 203), (255, 255, 255)),
        # 1,000 candela are 75 % of PQ, and all of HLG: the peak.
        ((192, 192, 192), ColourSpace(9, "pq"), (255, 255, 255)),
        ((255, 255, 255), ColourSpace(9, "hlg"), (255, 255, 255)),
        ((0, 0, 0), ColourSpace(9, "hlg"), (0, 0, 0)),
    ],
)
def test_colours_are_those_of_the_standards(
    stored: tuple[int, int, int], space: ColourSpace, seen: tuple[int, int, int]
) -> None:
    picture = Image.new("RGB", (2, 2), stored)
    assert from_space(picture, space).getpixel((1, 1)) == pytest.approx(seen, abs=3)


def test_brighter_stays_brighter_up_to_the_peak() -> None:
    picture = Image.fromarray(np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2))
    for peak in (0, 300, 1000, 4000, 10_000):
        greys = np.asarray(from_space(picture, ColourSpace(9, "pq", peak)))[0, :, 0].astype(int)
        assert (np.diff(greys) >= 0).all()
        assert greys[-1] == 255


def test_picture_larger_than_a_strip_is_converted_everywhere() -> None:
    shown = from_space(Image.new("RGB", (3000, 1000), P3_RED), ColourSpace(12, "srgb"))
    assert all(least == most for least, most in shown.getextrema())
    assert shown.getpixel((0, 0)) == pytest.approx((255, 0, 0), abs=3)


@pytest.mark.parametrize("long_side", [None, 64])
def test_tiff_of_inks_is_what_its_profile_says(tmp_path: Path, long_side: int | None) -> None:
    with Image.open(io.BytesIO(cmyk_jpeg(None))) as inks:
        inks.save(tmp_path / "a.tif", icc_profile=cmyk_profile())
    picture = read_image(tmp_path / "a.tif", long_side=long_side, max_megapixels=1).image
    assert (picture.mode, picture.info) == ("RGB", {})
    # Black ink is darker than a sixth of the light of paper, which is white.
    assert picture.getpixel((0, 0)) < (50, 50, 50)
    assert picture.getpixel((picture.width - 1, picture.height - 1)) > (250, 250, 250)


@pytest.mark.skipif(shutil.which("convert") is None, reason="ImageMagick isn't installed")
def test_a_second_decoder_sees_the_same_of_a_tiff_of_inks(tmp_path: Path) -> None:
    from tests.support.second_decoder import seen

    with Image.open(io.BytesIO(cmyk_jpeg(None))) as inks:
        inks.save(tmp_path / "a.tif", icc_profile=cmyk_profile())
    theirs = seen(tmp_path / "a.tif").pixels
    assert theirs is not None
    ours = read_image(tmp_path / "a.tif", long_side=None, max_megapixels=1).image
    assert np.abs(patches(ours) - patches(Image.fromarray(theirs))).max() <= 8


def test_crop_that_is_classified_has_the_colours_that_are_seen(tmp_path: Path) -> None:
    drawn = draw_faces("angry")
    pixels = np.asarray(drawn).copy()
    pixels[(pixels == (255, 0, 0)).all(2)] = P3_RED
    (tmp_path / "a.avif").write_bytes(avif(12, 13, picture=Image.fromarray(pixels)))
    photo = read_image(tmp_path / "a.avif", long_side=640, max_megapixels=1, quick=True)
    [[face]] = find_faces([photo], FakeDetector())
    crop = decode_crop(face.crop)
    assert crop.getpixel((crop.width // 2, crop.height // 2)) == pytest.approx((255, 0, 0), abs=8)


WIDE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def saved(form: str, picture: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        saved("JPEG", draw_picture()),
        saved("JPEG", draw_picture(), icc_profile=WIDE),
        saved("JPEG", draw_picture().convert("L")),
        cmyk_jpeg(None),
        cmyk_jpeg(WIDE),
        saved("PNG", draw_picture(), icc_profile=WIDE),
        saved("PNG", draw_picture().quantize()),
        saved("WEBP", draw_picture()),
        saved("TIFF", draw_picture().convert("CMYK")),
        saved("AVIF", draw_picture()),
        saved("AVIF", draw_picture(), icc_profile=WIDE),
        saved("HEIF", draw_picture()),
        saved("BMP", draw_picture()),
        saved("GIF", draw_picture()),
    ],
)
def test_picture_that_tells_nothing_new_stays_what_it_was(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with Image.open(io.BytesIO(content)) as image:
        is_rgb, profile, expected = image.mode == "RGB", image.info.get("icc_profile"), image.convert("RGB")
    picture = read_image(path, long_side=None, max_megapixels=1).image
    assert picture.tobytes() == expected.tobytes()
    assert picture.info == ({"icc_profile": profile} if profile and is_rgb else {})


def test_numbers_of_strangers_cost_nothing() -> None:
    many = png(*[chunk(b"teSt", b"")] * 200_000, cicp(12, 13))
    longest = png(struct.pack(">I4s", 2**31 - 1, b"teSt"))
    endless = avif(12, 13).replace(struct.pack(">I4s", 19, b"colr"), struct.pack(">I4s", 2**32 - 1, b"colr"))
    for content in (many, longest, endless):
        start = time.process_time()
        with Image.open(io.BytesIO(png())) as image:
            image.format = "PNG" if content.startswith(b"\x89") else "AVIF"
            assert told_space(image, io.BytesIO(content)) is None
        assert time.process_time() - start < 1


def test_damaged_profile_of_inks_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(cmyk_jpeg(cmyk_profile()[:200]))
    (tmp_path / "b.jpg").write_bytes(cmyk_jpeg(None))
    one, other = (read_image(tmp_path / name, long_side=None, max_megapixels=1).image for name in ("a.jpg", "b.jpg"))
    assert one.tobytes() == other.tobytes()

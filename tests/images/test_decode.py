from __future__ import annotations

import hashlib
import io
import os
import struct
import subprocess
import sys
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms, ImageDraw

from gallery.errors import ImageError
from gallery.images import opening
from gallery.images.decode import DecodedPhoto, hash_file, read_image, read_new
from tests.support.photos import draw_photo, draw_picture, save_photo

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)

UPRIGHT = (RED, GREEN, BLUE, WHITE)
"""The corners of the upright test picture: top left, top right, bottom left, bottom right."""

STORED = {
    1: (RED, GREEN, BLUE, WHITE),
    2: (GREEN, RED, WHITE, BLUE),
    3: (WHITE, BLUE, GREEN, RED),
    4: (BLUE, WHITE, RED, GREEN),
    5: (RED, BLUE, GREEN, WHITE),
    6: (GREEN, WHITE, RED, BLUE),
    7: (WHITE, GREEN, BLUE, RED),
    8: (BLUE, RED, WHITE, GREEN),
}
"""The corners as stored. Exif 2.32, 4.6.4: in 6 the first row is the picture's right side, the first column its top."""


def read(path: Path, *, long_side: int | None = None, max_megapixels: float = 10) -> DecodedPhoto:
    return read_image(path, long_side=long_side, max_megapixels=max_megapixels)


def refusal(path: Path, **options: Any) -> ImageError:
    with pytest.raises(ImageError) as raised:
        read(path, **options)
    assert raised.value.path == str(path)
    return raised.value


def quarters(size: tuple[int, int], corners: tuple[tuple[int, int, int], ...]) -> Image.Image:
    """A picture of four plain quarters."""
    width, height = size
    picture = Image.new("RGB", size)
    pen = ImageDraw.Draw(picture)
    for corner, (x, y) in zip(
        corners, ((0, 0), (width // 2, 0), (0, height // 2), (width // 2, height // 2)), strict=True
    ):
        pen.rectangle((x, y, x + width // 2 - 1, y + height // 2 - 1), corner)
    return picture


def corners(picture: Image.Image) -> tuple[Any, ...]:
    """The colours in the middle of the four quarters, each channel as 0 or 255 so that lossy formats compare equal."""
    width, height = picture.size
    points = ((width // 4, height // 4), (width * 3 // 4, height // 4))
    points += ((width // 4, height * 3 // 4), (width * 3 // 4, height * 3 // 4))
    pixels = [picture.getpixel(point) for point in points]
    assert all(min(value, 255 - value) < 60 for pixel in pixels for value in pixel), pixels
    return tuple(tuple(255 * (value > 127) for value in pixel) for pixel in pixels)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of the channels, 0 to 255."""
    return float(np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).mean())


def with_orientation(orientation: Any) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return exif


TURNED_FORMATS = ["jpg", "png", "tif", "webp", "heic", "avif"]


@pytest.mark.parametrize("suffix", TURNED_FORMATS)
@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("long_side", [None, 60])
def test_every_orientation_comes_out_upright(tmp_path, suffix, orientation, long_side):
    photo = tmp_path / f"a.{suffix}"
    stored_size = (240, 160) if orientation < 5 else (160, 240)
    quarters(stored_size, STORED[orientation]).save(photo, exif=with_orientation(orientation).tobytes())
    decoded = read(photo, long_side=long_side)
    assert corners(decoded.image) == UPRIGHT
    assert decoded.image.size == ((240, 160) if long_side is None else (60, 40))
    assert (decoded.width, decoded.height) == (240, 160)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_nonsense_orientation_counts_as_upright(tmp_path, suffix, orientation):
    photo = tmp_path / f"a.{suffix}"
    quarters((240, 160), UPRIGHT).save(photo, exif=with_orientation(orientation))
    decoded = read(photo)
    assert corners(decoded.image) == UPRIGHT
    assert (decoded.width, decoded.height) == (240, 160)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
@pytest.mark.parametrize(
    "entry",
    [
        struct.pack(">HHI4s", 0x0112, 2, 4, b"six"),
        struct.pack(">HHIf", 0x0112, 11, 1, 6.0),
        struct.pack(">HHI4s", 0x0112, 7, 4, b"\0\6\0\6"),
    ],
    ids=["text", "a float", "bytes"],
)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_orientation_of_another_type_counts_as_upright(tmp_path, suffix, entry):
    photo = tmp_path / f"a.{suffix}"
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    quarters((240, 160), UPRIGHT).save(photo, exif=exif)
    assert corners(read(photo).image) == UPRIGHT


@pytest.mark.parametrize("suffix", TURNED_FORMATS)
@pytest.mark.parametrize(("orientation", "is_told"), [(None, False), (0, False), (1, True), (6, True)])
def test_photo_tells_whether_it_says_how_it_lies(tmp_path, suffix, orientation, is_told):
    path = draw_photo(tmp_path / f"a.{suffix}", size=(60, 40), orientation=orientation)
    assert read(path).is_told is (is_told or suffix in ("heic", "avif"))


def test_heic_is_not_turned_by_its_exif(tmp_path):
    photo = tmp_path / "a.heic"
    # Given as an object, pillow-heif writes the tag and no rotation of the container, which alone counts in HEIF.
    quarters((240, 160), UPRIGHT).save(photo, exif=with_orientation(6))
    assert b"irot" not in photo.read_bytes()
    assert corners(read(photo).image) == UPRIGHT


def test_orientation_in_xmp_alone_is_obeyed(tmp_path):
    photo = tmp_path / "a.jpg"
    quarters((160, 240), STORED[6]).save(photo, xmp=b'<x:xmpmeta><rdf tiff:Orientation="6"/></x:xmpmeta>')
    assert corners(read(photo).image) == UPRIGHT


@pytest.mark.parametrize("suffix", ["heic", "avif"])
def test_leftover_orientation_in_xmp_turns_no_heic_or_avif(tmp_path, suffix):
    photo = tmp_path / f"a.{suffix}"
    xmp = b'<x:xmpmeta><rdf tiff:Orientation="6"/></x:xmpmeta>'
    if suffix == "heic":
        # libheif's encoder turns by the XMP, too: stored as 6, it is upright once.
        quarters((160, 240), STORED[6]).save(photo, xmp=xmp)
    else:
        quarters((240, 160), UPRIGHT).save(photo, xmp=xmp)
    assert corners(read(photo).image) == UPRIGHT


@pytest.mark.parametrize("suffix", TURNED_FORMATS)
@pytest.mark.parametrize("orientation", [1, 5, 6, 8])
def test_drawn_photos_are_the_same_picture_in_every_orientation(tmp_path, suffix, orientation):
    picture = draw_picture((160, 120), seed=3)
    photo = save_photo(picture, tmp_path / f"a.{suffix}", orientation=orientation, quality=95)
    assert difference(read(photo).image, picture) < 6


def test_drawn_photos_differ_by_seed(tmp_path):
    first, second = (draw_photo(tmp_path / f"{seed}.jpg", seed=seed) for seed in (1, 2))
    assert difference(read(first).image, read(second).image) > 20
    assert hash_file(first) != hash_file(second)
    assert hash_file(first) == hash_file(draw_photo(tmp_path / "again.jpg", seed=1))


@pytest.mark.parametrize("suffix", ["jpg", "png", "heic"])
@pytest.mark.parametrize(
    ("size", "long_side", "expected"),
    [
        ((799, 400), 120, (120, 60)),
        ((400, 799), 120, (60, 120)),
        ((301, 200), 300, (300, 199)),
        ((300, 200), 300, (300, 200)),
        ((80, 60), 300, (80, 60)),
        ((1000, 2), 100, (100, 1)),
    ],
)
def test_pictures_are_shrunk_to_the_long_side_and_never_enlarged(tmp_path, suffix, size, long_side, expected):
    decoded = read(draw_photo(tmp_path / f"a.{suffix}", size=size), long_side=long_side)
    assert decoded.image.size == expected
    assert (decoded.width, decoded.height) == size


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_shrunk_picture_is_the_average_of_what_it_covers(tmp_path, suffix):
    picture = draw_picture((1280, 960), seed=5)
    photo = save_photo(picture, tmp_path / f"a.{suffix}", quality=95)
    assert difference(read(photo, long_side=160).image, picture.reduce(8)) < 4


def test_fine_lines_of_a_large_jpeg_survive_shrinking_as_grey(tmp_path):
    lines = np.zeros((1200, 1600, 3), np.uint8)
    lines[:, ::2] = 255
    photo = tmp_path / "a.jpg"
    Image.fromarray(lines).save(photo, quality=95)
    shrunk = np.asarray(read(photo, long_side=300).image, dtype=int)
    assert np.abs(shrunk[5:-5, 5:-5] - 128).max() < 12


def test_jpeg_is_not_decoded_smaller_than_asked_for(tmp_path):
    stripes = np.zeros((1200, 1600), np.uint8)
    stripes.reshape(1200, 200, 8)[:, :, 4:] = 255
    photo = tmp_path / "a.jpg"
    Image.fromarray(stripes).save(photo, quality=95)
    row = np.asarray(read(photo, long_side=400).image, dtype=int)[150, 10:-10, 0]
    assert np.abs(np.diff(row)).min() > 200, "four black and four white columns become one of each"


@pytest.mark.parametrize(
    ("suffix", "name"),
    [
        ("jpg", "JPEG"),
        ("jfif", "JPEG"),
        ("png", "PNG"),
        ("webp", "WEBP"),
        ("tif", "TIFF"),
        ("bmp", "BMP"),
        ("gif", "GIF"),
        ("avif", "AVIF"),
        ("heic", "HEIF"),
        ("heif", "HEIF"),
    ],
)
def test_every_format_is_read_and_named(tmp_path, suffix, name):
    photo = tmp_path / f"a.{suffix}"
    quarters((64, 48), UPRIGHT).save(photo)
    decoded = read(photo)
    assert decoded.format == name
    assert (decoded.image.mode, corners(decoded.image)) == ("RGB", UPRIGHT)


def test_multi_picture_jpeg_is_a_jpeg_and_shows_its_first_picture(tmp_path):
    photo = tmp_path / "a.jpg"
    first, second = quarters((640, 480), UPRIGHT), quarters((640, 480), STORED[3])
    first.save(photo, format="MPO", save_all=True, append_images=[second])
    decoded = read(photo, long_side=64)
    assert (decoded.format, decoded.image.size, decoded.width) == ("JPEG", (64, 48), 640)
    assert corners(decoded.image) == UPRIGHT


@pytest.mark.parametrize("suffix", ["gif", "tif", "webp", "png", "avif", "heic"])
def test_first_picture_of_several_is_taken(tmp_path, suffix):
    photo = tmp_path / f"a.{suffix}"
    quarters((64, 48), UPRIGHT).save(photo, save_all=True, append_images=[quarters((64, 48), STORED[3])])
    assert corners(read(photo).image) == UPRIGHT


def deep(values: list[float], dtype: str) -> Image.Image:
    """A row of 40 x 40 grey squares."""
    return Image.fromarray(np.repeat(np.repeat(np.array([values], dtype=dtype), 40, axis=0), 40, axis=1))


@pytest.mark.parametrize(
    ("suffix", "values", "dtype", "expected"),
    [
        ("png", [0, 257, 32896, 65535], "<u2", [0, 1, 128, 255]),
        ("tif", [0, 257, 32896, 65535], "<u2", [0, 1, 128, 255]),
        ("tif", [0, 257, 32896, 65535], ">u2", [0, 1, 128, 255]),
        ("png", [0, 1000, 3000, 4000], "<u2", [0, 4, 12, 16]),
        ("tif", [0, 257, 32896, 65535], "<i4", [0, 1, 128, 255]),
        ("tif", [-100, 0, 50, 100], "<i4", [0, 128, 191, 255]),
        ("tif", [0, 2_000_000], "<i4", [0, 255]),
        ("tif", [7_000_000, 7_000_000], "<i4", [0, 0]),
        ("tif", [0, 0.25, 0.5, 1], "<f4", [0, 64, 128, 255]),
        ("tif", [0, 1.5, 128, 255], "<f4", [0, 2, 128, 255]),
        ("tif", [0, 32896, 65535], "<f4", [0, 128, 255]),
        ("tif", [-1, 0, 1], "<f4", [0, 128, 255]),
        ("tif", [0, 1, float("nan"), float("inf")], "<f4", [0, 255, 0, 0]),
    ],
)
def test_deep_grey_is_scaled_and_not_clipped(tmp_path, suffix, values, dtype, expected):
    photo = tmp_path / f"a.{suffix}"
    deep(values, dtype).save(photo)
    row = np.asarray(read(photo).image)[20, 20::40]
    assert row.tolist() == [[value] * 3 for value in expected]


def test_16_bit_grey_is_scaled_when_shrunk_as_well(tmp_path):
    photo = tmp_path / "a.png"
    deep([0, 32896, 65535], "<u2").save(photo)
    assert np.asarray(read(photo, long_side=30).image)[5, [5, 15, 25], 0].tolist() == [0, 128, 255]


def one_colour(mode: str, colour: Any) -> Image.Image:
    return Image.new(mode, (40, 30), colour)


def half_seen_palette() -> Image.Image:
    picture = one_colour("P", 1)
    picture.putpalette([0, 0, 0, 255, 0, 0])
    return picture


def lab_red() -> Image.Image:
    transform = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    picture = ImageCms.applyTransform(one_colour("RGB", RED), transform)
    assert picture is not None
    return picture


@pytest.mark.parametrize(
    ("suffix", "picture", "options", "expected"),
    [
        ("png", one_colour("1", 1), {}, WHITE),
        ("tif", one_colour("1", 0), {}, (0, 0, 0)),
        ("jpg", one_colour("L", 100), {}, (100, 100, 100)),
        ("png", one_colour("LA", (0, 127)), {}, (128, 128, 128)),
        ("png", one_colour("RGBA", (*RED, 127)), {}, (255, 128, 128)),
        ("webp", one_colour("RGBA", (*RED, 0)), {"lossless": True}, WHITE),
        ("png", one_colour("RGBA", (*RED, 255)), {}, RED),
        ("tif", one_colour("RGBA", (*RED, 0)), {}, WHITE),
        ("png", one_colour("RGB", RED), {"transparency": RED}, WHITE),
        ("png", one_colour("RGB", RED), {"transparency": BLUE}, RED),
        ("png", one_colour("L", 7), {"transparency": 7}, WHITE),
        ("png", half_seen_palette(), {}, RED),
        ("png", half_seen_palette(), {"transparency": b"\xff\x7f"}, (255, 128, 128)),
        ("png", half_seen_palette(), {"transparency": 1}, WHITE),
        ("gif", half_seen_palette(), {"transparency": 1}, WHITE),
        ("gif", half_seen_palette(), {}, RED),
        ("jpg", one_colour("CMYK", (0, 255, 255, 0)), {}, RED),
        ("jpg", one_colour("CMYK", (0, 0, 0, 255)), {}, (0, 0, 0)),
        ("tif", one_colour("CMYK", (255, 255, 0, 0)), {}, BLUE),
        ("tif", one_colour("YCbCr", (76, 85, 255)), {}, RED),
        ("jpg", one_colour("YCbCr", (29, 255, 107)), {}, BLUE),
        ("tif", lab_red(), {}, RED),
    ],
)
@pytest.mark.parametrize("long_side", [None, 20])
def test_every_mode_shows_its_colour_and_is_white_where_transparent(
    tmp_path, suffix, picture, options, expected, long_side
):
    photo = tmp_path / f"a.{suffix}"
    picture.save(photo, **options)
    decoded = read(photo, long_side=long_side)
    assert (decoded.image.mode, decoded.image.size) == ("RGB", (40, 30) if long_side is None else (20, 15))
    assert decoded.image.getpixel((10, 7)) == pytest.approx(expected, abs=6)


def test_colour_of_transparent_pixels_does_not_bleed_when_shrunk(tmp_path):
    picture = one_colour("RGBA", (0, 0, 0, 0))
    picture.paste((*RED, 255), (0, 0, 21, 30))
    photo = tmp_path / "a.png"
    picture.save(photo)
    edge = read(photo, long_side=20).image.getpixel((10, 7))
    assert edge[0] > 250, "the black behind full transparency would darken the red"


def test_result_carries_no_metadata_but_the_profile_of_an_rgb_picture(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    photo = tmp_path / "a.jpg"
    for mode, expected in (("RGB", {"icc_profile": profile}), ("CMYK", {})):
        one_colour(mode, 0).save(photo, icc_profile=profile, exif=with_orientation(3), comment=b"hello")
        for long_side in (None, 20):
            image = read(photo, long_side=long_side).image
            assert image.info == expected
            assert dict(image.getexif()) == {}


def test_result_outlives_the_file(tmp_path):
    photo = draw_photo(tmp_path / "a.jpg", size=(64, 48))
    image = read(photo).image
    photo.unlink()
    assert image.crop((0, 0, 8, 8)).getpixel((4, 4))[0] > 200


def test_originals_are_not_touched(tmp_path):
    photo = draw_photo(tmp_path / "a.jpg", orientation=6)
    before = (photo.read_bytes(), photo.stat().st_mtime_ns)
    photo.chmod(0o400)
    read(photo, long_side=100)
    hash_file(photo)
    assert (photo.read_bytes(), photo.stat().st_mtime_ns) == before
    assert list(tmp_path.iterdir()) == [photo]


def test_hash_is_sha256_of_the_bytes(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert hash_file(tmp_path / "a.jpg") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    big = bytes(range(256)) * 20_000
    (tmp_path / "b.jpg").write_bytes(big)
    assert hash_file(str(tmp_path / "b.jpg")) == hashlib.sha256(big).hexdigest()


def test_new_content_is_hashed_and_decoded(tmp_path):
    photo = draw_photo(tmp_path / "a.jpg", orientation=6)
    digest, decoded = read_new(photo, lambda _: False, long_side=100, max_megapixels=1)
    expected = read_image(photo, long_side=100, max_megapixels=1)
    assert digest == hash_file(photo)
    assert decoded.image.tobytes() == expected.image.tobytes()
    assert (decoded.width, decoded.height, decoded.capture) == (expected.width, expected.height, expected.capture)


def test_known_content_is_hashed_only(tmp_path):
    broken = tmp_path / "a.jpg"
    broken.write_bytes(b"abc")
    digest = hash_file(broken)
    assert read_new(broken, {digest}.__contains__, long_side=100, max_megapixels=1) == (digest, None)
    with pytest.raises(ImageError, match="not a picture"):
        read_new(broken, {"other"}.__contains__, long_side=100, max_megapixels=1)


def test_content_decides_and_not_the_name(tmp_path):
    photo = tmp_path / "a.jpg"
    quarters((64, 48), UPRIGHT).save(photo, format="PNG")
    assert (read(photo).format, corners(read(photo).image)) == ("PNG", UPRIGHT)
    quarters((64, 48), UPRIGHT).save(photo.with_suffix(".png"), format="HEIF")
    assert read(photo.with_suffix(".png")).format == "HEIF"


def test_empty_file_is_called_empty(tmp_path):
    (tmp_path / "a.jpg").touch()
    error = refusal(tmp_path / "a.jpg")
    assert ("empty" in error.reason, error.transient) == (True, False)


@pytest.mark.parametrize(
    "content",
    [
        b"Dear diary,\n",
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"8BPS\0\1" + bytes(40),
        b"\0",
    ],
    ids=["text", "PDF", "EPS", "Photoshop", "one byte"],
)
def test_what_is_no_photo_is_called_so_whatever_its_name(tmp_path, content):
    (tmp_path / "a.jpg").write_bytes(content)
    error = refusal(tmp_path / "a.jpg")
    assert error.reason.startswith("not a picture")
    assert not error.transient


TRUNCATED = [*TURNED_FORMATS, "bmp", "gif"]


@pytest.mark.parametrize("suffix", TRUNCATED)
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_truncated_file_is_an_error_and_no_half_picture(tmp_path, suffix, kept):
    photo = draw_photo(tmp_path / f"a.{suffix}", size=(320, 240))
    whole = photo.read_bytes()
    photo.write_bytes(whole[: int(len(whole) * kept)])
    for long_side in (None, 100):
        error = refusal(photo, long_side=long_side)
        assert "damaged or cut short" in error.reason
        assert not error.transient


def test_half_downloaded_file_full_of_zeros_is_an_error(tmp_path):
    photo = draw_photo(tmp_path / "a.jpg", size=(320, 240))
    whole = photo.read_bytes()
    photo.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) // 2))
    assert "damaged" in refusal(photo).reason


@pytest.mark.parametrize("suffix", TRUNCATED)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_corrupt_bytes_give_a_picture_or_an_image_error_and_nothing_else(tmp_path, suffix):
    photo = draw_photo(tmp_path / f"a.{suffix}", size=(64, 48))
    whole = photo.read_bytes()
    modes, reasons = set(), []
    for position in range(0, min(len(whole), 600), 7):
        photo.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        try:
            modes.add(read(photo).image.mode)
        except ImageError as error:
            reasons.append(error.reason)
    assert modes <= {"RGB"}
    assert reasons
    assert all(reason.isprintable() for reason in reasons)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(width: int, height: int) -> bytes:
    """A header of that size and pixels for none of it."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(b"")) + png_chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height", "figure"), [(30_000, 30_000, "900"), (10_000, 10_000, "100"), (10_001, 1_000, "10.001")]
)
def test_bomb_is_refused_by_its_header_with_both_figures_and_without_a_warning(tmp_path, width, height, figure):
    photo = tmp_path / "a.png"
    photo.write_bytes(huge_png(width, height))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        error = refusal(photo, max_megapixels=10)
    assert f"{width} x {height} pixels are {figure} megapixels" in error.reason
    assert "max_megapixels allows 10" in error.reason
    assert not error.transient


@pytest.mark.parametrize("suffix", TRUNCATED)
def test_limit_holds_for_every_format_and_includes_its_own_value(tmp_path, suffix):
    photo = tmp_path / f"a.{suffix}"
    Image.new("RGB", (1000, 500)).save(photo)
    assert "0.5 megapixels" in refusal(photo, max_megapixels=0.499).reason
    assert read(photo, max_megapixels=0.5, long_side=10).width == 1000


def test_limit_may_be_above_pillows_own(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    photo = draw_photo(tmp_path / "a.jpg", size=(320, 240))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(photo, max_megapixels=1).width == 320
    assert Image.MAX_IMAGE_PIXELS == 1000


def test_text_that_unpacks_to_megabytes_is_passed_over(tmp_path):
    text = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000), 9))
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    whole = buffer.getvalue()
    (tmp_path / "a.png").write_bytes(whole[:33] + text + whole[33:])
    assert read(tmp_path / "a.png").image.size == (8, 8)


def test_vanished_file_may_come_back(tmp_path):
    for path in (tmp_path / "a.jpg", tmp_path / "folder" / "a.jpg"):
        error = refusal(path)
        assert ("gone" in error.reason, error.transient) == (True, True)
    with pytest.raises(ImageError, match="gone"):
        hash_file(tmp_path / "a.jpg")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission_is_tried_again(tmp_path):
    photo = draw_photo(tmp_path / "a.jpg", size=(64, 48))
    photo.chmod(0)
    error = refusal(photo)
    assert ("permission" in error.reason, error.transient) == (True, True)
    with pytest.raises(ImageError, match="permission"):
        hash_file(photo)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "pipe"])
def test_folders_and_pipes_are_refused_without_waiting(tmp_path, make):
    make(tmp_path / "a.jpg")
    assert "folder, pipe or device" in refusal(tmp_path / "a.jpg").reason
    with pytest.raises(ImageError, match="folder, pipe or device"):
        hash_file(tmp_path / "a.jpg")


def test_impossible_names_are_image_errors(tmp_path):
    assert refusal(tmp_path / "a\0b.jpg").reason
    assert refusal(tmp_path / ("n" * 300)).reason


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_names_that_are_no_utf8_are_read(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff[bold]\n.jpg")
    draw_photo(Path(path), size=(64, 48))
    assert read_image(path, long_side=None, max_megapixels=1).width == 64
    assert len(hash_file(path)) == 64


def test_several_threads_read_at_once(tmp_path):
    photos = [
        draw_photo(tmp_path / f"{i}.{suffix}", size=(160, 120), seed=i) for i, suffix in enumerate(TURNED_FORMATS * 3)
    ]
    alone = [read(photo, long_side=64).image.tobytes() for photo in photos]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda photo: read(photo, long_side=64).image.tobytes(), photos))
    assert together == alone


def test_importing_the_module_loads_neither_codecs_nor_numpy():
    heavy = {"numpy", "pillow_heif"}
    code = f"import sys, gallery.images.decode, gallery.images.scan; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), (1000, 750)),  # a quarter of a JPEG is decoded faster than all of it, and little too large
        ((3000, 4000), (750, 1000)),
        ((1100, 500), (1100, 500)),
        ((1200, 600), (960, 480)),
        ((6000, 4000), (960, 640)),  # a quarter is half as large again, an eighth too small
        ((800, 600), (800, 600)),
    ],
    ids=str,
)
def test_quickly_read_picture_may_stay_a_little_too_large(tmp_path, size, expected):
    path = tmp_path / "photo.jpg"
    draw_picture(size).save(path)
    quick = read_image(path, long_side=960, max_megapixels=100, quick=True)
    exact = read_image(path, long_side=960, max_megapixels=100)
    assert quick.image.size == expected
    assert max(exact.image.size) == min(960, max(size))
    assert (quick.width, quick.height) == (exact.width, exact.height) == size
    alike = np.asarray(quick.image.resize(exact.image.size), float) - np.asarray(exact.image, float)
    assert np.abs(alike).mean() < 4


def test_pillow_has_no_limit_of_its_own_beside_the_setting(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    opening._register_plugins.cache_clear()
    photo = tmp_path / "a.tif"
    Image.new("L", (200, 100)).save(photo)

    assert read_image(photo, long_side=50, max_megapixels=0.02).width == 200
    with pytest.raises(ImageError, match=r"max_megapixels allows 0\.019"):
        read_image(photo, long_side=50, max_megapixels=0.019)


def peak_bytes(code: str) -> int:
    """The most memory that a process of its own needs for it, beyond what it has after its imports."""
    begin = (
        "import resource, numpy\nfrom gallery.images.decode import read_image\n"
        "from gallery.images.opening import _register_plugins\n_register_plugins()\n"
    )
    tell = "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss"
    done = subprocess.run(
        [sys.executable, "-c", f"{begin}before = {tell}\n{code}\nprint({tell} - before)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)


@pytest.mark.skipif(sys.platform == "win32", reason="tells no peak")
def test_deep_grey_takes_little_more_memory_than_its_pixels(tmp_path):
    photo = tmp_path / "a.tif"
    Image.new("F", (6000, 4000)).save(photo, compression="tiff_deflate")
    held = 6000 * 4000 * 4

    peak = peak_bytes(f"read_image({str(photo)!r}, long_side=960, max_megapixels=30, quick=True)")

    assert peak < 2 * held + 40_000_000

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageCms

from gallery.errors import ImageError
from gallery.images.decode import hash_file, read_image
from gallery.images.sources import Source
from gallery.images.thumbnails import LARGE, SIZES, SMALL, Thumbnail, long_side, read_thumbnail, thumbnail_of
from gallery.records import FileStamp
from tests.support.photos import ORIENTATIONS, draw_photo, draw_picture


def source(path: Path) -> Source:
    return Source(FileStamp.of(str(path), path.stat()), hash_file(path))


def read(path: Path, size: int = SMALL) -> Thumbnail:
    with Image.open(path) as image:
        return read_thumbnail(source(path), size, long_side(*image.size, size), 200)


def opened(made: Thumbnail) -> Image.Image:
    image: Image.Image = Image.open(io.BytesIO(made.jpeg))
    image.load()
    return image


def test_docstring_tells_how_long_thumbnails_are() -> None:
    rows = [line.split("|")[1:3] for line in (long_side.__doc__ or "").splitlines() if " x " in line]
    told = {tuple(map(int, picture.split(" x "))): int(pixels) for picture, pixels in rows}
    assert len(told) == 4
    assert {picture: long_side(*picture, SMALL) for picture in told} == told


@pytest.mark.parametrize("size", SIZES)
def test_thumbnail_is_no_longer_than_asked_and_keeps_its_shape(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.jpg"
    draw_picture((4000, 3000)).save(path, quality=85)
    width, height = opened(read(path, size)).size
    assert size <= width <= 1.2 * size
    assert abs(width / height - 4 / 3) < 0.01


def test_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    draw_picture((100, 80)).save(path)
    assert opened(read(path, LARGE)).size == (100, 80)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_thumbnail_is_upright_whatever_way_the_photo_is_stored(tmp_path: Path, orientation: int) -> None:
    made = opened(read(draw_photo(tmp_path / "turned.jpg", size=(1200, 900), orientation=orientation)))
    assert made.width > made.height
    for place, colour in (((10, 10), (255, 0, 0)), ((made.width - 10, 10), (0, 0, 255))):
        pixel = made.getpixel(place)
        assert isinstance(pixel, tuple)
        assert all(abs(a - b) < 12 for a, b in zip(pixel, colour, strict=True))


def test_nothing_but_pixels_is_in_a_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "private.jpg"
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Secret Camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 24.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    draw_picture((800, 600)).save(path, exif=exif, icc_profile=profile, comment=b"Secret words")
    made = read(path)
    assert b"Secret" not in made.jpeg
    assert set(opened(made).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert not opened(made).getexif()


def swapped_profile() -> bytes:
    """A profile in which what is called red looks green, and the other way round."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for mark in (b"XYZ", b"TRC"):
        profile = profile.replace(b"r" + mark, b"#").replace(b"g" + mark, b"r" + mark).replace(b"#", b"g" + mark)
    return profile


def test_colours_are_those_of_srgb_whatever_profile_the_photo_has(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    for profile, colour in ((swapped_profile(), (200, 10, 30)), (b"no profile at all", (10, 200, 30))):
        Image.new("RGB", (400, 300), (10, 200, 30)).save(path, icc_profile=profile)
        made = read(path)
        pixel = opened(made).getpixel((9, 9))
        assert isinstance(pixel, tuple)
        assert all(abs(a - b) <= 4 for a, b in zip(pixel, colour, strict=True))
        assert [made.colour >> 16, made.colour >> 8 & 255, made.colour & 255] == pytest.approx(colour, abs=4)


def test_mean_colour_is_that_of_the_whole_photo() -> None:
    picture = Image.new("RGB", (960, 640), (200, 0, 0))
    picture.paste((0, 100, 0), (480, 0, 960, 640))
    colour = thumbnail_of(picture).colour
    assert [colour >> 16, colour >> 8 & 255, colour & 255] == pytest.approx([100, 50, 0], abs=2)
    assert picture.size == (960, 640)


def test_what_was_decoded_to_find_faces_gives_the_thumbnail_too(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    draw_picture((4000, 3000)).save(path)
    decoded = read_image(path, long_side=960, max_megapixels=200, quick=True)
    made = opened(thumbnail_of(decoded.image))
    assert SMALL <= made.width <= 1.2 * SMALL


def test_file_that_was_only_touched_is_still_the_photo(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    draw_picture().save(path)
    before = source(path)
    os.utime(path, (1, 1))
    assert read_thumbnail(before, SMALL, SMALL, 200).jpeg


def test_another_picture_in_its_place_is_never_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    draw_picture(seed=1).save(path)
    before = source(path)
    draw_picture(seed=2).save(path)
    with pytest.raises(ImageError, match="has changed since it was indexed"):
        read_thumbnail(before, SMALL, SMALL, 200)

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from gallery.images.decode import DecodedPhoto, read_image
from gallery.images.exposure import read_exposure
from gallery.records import Capture
from tests.support.exif_blocks import (
    DATE_TIME,
    DESCRIPTION,
    EXPOSURE_BIAS,
    EXPOSURE_TIME,
    MAKE,
    MODEL,
    OFFSET_ORIGINAL,
    ORIENTATION,
    ORIGINAL,
    OUTSIDE,
    SOFTWARE,
    Entry,
    block,
    jpeg_with,
    place,
    png_with,
    short,
    text,
)

MAIN = [text(MAKE, "ACME"), text(MODEL, "Cam 1"), short(ORIENTATION, 6)]
SUB = [text(ORIGINAL, "2012:03:04 10:11:12")]
TAKEN = datetime(2012, 3, 4, 10, 11, 12)
ALL = Capture(TAKEN, None, "exif", "ACME Cam 1", 48.5, 9.25)

BAD: dict[str, Entry] = {
    "outside": (DESCRIPTION, 2, 40, OUTSIDE),
    "longer than the block": (DESCRIPTION, 2, 1_000_000, 8),
    "of a type that there isn't": (DESCRIPTION, 99, 1, b"abcd"),
    "empty": (DESCRIPTION, 2, 0, b""),
    "four thousand million numbers": (DESCRIPTION, 5, 0xFFFF_FFFF, 8),
}


def read(photo: Path) -> DecodedPhoto:
    return read_image(photo, long_side=None, max_megapixels=1)


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_one_bad_entry_costs_itself_alone(tmp_path, bad):
    photo = jpeg_with(tmp_path / "a.jpg", block([bad, *MAIN], [bad, *SUB], [bad, *place()]))
    decoded = read(photo)
    assert (decoded.capture, decoded.orientation, decoded.image.size) == (ALL, 6, (32, 48))


@pytest.mark.parametrize("where", ["main", "exif", "gps"])
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_directory_that_is_cut_off_costs_what_is_behind(tmp_path, where):
    """The directories lie in this order, so what stands before the cut is whole."""
    whole = block(MAIN, SUB, place())
    cut = {"main": whole.index(b"ACME"), "exif": whole.index(b"2012"), "gps": len(whole) - 20}[where]
    capture = read(jpeg_with(tmp_path / "a.jpg", whole[:cut])).capture
    assert capture.camera == (None if where == "main" else "ACME Cam 1")
    assert capture.taken_source == ("exif" if where == "gps" else "file")


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_exposure_is_read_beside_a_bad_entry(tmp_path):
    bias = (EXPOSURE_BIAS, 10, 1, struct.pack(">ii", -4, 2))
    photo = jpeg_with(tmp_path / "a.jpg", block(MAIN, [(EXPOSURE_TIME, 5, 1, OUTSIDE), bias]))
    assert read_exposure(photo).bias == -2


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_bad_entry_in_a_tiff_costs_itself_alone(tmp_path):
    photo = tmp_path / "a.tif"
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = "ACME", "Cam 1"
    exif.get_ifd(0x8769).update({EXPOSURE_TIME: IFDRational(1, 2), ORIGINAL: "2012:03:04 10:11:12"})
    Image.new("RGB", (48, 32)).save(photo, exif=exif.tobytes())
    content = photo.read_bytes()
    at = content.index(struct.pack("<HH", EXPOSURE_TIME, 5))
    photo.write_bytes(content[: at + 8] + struct.pack("<I", OUTSIDE) + content[at + 12 :])
    assert (read(photo).capture.taken_at, read(photo).capture.camera) == (TAKEN, "ACME Cam 1")


@pytest.mark.parametrize("first", ["the camera's", "another program's"])
def test_blocks_are_merged_and_the_camera_comes_first(tmp_path, first):
    camera = block(MAIN, SUB, place())
    other = block([text(SOFTWARE, "Editor"), text(DATE_TIME, "2020:01:01 00:00:00")], [text(OFFSET_ORIGINAL, "+02:00")])
    blocks = (camera, other) if first == "the camera's" else (other, camera)
    decoded = read(jpeg_with(tmp_path / "a.jpg", *blocks))
    assert decoded.capture == Capture(TAKEN, 120, "exif", "ACME Cam 1", 48.5, 9.25)
    assert decoded.orientation == 6


def test_the_first_block_that_says_so_turns_the_picture(tmp_path):
    """As in browsers: a program that turned the pixels has said so in front."""
    other = block([short(ORIENTATION, 1), text(SOFTWARE, "Editor")])
    decoded = read(jpeg_with(tmp_path / "a.jpg", other, block(MAIN, SUB)))
    assert (decoded.orientation, decoded.capture.camera) == (1, "ACME Cam 1")


def test_block_in_two_segments_is_one(tmp_path):
    whole = block(MAIN, SUB, place())
    assert read(jpeg_with(tmp_path / "a.jpg", whole[:100], whole[100:])).capture == ALL


@pytest.mark.parametrize(("keyword", "prefix"), [("APP1", b"Exif\0\0"), ("exif", b"Exif\0\0"), ("exif", b"")])
def test_raw_profiles_of_a_png_are_read(tmp_path, keyword, prefix):
    decoded = read(png_with(tmp_path / "a.png", keyword, prefix + block(MAIN, SUB, place())))
    assert (decoded.capture, decoded.orientation, decoded.image.size) == (ALL, 6, (32, 48))


def test_raw_profile_that_is_xmp_is_no_exif(tmp_path):
    photo = png_with(tmp_path / "a.png", "APP1", b"http://ns.adobe.com/xap/1.0/\0<x/>")
    assert read(photo).capture.taken_source == "file"


def test_raw_profile_that_is_cut_is_read_as_far_as_it_goes(tmp_path):
    whole = block(MAIN, SUB)
    assert read(png_with(tmp_path / "a.png", "exif", whole[:-5])).capture.camera == "ACME Cam 1"


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_flipped_bytes_raise_nothing(tmp_path):
    rng, whole = random.Random(5), block(MAIN, SUB, place())
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            damaged[rng.randrange(len(whole))] = rng.choice([0, 1, 127, 128, 255])
        assert read(jpeg_with(tmp_path / "a.jpg", bytes(damaged))).format == "JPEG"


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_exiftool_reads_the_same_beside_bad_entries(tmp_path):
    photo = jpeg_with(tmp_path / "a.jpg", block([BAD["outside"], *MAIN], [BAD["outside"], *SUB], place()))
    asked = [
        "exiftool",
        "-s3",
        "-n",
        "-Make",
        "-Model",
        "-Orientation",
        "-DateTimeOriginal",
        "-GPSPosition",
        str(photo),
    ]
    home = {**os.environ, "HOME": str(tmp_path)}
    told = subprocess.run(asked, capture_output=True, text=True, check=True, env=home).stdout.splitlines()
    assert told == ["ACME", "Cam 1", "6", "2012:03:04 10:11:12", "48.5 9.25"]

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gallery.errors import ImageError
from gallery.images import jpeg_end
from gallery.images.decode import DecodedPhoto, read_image
from gallery.images.opening import open_image
from tests.support.photos import draw_photo

SIZE = (160, 120)


def read(path: Path, long_side: int | None = None) -> DecodedPhoto:
    return read_image(path, long_side=long_side, max_megapixels=1)


def pixels(path: Path) -> np.ndarray[Any, Any]:
    return np.asarray(read(path).image)


def saved(folder: Path, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with Image.open(draw_photo(folder / "drawn.png", size=SIZE)) as drawn:
        drawn.save(buffer, form, **options)
    return buffer.getvalue()


def chunk(name: bytes, content: bytes, checksum: int | None = None) -> bytes:
    found = zlib.crc32(name + content) if checksum is None else checksum
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", found)


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


MUCH = zlib.compress(bytes(1_200_000), 9)
SIDE_CHUNKS = [
    (chunk(b"zTXt", b"Comment\0\0" + MUCH), "its part zTXt is larger than 1 MB and was left out"),
    (chunk(b"iTXt", b"Comment\0\1\0\0\0" + MUCH), "its part iTXt is larger than 1 MB and was left out"),
    (chunk(b"iCCP", b"monitor\0\0" + MUCH), "its part iCCP is larger than 1 MB and was left out"),
    (chunk(b"tEXt", b"Comment\0hello", checksum=1), "its part tEXt is damaged and was left out"),
    (chunk(b"gAMA", b"\0"), "its part gAMA was left out"),
]


@pytest.mark.parametrize(("part", "odd"), SIDE_CHUNKS)
def test_png_is_read_without_what_is_wrong_beside_the_picture(tmp_path, part, odd):
    whole = saved(tmp_path, "PNG")
    (tmp_path / "whole.png").write_bytes(whole)
    (tmp_path / "odd.png").write_bytes(whole[:33] + part + whole[33:])
    assert (pixels(tmp_path / "odd.png") == pixels(tmp_path / "whole.png")).all()
    assert (read(tmp_path / "odd.png").odd, read(tmp_path / "whole.png").odd) == (odd, "")


def test_png_is_read_without_a_large_text_behind_the_picture(tmp_path):
    whole = saved(tmp_path, "PNG")
    (tmp_path / "whole.png").write_bytes(whole)
    (tmp_path / "odd.png").write_bytes(whole[:-12] + SIDE_CHUNKS[0][0] + whole[-12:])
    assert (pixels(tmp_path / "odd.png") == pixels(tmp_path / "whole.png")).all()


def test_png_with_a_damaged_picture_is_refused_whatever_is_beside(tmp_path):
    whole = bytearray(saved(tmp_path, "PNG"))
    whole[-20] ^= 1  # in the checksum or content of IDAT
    (tmp_path / "a.png").write_bytes(bytes(whole[:33]) + SIDE_CHUNKS[0][0] + bytes(whole[33:]))
    with pytest.raises(ImageError, match="damaged"):
        read(tmp_path / "a.png")


@pytest.mark.parametrize("left_out", [[b"cHRM", b"tRNS"], [b"iCCP", b"gAMA"]])
def test_png_is_read_without_empty_parts(tmp_path, left_out):
    whole = saved(tmp_path, "PNG")
    (tmp_path / "whole.png").write_bytes(whole)
    (tmp_path / "odd.png").write_bytes(whole[:33] + b"".join(chunk(name, b"") for name in left_out) + whole[33:])
    assert (pixels(tmp_path / "odd.png") == pixels(tmp_path / "whole.png")).all()
    assert read(tmp_path / "odd.png").odd == "; ".join(f"its part {name.decode()} was left out" for name in left_out)


def test_what_lies_behind_a_png_is_no_part_of_it(tmp_path):
    whole = saved(tmp_path, "PNG")
    (tmp_path / "odd.png").write_bytes(whole[:33] + chunk(b"tEXt", b"a\0b", checksum=1) + whole[33:] + b"more" * 10)
    assert read(tmp_path / "odd.png").odd == "its part tEXt is damaged and was left out"


def test_name_of_a_part_that_is_none_is_not_repeated(tmp_path):
    whole = saved(tmp_path, "PNG")
    (tmp_path / "odd.png").write_bytes(whole[:33] + chunk(b"t\0\x1b[", b"", checksum=1) + whole[33:])
    assert read(tmp_path / "odd.png").odd == "its part without a name is damaged and was left out"


@pytest.mark.parametrize("behind", [b"", b"\0\0", b"\0\0\0\0IEND", b"\0\0\x76\x4eIDAT"])
def test_png_whose_end_is_cut_off_behind_its_last_row_is_read(tmp_path, behind):
    whole = saved(tmp_path, "PNG")
    (tmp_path / "whole.png").write_bytes(whole)
    (tmp_path / "odd.png").write_bytes(whole[:-12] + behind)
    assert (pixels(tmp_path / "odd.png") == pixels(tmp_path / "whole.png")).all()
    assert read(tmp_path / "odd.png").odd in ("", "what follows the picture is cut off")


@pytest.mark.parametrize("behind", [b"", bytes(100), b"more" * 30], ids=["nothing", "zeros", "other data"])
@pytest.mark.parametrize("lacking", [1, 2, 4, 9, 30])
def test_png_whose_last_rows_are_cut_off_is_refused_whatever_lies_there_now(tmp_path, lacking, behind):
    whole = saved(tmp_path, "PNG")
    cut = whole[: len(whole) - 12 - 4 - lacking]  # the end, the checksum of the part with the rows, and of these
    (tmp_path / "cut.png").write_bytes(cut + behind)
    with pytest.raises(ImageError, match="damaged or cut short"):
        read(tmp_path / "cut.png")


@pytest.mark.parametrize("name", [b"iDAT", b"IDAT"])
def test_png_without_pixels_is_refused(tmp_path, name):
    whole = saved(tmp_path, "PNG")
    start = whole.index(b"IDAT") - 4
    part = chunk(name, bytes(100), checksum=7)
    (tmp_path / "a.png").write_bytes(whole[:start] + part + whole[-12:])
    with pytest.raises(ImageError, match="damaged"):
        read(tmp_path / "a.png")


SIDE_SEGMENTS = [
    (segment(0xE0, b"JFIF\0"), "its part JFIF is too short and was left out"),
    (segment(0xEE, b"Adobe"), "its part Adobe is too short and was left out"),
    (segment(0xE2, b"ICC_PROFILE\0"), "its part ICC_PROFILE is too short and was left out"),
]


@pytest.mark.parametrize(("part", "odd"), SIDE_SEGMENTS)
def test_jpeg_is_read_without_a_segment_that_is_too_short(tmp_path, part, odd):
    whole = saved(tmp_path, "JPEG")
    (tmp_path / "whole.jpg").write_bytes(whole)
    (tmp_path / "odd.jpg").write_bytes(whole[:2] + part + whole[2:])
    assert (pixels(tmp_path / "odd.jpg") == pixels(tmp_path / "whole.jpg")).all()
    assert read(tmp_path / "odd.jpg").odd == odd
    with open_image(tmp_path / "odd.jpg") as image:
        assert image.size == SIZE


ENCODED = [
    {"quality": 90},
    {"quality": 90, "subsampling": 0},
    {"quality": 60, "restart_marker_blocks": 5},
    {"quality": 90, "progressive": True},
    {"quality": 60, "progressive": True, "restart_marker_blocks": 5},
]


@pytest.mark.parametrize("options", ENCODED)
@pytest.mark.parametrize("behind", [b"", b"\xff"], ids=["nothing", "half a marker"])
def test_jpeg_that_lacks_its_end_marker_alone_is_read(tmp_path, options, behind):
    whole = saved(tmp_path, "JPEG", **options)
    (tmp_path / "whole.jpg").write_bytes(whole)
    (tmp_path / "odd.jpg").write_bytes(whole[:-2] + behind)
    assert (pixels(tmp_path / "odd.jpg") == pixels(tmp_path / "whole.jpg")).all()
    assert read(tmp_path / "odd.jpg", long_side=40).image.size == (40, 30)
    assert read(tmp_path / "odd.jpg").odd == "its end marker is missing; all of the picture is there"


@pytest.mark.parametrize("colour", ["white", "black"])
def test_jpeg_whose_last_byte_is_zero_needs_no_end_marker(tmp_path, colour):
    content = io.BytesIO()
    Image.new("RGB", (333, 222), colour).save(content, "JPEG", quality=40, subsampling=0)
    assert content.getvalue()[-3] == 0
    (tmp_path / "odd.jpg").write_bytes(content.getvalue()[:-2])
    assert read(tmp_path / "odd.jpg").odd == "its end marker is missing; all of the picture is there"


@pytest.mark.parametrize("options", ENCODED)
@pytest.mark.parametrize("lacking", [12, 30])
def test_other_data_behind_a_cut_makes_up_for_nothing(tmp_path, options, lacking):
    whole = saved(tmp_path, "JPEG", **options)
    (tmp_path / "cut.jpg").write_bytes(whole[:-lacking] + b"more" * 20)
    with pytest.raises(ImageError, match="damaged or cut short"):
        read(tmp_path / "cut.jpg")


@pytest.mark.parametrize("options", ENCODED)
def test_jpeg_that_lacks_a_little_more_is_refused(tmp_path, options):
    whole = saved(tmp_path, "JPEG", **options)
    (tmp_path / "whole.jpg").write_bytes(whole)
    expected = pixels(tmp_path / "whole.jpg")
    read_all = 0
    for missing in (3, 4, 5, 6, 8, 12, 20, 50):
        (tmp_path / "cut.jpg").write_bytes(whole[:-missing])
        try:
            found = pixels(tmp_path / "cut.jpg")
        except ImageError as error:
            assert "damaged or cut short" in error.reason  # noqa: PT017
        else:
            read_all += 1
            assert (found == expected).all()  # what was cut off told nothing of any pixel
    assert read_all <= 2


RESTARTS = [
    {"quality": 60, "restart_marker_blocks": 5},
    {"quality": 60, "restart_marker_blocks": 3, "subsampling": 0},
    {"quality": 60, "restart_marker_blocks": 5, "progressive": True},
]


@pytest.mark.parametrize("options", RESTARTS)
def test_jpeg_that_lacks_its_end_and_an_interval_before_is_refused(tmp_path, options):
    whole = saved(tmp_path, "JPEG", **options)
    scan = whole.index(b"\xff\xda")
    first, second = whole.index(b"\xff\xd0", scan), whole.index(b"\xff\xd1", scan)
    every = b"\xff\xdd\0\4" + options["restart_marker_blocks"].to_bytes(2, "big")
    assert every in whole
    lacking = [
        whole[:first] + whole[second:-2],
        whole.replace(every, b"")[:-2],
        whole.replace(every, every[:-1] + bytes([options["restart_marker_blocks"] + 1]))[:-2],
    ]
    for content in lacking:
        (tmp_path / "odd.jpg").write_bytes(content)
        with pytest.raises(ImageError, match="damaged or cut short"):
            read(tmp_path / "odd.jpg")
    (tmp_path / "odd.jpg").write_bytes(whole[:-2])
    assert read(tmp_path / "odd.jpg").odd == "its end marker is missing; all of the picture is there"


def test_jpeg_cut_where_an_interval_or_a_scan_ends_is_refused(tmp_path):
    for options, mark in (({"restart_marker_blocks": 5}, b"\xff\xd3"), ({"progressive": True}, b"\xff\xda")):
        whole = saved(tmp_path, "JPEG", **options)
        for behind in (0, 2):
            (tmp_path / "cut.jpg").write_bytes(whole[: whole.rindex(mark) + behind])
            with pytest.raises(ImageError, match="damaged or cut short"):
                read(tmp_path / "cut.jpg")


def test_zeros_behind_a_picture_make_up_for_nothing(tmp_path):
    whole = saved(tmp_path, "JPEG", quality=90, progressive=True)
    assert jpeg_end.with_end(whole[:-2] + bytes(200)) == whole
    assert jpeg_end.with_end(whole[:-12] + bytes(200)) is None
    assert jpeg_end.with_end(whole) is None


def test_file_with_something_odd_stays_as_it_is(tmp_path):
    photo = tmp_path / "odd.jpg"
    photo.write_bytes(saved(tmp_path, "JPEG")[:-2])
    before = photo.read_bytes(), photo.stat().st_mtime_ns
    read(photo)
    assert (photo.read_bytes(), photo.stat().st_mtime_ns) == before

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gallery.images.picture import picture_hash
from tests.support.photos import draw_picture
from tests.support.sidecars import needs_exiftool

FORMATS: dict[str, Callable[[Image.Image, Path], None]] = {
    "baseline.jpg": lambda picture, path: picture.save(path, quality=90),
    "progressive.jpg": lambda picture, path: picture.save(path, quality=85, progressive=True),
    "grey.jpg": lambda picture, path: picture.convert("L").save(path),
    "colours.png": lambda picture, path: picture.save(path),
    "palette.png": lambda picture, path: picture.quantize(32).save(path, transparency=3),
    "lossy.webp": lambda picture, path: picture.save(path),
    "lossless.webp": lambda picture, path: picture.convert("RGBA").save(path, lossless=True),
    "phone.heic": lambda picture, path: pillow_heif.from_pillow(picture).save(path, quality=60),
    "small.avif": lambda picture, path: picture.save(path),
    "plain.tif": lambda picture, path: picture.save(path),
    "packed.tif": lambda picture, path: picture.save(path, compression="tiff_lzw"),
}


def told(path: Path) -> str | None:
    with path.open("rb") as file:
        return picture_hash(file)


def drawn(folder: Path, name: str, seed: int = 0) -> Path:
    FORMATS[name](draw_picture((320, 240), seed), folder / name)
    return folder / name


def edited(path: Path, *arguments: str) -> Path:
    copy = path.with_stem("edited")
    shutil.copy(path, copy)
    subprocess.run(["exiftool", "-q", "-q", "-overwrite_original", *arguments, str(copy)], check=True)
    assert copy.read_bytes() != path.read_bytes()
    return copy


WRITTEN = (
    *("-XMP:Rating=5", "-XMP:Subject=beach", "-XMP:Subject=summer", "-EXIF:DateTimeOriginal=2001:02:03 04:05:06"),
    *("-EXIF:GPSLatitude=41.9", "-EXIF:GPSLatitudeRef=N", "-EXIF:GPSLongitude=12.5", "-EXIF:GPSLongitudeRef=E"),
    "-EXIF:Orientation#=6",
)


@needs_exiftool
@pytest.mark.parametrize("name", FORMATS)
def test_stars_keywords_dates_places_and_turns_leave_the_picture_as_it_was(tmp_path: Path, name: str) -> None:
    path = drawn(tmp_path, name)

    assert told(path) is not None
    assert told(edited(path, *WRITTEN)) == told(path)


@needs_exiftool
@pytest.mark.parametrize("name", [name for name in FORMATS if not name.endswith(".tif")])
def test_taking_all_metadata_out_leaves_the_picture_as_it_was(tmp_path: Path, name: str) -> None:
    path = edited(drawn(tmp_path, name), *WRITTEN)
    bare = path.with_stem("bare")
    shutil.copy(path, bare)
    subprocess.run(["exiftool", "-q", "-q", "-overwrite_original", "-all=", str(bare)], check=True)

    assert bare.read_bytes() != path.read_bytes()
    assert told(bare) == told(path)


@pytest.mark.parametrize("name", FORMATS)
def test_another_picture_is_told_apart(tmp_path: Path, name: str) -> None:
    first = told(drawn(tmp_path, name))

    assert told(drawn(tmp_path, name, seed=1)) not in (first, None)


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture.transpose(Image.Transpose.ROTATE_180),
        lambda picture: picture.crop((0, 0, 312, 240)),
        lambda picture: picture.point(lambda value: min(255, value + 3)),
    ],
    ids=["turned", "cropped", "brighter"],
)
@pytest.mark.parametrize("name", FORMATS)
def test_changed_pixels_are_another_picture(
    tmp_path: Path, name: str, change: Callable[[Image.Image], Image.Image]
) -> None:
    before = told(drawn(tmp_path, name))
    FORMATS[name](change(draw_picture((320, 240))), tmp_path / name)

    assert told(tmp_path / name) not in (before, None)


def test_compressed_again_is_another_picture(tmp_path: Path) -> None:
    path = drawn(tmp_path, "baseline.jpg")
    with Image.open(path) as picture:
        picture.save(tmp_path / "again.jpg", quality=70)

    assert told(tmp_path / "again.jpg") not in (told(path), None)


def test_what_stands_behind_a_jpeg_is_no_part_of_it(tmp_path: Path) -> None:
    path = drawn(tmp_path, "baseline.jpg")
    before = told(path)
    # As with a phone's film behind it.
    path.write_bytes(path.read_bytes() + drawn(tmp_path, "progressive.jpg").read_bytes() + b"MotionPhoto_Data")

    assert told(path) == before


def test_second_picture_that_a_jpeg_tells_of_is_no_part_of_it(tmp_path: Path) -> None:
    for name, second in (("a.jpg", 1), ("b.jpg", 2)):
        pictures = [draw_picture((320, 240)), draw_picture((320, 240), second)]
        pictures[0].save(tmp_path / name, format="MPO", save_all=True, append_images=pictures[1:])

    assert (tmp_path / "a.jpg").read_bytes() != (tmp_path / "b.jpg").read_bytes()
    assert told(tmp_path / "a.jpg") is not None
    assert told(tmp_path / "a.jpg") == told(tmp_path / "b.jpg")


def test_comments_and_fill_bytes_are_no_part_of_a_jpeg(tmp_path: Path) -> None:
    content = drawn(tmp_path, "baseline.jpg").read_bytes()
    comment = b"\xff\xfe" + struct.pack(">H", 7) + b"hello"
    (tmp_path / "told.jpg").write_bytes(content[:2] + comment + b"\xff" + content[2:])

    assert told(tmp_path / "told.jpg") == told(tmp_path / "baseline.jpg")


def test_pixels_cut_into_other_chunks_are_the_same_png(tmp_path: Path) -> None:
    path = drawn(tmp_path, "colours.png")
    content = path.read_bytes()
    start = content.index(b"IDAT") - 4
    length = struct.unpack_from(">I", content, start)[0]
    data = content[start + 8 : start + 8 + length]
    chunks = b"".join(
        struct.pack(">I", len(part)) + b"IDAT" + part + b"\0\0\0\0" for part in (data[:100], data[100:], b"")
    )
    (tmp_path / "cut.png").write_bytes(content[:start] + chunks + content[start + 12 + length :])

    assert told(tmp_path / "cut.png") == told(path)


def test_gif_and_bmp_and_what_is_no_picture_have_none(tmp_path: Path) -> None:
    for name in ("a.gif", "a.bmp"):
        draw_picture((32, 24)).save(tmp_path / name)
        assert told(tmp_path / name) is None
    for content in (b"", b"\xff", b"\xff\xd8\xff", b"II*\0", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic", b"hello" * 9):
        assert picture_hash(io.BytesIO(content)) is None, content


def test_pages_that_point_at_themselves_end() -> None:
    page = struct.pack("<HHHIIHHIIHHIII", 3, 256, 3, 1, 8, 273, 4, 1, 0, 279, 4, 1, 4, 8)

    assert picture_hash(io.BytesIO(b"II*\0\x08\0\0\0" + page)) is None


def test_items_that_name_the_whole_file_again_and_again_end_at_once() -> None:
    def box(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", 8 + len(content)) + kind + content

    many = 30_000
    listed = b"".join(box(b"infe", struct.pack(">IHH", 2 << 24, n, 0) + b"hvc1\0") for n in range(many))
    places = b"".join(struct.pack(">HHHII", n, 0, 1, 0, 2_000_000) for n in range(many))
    meta = box(b"pitm", b"\0" * 6) + box(b"iinf", struct.pack(">IH", 0, many) + listed)
    meta += box(b"iloc", struct.pack(">IHH", 0, 0x4400, many) + places)
    start = time.perf_counter()

    assert (
        picture_hash(io.BytesIO(box(b"ftyp", b"heic") + box(b"meta", b"\0\0\0\0" + meta) + b"\0" * 2_000_000)) is None
    )
    assert time.perf_counter() - start < 5


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_damaged_files_raise_nothing(tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject) -> None:
    content = bytearray(_content(tmp_path_factory, name))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, min(len(content), 900) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))]

    found = picture_hash(io.BytesIO(bytes(content)))

    assert found is None or len(found) == 32


_CONTENTS: dict[str, bytes] = {}


def _content(folders: pytest.TempPathFactory, name: str) -> bytes:
    if name not in _CONTENTS:
        _CONTENTS[name] = drawn(folders.mktemp("drawn"), name).read_bytes()
    return _CONTENTS[name]


@pytest.mark.parametrize("before", range(3))
def test_an_end_across_two_reads_is_found(tmp_path: Path, before: int) -> None:
    head = drawn(tmp_path, "baseline.jpg").read_bytes()
    head = head[: head.index(b"\xff\xda")]
    scan = b"\xff\xda\0\x02" + b"\x11" * ((1 << 20) - 4 - before) + b"\x22" * before
    alone = head + scan[:-1] + b"\xff\xd9"

    assert picture_hash(io.BytesIO(alone + b"trailer")) == picture_hash(io.BytesIO(alone))

"""A zip file made piece by piece is one that others read, however large it is."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery.export.zip_stream import ZipStream


def entry(name: str, content: bytes) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, (2024, 2, 29, 23, 59, 58))
    made.file_size, made.CRC = len(content), zlib.crc32(content)
    return made


def archive(files: dict[str, bytes]) -> bytes:
    made = ZipStream()
    pieces = [piece for name, content in files.items() for piece in (made.begin(entry(name, content)), content)]
    return b"".join([*pieces, *made.end()])


def test_what_is_packed_is_read_again_by_others(tmp_path: Path) -> None:
    files = {"beach.jpg": b"1" * 5000, "Été/海.jpg": b"", "sub/b.txt": b"two"}
    content = archive(files)
    with zipfile.ZipFile(io.BytesIO(content)) as read:
        assert read.testzip() is None
        assert {name: read.read(name) for name in read.namelist()} == files
        assert [one.date_time for one in read.infolist()] == [(2024, 2, 29, 23, 59, 58)] * 3
        assert {one.flag_bits & 0x08 for one in read.infolist()} == {0}
    if shutil.which("unzip"):
        (tmp_path / "a.zip").write_bytes(content)
        subprocess.run(["unzip", "-tq", tmp_path / "a.zip"], check=True, capture_output=True)


def test_an_empty_one_is_a_zip_file() -> None:
    assert zipfile.ZipFile(io.BytesIO(archive({}))).namelist() == []


def test_more_files_than_the_old_format_has_room_for() -> None:
    files = {f"{number}.jpg": b"" for number in range(66_000)}
    with zipfile.ZipFile(io.BytesIO(archive(files))) as read:
        assert len(read.namelist()) == 66_000


class _Holes(io.RawIOBase):
    """A file of a few pieces, zeros between them."""

    def __init__(self, pieces: dict[int, bytes], size: int) -> None:
        self._pieces, self._size, self._at = pieces, size, 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = (0, self._at, self._size)[whence] + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._at + size, self._size)
        found = bytearray(max(0, end - self._at))
        for start, piece in self._pieces.items():
            for place in range(max(start, self._at), min(start + len(piece), end)):
                found[place - self._at] = piece[place - start]
        self._at += len(found)
        return bytes(found)


@pytest.mark.parametrize("size", [3 << 30, 6 << 30])
def test_files_larger_than_the_old_format_has_room_for(size: int) -> None:
    def begun() -> Iterator[tuple[int, bytes]]:
        large = zipfile.ZipInfo("large.tif")
        large.file_size, large.CRC = size, 7
        header = made.begin(large)
        yield 0, header
        yield len(header) + size, made.begin(entry("small.jpg", b"small")) + b"small" + b"".join(made.end())

    made = ZipStream()
    pieces = dict(begun())
    last = max(pieces)
    with zipfile.ZipFile(_Holes(pieces, last + len(pieces[last])), "r") as read:
        assert [(one.filename, one.file_size) for one in read.infolist()] == [("large.tif", size), ("small.jpg", 5)]
        assert read.read("small.jpg") == b"small"
        with read.open("large.tif") as file:
            assert file.read(3) == b"\0\0\0"

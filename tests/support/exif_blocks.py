"""Blocks of EXIF made byte by byte, as no library would write them."""

from __future__ import annotations

import struct
from pathlib import Path
from zlib import crc32

from PIL import Image

OUTSIDE = 0x7000_0000
"""No block is so long."""

MAKE, MODEL, DESCRIPTION, ORIENTATION, SOFTWARE, DATE_TIME = 271, 272, 270, 274, 305, 306
ORIGINAL, OFFSET_ORIGINAL, EXPOSURE_TIME, EXPOSURE_BIAS = 36867, 36881, 33434, 37380
EXIF, GPS = 0x8769, 0x8825

Entry = tuple[int, int, int, bytes | int]
"""Tag, type, count, and the value's bytes, or where it is said to lie."""


def text(tag: int, value: str) -> Entry:
    content = value.encode() + b"\0"
    return tag, 2, len(content), content


def short(tag: int, value: int) -> Entry:
    return tag, 3, 1, struct.pack(">H", value)


def rationals(tag: int, *values: int, signed: bool = False) -> Entry:
    """Whole numbers."""
    content = b"".join(struct.pack(">ii" if signed else ">II", value, 1) for value in values)
    return tag, 10 if signed else 5, len(values), content


def place(*, refs: bool = True) -> list[Entry]:
    """48.5 north, 9.25 east."""
    letters: list[Entry] = [(1, 2, 2, b"N\0"), (3, 2, 2, b"E\0")] if refs else []
    return sorted([*letters, rationals(2, 48, 30, 0), rationals(4, 9, 15, 0)])


def block(main: list[Entry], exif: list[Entry] | None = None, gps: list[Entry] | None = None) -> bytes:
    """A TIFF file, its great ends first: the main directory and its values, then that of EXIF, then that of GPS."""
    below = [(tag, entries) for tag, entries in ((EXIF, exif), (GPS, gps)) if entries is not None]
    content = b""
    starts = dict.fromkeys((tag for tag, _ in below), 0)
    for _ in range(2):  # where the others begin is known once the main one is made
        pointers = [(tag, 4, 1, struct.pack(">I", at)) for tag, at in starts.items()]
        content = b"MM\0*\0\0\0\x08" + _directory([*main, *pointers], 8)
        for tag, entries in below:
            starts[tag] = len(content)
            content += _directory(entries, len(content))
    return content


def _directory(entries: list[Entry], at: int) -> bytes:
    head, behind = struct.pack(">H", len(entries)), b""
    start = at + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in entries:
        if isinstance(value, int):
            raw = struct.pack(">I", value)
        elif len(value) <= 4:
            raw = value.ljust(4, b"\0")
        else:
            raw = struct.pack(">I", start + len(behind))
            behind += value
        head += struct.pack(">HHI", tag, kind, count) + raw
    return head + bytes(4) + behind


def jpeg_with(path: Path, *blocks: bytes, size: tuple[int, int] = (48, 32)) -> Path:
    """A grey JPEG with each of the blocks in a segment of its own."""
    Image.new("RGB", size, "grey").save(path)
    content = path.read_bytes()
    segments = b"".join(_segment(b"Exif\0\0" + one) for one in blocks)
    path.write_bytes(content[:2] + segments + content[2:])
    return path


def _segment(content: bytes) -> bytes:
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def png_with(path: Path, keyword: str, profile: bytes, size: tuple[int, int] = (48, 32)) -> Path:
    """A grey PNG with a raw profile as ImageMagick writes it."""
    Image.new("RGB", size, "grey").save(path)
    content = path.read_bytes()
    lines = f"\n{keyword.split()[-1]}\n{len(profile):8}\n{profile.hex()}\n"
    data = f"Raw profile type {keyword}".encode() + b"\0" + lines.encode()
    chunk = struct.pack(">I", len(data)) + b"tEXt" + data + struct.pack(">I", crc32(b"tEXt" + data))
    path.write_bytes(content[:33] + chunk + content[33:])  # behind IHDR
    return path

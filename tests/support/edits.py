"""What other programs write into JPEG files, byte by byte: the picture stays as it is."""

from __future__ import annotations

import itertools
import os
import struct
from pathlib import Path

from PIL import ExifTags, Image

_clock = itertools.count(1)


def give_star(path: Path, rating: int = 5) -> None:
    """A rating in XMP, as digiKam writes it."""
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><Rating>{rating}</Rating></x:xmpmeta>'
    _insert(path, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode())


def write_exif(
    path: Path, date: str | None = None, *, camera: str | None = None, orientation: int | None = None
) -> None:
    """A date such as `2001:02:03 04:05:06`, a camera, a way to turn the picture; other EXIF that was there goes."""
    exif = Image.Exif()
    if date is not None:
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = date
    if camera is not None:
        exif[ExifTags.Base.Model] = camera
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    strip(path)
    _insert(path, exif.tobytes())


def write_place(path: Path, north: int, east: int) -> None:
    """Degrees."""
    exif = Image.Exif()
    tags, names = exif.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPS
    tags[names.GPSLatitudeRef], tags[names.GPSLongitudeRef] = "N", "E"
    tags[names.GPSLatitude], tags[names.GPSLongitude] = (north, 0, 0), (east, 0, 0)
    strip(path)
    _insert(path, exif.tobytes())


def strip(path: Path) -> None:
    """Takes all out that is said of the picture."""
    content, offset = path.read_bytes(), 2
    kept = content[:2]
    while content[offset + 1] != 0xDA:
        end = offset + 2 + struct.unpack_from(">H", content, offset + 2)[0]
        if content[offset + 1] not in (*range(0xE1, 0xEE), 0xFE):
            kept += content[offset:end]
        offset = end
    _write(path, kept + content[offset:])


def _insert(path: Path, segment: bytes) -> None:
    content = path.read_bytes()
    _write(path, content[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + content[2:])


def _write(path: Path, content: bytes) -> None:
    """In place, at a time that no write before had: file systems may keep it less exactly than we write."""
    path.write_bytes(content)
    later = path.stat().st_mtime_ns + next(_clock) * 1_000_000
    os.utime(path, ns=(later, later))

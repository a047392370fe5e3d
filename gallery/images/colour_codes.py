"""The colour space that a file tells by numbers of ITU-T H.273: the box `colr` of HEIC and AVIF, `cICP` of PNG.

What Chromium passes over is passed over here: numbers that mean nothing, and a box beside an ICC profile. Of HEIC,
which it doesn't show, the same is read as of AVIF.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final

from gallery.images.colour_spaces import HLG, PLAIN, PQ, SRGB, ColourSpace
from gallery.images.picture_boxes import properties_in_boxes
from gallery.images.picture_bytes import NotTellableError, PictureBytes

if TYPE_CHECKING:
    from PIL import Image

_UNSAID: Final = 2
_OTHERS: Final[Mapping[int, str]] = {
    4: "gamma 2.2",
    5: "gamma 2.8",
    7: "240M",
    8: "linear",
    13: "srgb",
    16: PQ,
    17: "428",
    18: HLG,
}
_IN_BOXES: Final[Mapping[int, str]] = {**dict.fromkeys((1, _UNSAID, 6, 14, 15), "srgb"), **_OTHERS}
"""Curves by their numbers. A photo in AVIF isn't meant for a dark room, as video of BT.709 is."""
_IN_PNG: Final[Mapping[int, str]] = {**dict.fromkeys((1, 6, 11, 14, 15), "gamma 2.4"), **_OTHERS}

_MOST_CHUNKS: Final = 1000
"""Before the pixels; cameras and programs write a dozen."""
_LIGHT_STEPS: Final = 10_000
"""To a candela per square metre."""


def told_space(image: Image.Image, file: BinaryIO) -> ColourSpace | None:
    """The space of the numbers in a picture of this file; None where it's sRGB's, a profile's, or nobody knows."""
    space = None
    with suppress(NotTellableError):
        if image.format == "PNG":
            space = _in_png(PictureBytes(file))
        elif image.format in ("AVIF", "HEIF") and not image.info.get("icc_profile"):
            space = _in_boxes(PictureBytes(file))
    return space if space and space.is_known and space != PLAIN else None


def _in_boxes(source: PictureBytes) -> ColourSpace | None:
    told = {(each[:4], each[4:8] if each[:4] == b"colr" else b""): each[4:] for each in _told_in_boxes(source)}
    codes = told.get((b"colr", b"nclx"), b"")
    if len(codes) < 8:
        return None
    primaries, transfer = int.from_bytes(codes[4:6], "big"), int.from_bytes(codes[6:8], "big")
    level, screen = told.get((b"clli", b""), b""), told.get((b"mdcv", b""), b"")
    peak = int.from_bytes(level[:2], "big") or int.from_bytes(screen[16:20], "big") / _LIGHT_STEPS
    return ColourSpace(SRGB if primaries == _UNSAID else primaries, _IN_BOXES.get(transfer, ""), peak)


def _told_in_boxes(source: PictureBytes) -> list[bytes]:
    """What is said first counts."""
    return properties_in_boxes(source, frozenset({b"colr", b"clli", b"mdcv"}))[::-1]


def _in_png(source: PictureBytes) -> ColourSpace | None:
    told = dict(reversed(list(_side_chunks(source))))
    codes = told.get(b"cICP", b"")
    if len(codes) != 4 or codes[2:] != b"\0\1":  # all else is no RGB, or not of the whole range
        return None
    level, screen = told.get(b"cLLI", b""), told.get(b"mDCV", b"")
    peak = int.from_bytes(level[:4], "big") or int.from_bytes(screen[16:20], "big")
    return ColourSpace(codes[0], _IN_PNG.get(codes[1], ""), peak / _LIGHT_STEPS)


def _side_chunks(source: PictureBytes) -> Iterator[tuple[bytes, bytes]]:
    """Those about colours that are whole and lie before the pixels."""
    for kind, start, length in islice(_chunks(source), _MOST_CHUNKS):
        if kind == b"IDAT":
            return
        if kind in (b"cICP", b"cLLI", b"mDCV") and length <= 24:
            content = source.read(start, length)
            if zlib.crc32(kind + content) == source.number(start + length, 4):
                yield kind, content


def _chunks(source: PictureBytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, where it begins, and bytes."""
    place = 8
    while place + 12 <= source.size:
        length = source.number(place, 4)
        yield source.read(place + 4, 4), place + 8, length
        place += length + 12

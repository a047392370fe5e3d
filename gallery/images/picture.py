"""What makes the picture in a file, apart from what is said of it: the hash of its compressed image data.

Two files have it in common when one was made of the other by giving a star, a keyword, a date, a place, or by taking
all of these out; a picture that was cropped, turned pixel by pixel or compressed again has another.

| format | what counts |
|---|---|
| JPEG | SOF, DQT, DHT, DRI, DAC, Adobe's colour transform, and all from the first scan to the picture's end |
| PNG | IHDR, PLTE, tRNS, and what the IDAT chunks hold, however it is cut into chunks |
| WebP | VP8, VP8L, ALPH, ANIM, ANMF |
| HEIC, AVIF | see `gallery.images.picture_boxes` |
| TIFF | see `gallery.images.picture_strips` |

How the picture is to be turned is no part of it: EXIF's orientation, or `irot` and `imir` of HEIC and AVIF.
Files come from strangers: nothing is trusted, and nothing raised.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from gallery.images.picture_boxes import add_boxes, turn_in_boxes
from gallery.images.picture_bytes import NotTellableError, PictureBytes
from gallery.images.picture_strips import add_strips

_SCAN: Final = 0xDA
_QUANTISATION, _RESTARTS, _MORE, _ADOBE = 0xDB, 0xDD, 0xE2, 0xEE
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC8}
"""Among these are DHT and DAC."""
_END: Final = b"\xff\xd9"


def picture_hash(file: BinaryIO) -> str | None:
    """32 hexadecimal digits for the picture in an open file; None where none can be told, as for GIF and BMP."""
    try:
        source = PictureBytes(file)
        add = _reader(source.read(0, min(16, source.size)))
        if add is None:
            return None
        add(source)
        return source.digest()
    except (NotTellableError, struct.error):
        return None


def stored_turn(file: BinaryIO) -> int:
    """How an open HEIC or AVIF file wants its picture turned, as EXIF counts; 1 where it says nothing."""
    try:
        source = PictureBytes(file)
        return turn_in_boxes(source) if source.read(4, 4) == b"ftyp" else 1
    except (NotTellableError, struct.error):
        return 1


def _reader(start: bytes) -> Callable[[PictureBytes], None] | None:
    if start.startswith(b"\xff\xd8\xff"):
        return _add_jpeg
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return _add_png
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return _add_webp
    if start[4:8] == b"ftyp":
        return add_boxes
    return add_strips if start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+") else None


def _add_jpeg(source: PictureBytes) -> None:
    source.note("JPEG")
    offset, is_alone = 2, True
    while True:
        lead, marker = source.read(offset, 2)
        if lead != 0xFF:
            raise NotTellableError("no marker")
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:  # fill, and markers without a length
            offset += 1 if marker == 0xFF else 2
            continue
        length = source.number(offset + 2, 2)
        if length < 2 or marker in (0x00, 0xD9):
            raise NotTellableError("no picture")
        if marker == _SCAN:
            _add_scans(source, offset, is_alone=is_alone)
            return
        is_alone &= marker != _MORE or length < 6 or source.read(offset + 4, 4) != b"MPF\0"
        is_adobe = marker == _ADOBE and length >= 7 and source.read(offset + 4, 5) == b"Adobe"
        if marker in _FRAMES or marker in (_QUANTISATION, _RESTARTS) or is_adobe:
            source.note(marker, length)
            source.add(offset + 4, length - 2)
        offset += 2 + length


def _add_scans(source: PictureBytes, offset: int, *, is_alone: bool) -> None:
    """Up to the end of the first picture: behind it lie second ones, films and whatever makers of phones add.

    To look for the end takes half as long as all else: where the file ends with one and tells of no second picture, it
    is that.
    """
    if is_alone and source.read(source.size - 2, 2) == _END:
        source.add(offset, source.size - 2 - offset)
    else:
        source.add_until(offset, _END)


def _add_png(source: PictureBytes) -> None:
    source.note("PNG")
    found = False
    for name, start, length in _chunks(source, 8, "big"):
        if name in (b"IHDR", b"PLTE", b"tRNS"):
            source.note(name, length)
        if name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT"):
            source.add(start, length)
        found |= name == b"IDAT"
        if name == b"IEND":
            break
    if not found:
        raise NotTellableError("no picture")


def _add_webp(source: PictureBytes) -> None:
    source.note("WebP")
    found = False
    for name, start, length in _chunks(source, 12, "little"):
        if name in (b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"):
            source.note(name, length)
            source.add(start, length)
            found = True
    if not found:
        raise NotTellableError("no picture")


def _chunks(source: PictureBytes, offset: int, kind: str) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and length of what each chunk holds: of PNG (big numbers, a sum behind) or RIFF (even lengths)."""
    while offset + 8 <= source.size:
        header = source.read(offset, 8)
        if kind == "big":
            length, name = int.from_bytes(header[:4], "big"), header[4:]
            behind = 4
        else:
            name, length = header[:4], int.from_bytes(header[4:], "little")
            behind = length % 2
        yield name, offset + 8, length
        offset += 8 + length + behind

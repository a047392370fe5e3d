"""The picture in a TIFF file: the strips or tiles of each page, with the tags that give them meaning (TIFF 6.0)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from gallery.images.picture_bytes import NotTellableError, PictureBytes

_MOST_PAGES: Final = 1000
_MOST_VALUES: Final = 1 << 20
_MEANING: Final = frozenset(
    # Width, height, bits, compression, photometry, order of bits, samples, rows of a strip, planes, T4, predictor,
    # colours, tiles, extra samples, format of samples, tables of JPEG, YCbCr.
    {256, 257, 258, 259, 262, 266, 277, 278, 284, 292, 317, 320, 322, 323, 338, 339, 347, 529, 530, 531, 532}
)
_DATA: Final = ((273, 279), (324, 325))
"""Where strips and tiles lie, and how long they are."""
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_NUMBERS: Final = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the file is written: the order of bytes, and whether it is of the kind for more than 4 GB."""

    order: str
    is_big: bool


@dataclass(frozen=True, slots=True)
class _Tag:
    kind: int
    values: bytes


def add_strips(source: PictureBytes) -> None:
    """Takes the strips and tiles of all pages into the hash. Raises NotTellableError."""
    start = source.read(0, 4)
    shape = _Shape("<" if start[:1] == b"I" else ">", b"+" in start)
    source.note("strips", shape.order)
    place, at = ("Q", 8) if shape.is_big else ("I", 4)
    [page] = struct.unpack(shape.order + place, source.read(at, struct.calcsize(place)))
    seen: set[int] = set()
    while page and len(seen) < _MOST_PAGES:
        if page in seen:
            raise NotTellableError("pages that come again")
        seen.add(page)
        tags, page = _page(source, shape, page)
        _add_page(source, shape, tags)
    if page or not seen:
        raise NotTellableError("too many pages, or none")


def _add_page(source: PictureBytes, shape: _Shape, tags: dict[int, _Tag]) -> None:
    found = False
    for number in sorted(tags.keys() & _MEANING):
        source.note(number, tags[number].kind, tags[number].values)
    for offsets, lengths in _DATA:
        if offsets not in tags or lengths not in tags:
            continue
        pairs = list(zip(_numbers(shape, tags[offsets]), _numbers(shape, tags[lengths]), strict=False))
        for offset, length in pairs:
            source.note(length)
            source.add(offset, length)
        found |= bool(pairs)
    if not found:
        raise NotTellableError("a page without a picture")


def _page(source: PictureBytes, shape: _Shape, offset: int) -> tuple[dict[int, _Tag], int]:
    """The tags of a page, and where the next one lies; 0 behind the last."""
    head, entry, place = (8, 20, "Q") if shape.is_big else (2, 12, "I")
    [count] = struct.unpack(shape.order + ("Q" if shape.is_big else "H"), source.read(offset, head))
    if count > 10_000:
        raise NotTellableError("too many tags")
    table = source.read(offset + head, count * entry)
    tags: dict[int, _Tag] = {}
    for start in range(0, len(table), entry):
        number, kind, many = struct.unpack_from(f"{shape.order}HH{place}", table, start)
        if number in _MEANING or any(number in pair for pair in _DATA):
            inline = table[start + entry - struct.calcsize(place) : start + entry]
            tags[number] = _Tag(kind, _values(source, shape, kind, many, inline))
    [following] = struct.unpack(shape.order + place, source.read(offset + head + count * entry, struct.calcsize(place)))
    return tags, following


def _values(source: PictureBytes, shape: _Shape, kind: int, many: int, inline: bytes) -> bytes:
    if kind not in _SIZES or many > _MOST_VALUES:
        raise NotTellableError("values of an unknown kind, or too many")
    length = many * _SIZES[kind]
    if length <= len(inline):
        return inline[:length]
    [offset] = struct.unpack(shape.order + ("Q" if shape.is_big else "I"), inline)
    return source.read(offset, length)


def _numbers(shape: _Shape, tag: _Tag) -> tuple[int, ...]:
    if tag.kind not in _NUMBERS:
        raise NotTellableError("no whole numbers")
    return struct.unpack(f"{shape.order}{len(tag.values) // _SIZES[tag.kind]}{_NUMBERS[tag.kind]}", tag.values)

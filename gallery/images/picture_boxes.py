"""The picture in a HEIC or AVIF file: the coded items with what decodes and turns them, without those of EXIF and XMP.

Items are what `iinf` lists, where their bytes lie tells `iloc`, what belongs to them `ipma` (ISO/IEC 23008-12). How the
picture is turned is a property of its item, `irot` and `imir`, in place of a tag: `turn_in_boxes` reads it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gallery.images.picture_bytes import NotTellableError, PictureBytes
from gallery.images.turns import both

_MOST_EXTENTS: Final = 100_000
_LONGEST_TABLE: Final = 1 << 20
"""In bytes: 65,535 items, far more than any photo has, need about as many."""
_WORDS: Final = frozenset({b"Exif", b"mime", b"uri "})
"""Items that speak of the picture."""
_PROPERTIES: Final = frozenset({b"hvcC", b"av1C", b"avcC", b"jpgC", b"ispe", b"clap", b"auxC"})
_TURNS: Final[Mapping[bytes, tuple[int, ...]]] = {b"irot": (1, 8, 3, 6), b"imir": (4, 2)}
"""By kind and value: quarters to the left; upside down in a mirror, and left to right in one."""


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int
    """Of what it holds."""
    end: int


@dataclass(frozen=True, slots=True)
class _Extent:
    """Bytes of an item, in the file or in the box `idat`."""

    method: int
    offset: int
    length: int


def add_boxes(source: PictureBytes) -> None:
    """Takes the picture's items into the hash, in the order of their numbers. Raises NotTellableError."""
    source.note("items")
    parts = _parts(source)
    kinds = {number: kind for number, kind in _kinds(source, parts[b"iinf"]) if kind not in _WORDS}
    extents = _extents(source, parts[b"iloc"])
    properties = _properties(source, parts[b"iprp"], _PROPERTIES) if b"iprp" in parts else {}
    if not kinds:
        raise NotTellableError("no picture")
    source.note(source.read(parts[b"pitm"].start, parts[b"pitm"].end - parts[b"pitm"].start))
    for number, kind in sorted(kinds.items()):
        source.note(number, kind, *properties.get(number, ()))
        for extent in extents.get(number, ()):
            _add(source, extent, parts.get(b"idat"))


def turn_in_boxes(source: PictureBytes) -> int:
    """How the picture is to be turned, as `gallery.images.turns` counts. Raises NotTellableError."""
    turn = 1
    for found in properties_in_boxes(source, frozenset(_TURNS)):
        kind, value = found[:4], found[4:5]
        turn = both(turn, _TURNS[kind][value[0] % len(_TURNS[kind])] if value else 1)
    return turn


def properties_in_boxes(source: PictureBytes, kinds: frozenset[bytes]) -> list[bytes]:
    """What is told of the picture in boxes of these kinds: kind and content, in its order. Raises NotTellableError."""
    parts = _parts(source)
    if b"iprp" not in parts:
        return []
    start = parts[b"pitm"].start
    number = source.number(start + 4, 2 if source.number(start, 1) == 0 else 4)
    return _properties(source, parts[b"iprp"], kinds).get(number, [])


def _parts(source: PictureBytes) -> Mapping[bytes, _Box]:
    """The boxes that tell of items, by their kinds."""
    meta = next((box for box in _boxes(source, 0, source.size) if box.kind == b"meta"), None)
    if meta is None:
        raise NotTellableError("no items")
    parts = {box.kind: box for box in _boxes(source, meta.start + 4, meta.end)}
    if not {b"iinf", b"iloc", b"pitm"} <= parts.keys():
        raise NotTellableError("no items")
    return parts


def _add(source: PictureBytes, extent: _Extent, idat: _Box | None) -> None:
    if extent.method == 0:
        source.note(extent.length)
        source.add(extent.offset, extent.length)
    elif extent.method == 1 and idat is not None and extent.offset + extent.length <= idat.end - idat.start:
        source.note(extent.length)
        source.add(idat.start + extent.offset, extent.length)
    else:
        raise NotTellableError("an item made of others")


def _boxes(source: PictureBytes, offset: int, end: int) -> Iterator[_Box]:
    while offset + 8 <= end:
        size, kind, header = source.number(offset, 4), source.read(offset + 4, 4), 8
        if size == 1:
            size, header = source.number(offset + 8, 8), 16
        elif size == 0:
            size = end - offset
        if size < header or offset + size > end:
            raise NotTellableError("a box longer than what it lies in")
        yield _Box(kind, offset + header, offset + size)
        offset += size


class _Reader:
    """Numbers one after the other, within a box."""

    def __init__(self, source: PictureBytes, box: _Box) -> None:
        if box.end - box.start > _LONGEST_TABLE:
            raise NotTellableError("a table longer than any photo needs")
        self._bytes, self._place = source.read(box.start, box.end - box.start), 0

    def number(self, length: int) -> int:
        return int.from_bytes(self.bytes(length), "big")

    def bytes(self, length: int) -> bytes:
        found = self._bytes[self._place : self._place + length]
        if len(found) != length:
            raise NotTellableError("a box that is too short")
        self._place += length
        return found


def _kinds(source: PictureBytes, iinf: _Box) -> Iterator[tuple[int, bytes]]:
    """The items that are listed: number and kind."""
    first = iinf.start + (6 if source.number(iinf.start, 1) == 0 else 8)
    for box in _boxes(source, first, iinf.end):
        entry = _Reader(source, box)
        version = entry.number(4) >> 24
        if box.kind != b"infe" or version not in (2, 3):
            raise NotTellableError("items of an old kind")
        number = entry.number(2 if version == 2 else 4)
        entry.number(2)
        yield number, entry.bytes(4)


def _extents(source: PictureBytes, iloc: _Box) -> Mapping[int, list[_Extent]]:
    table = _Reader(source, iloc)
    version = table.number(4) >> 24
    sizes = table.number(2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    found: defaultdict[int, list[_Extent]] = defaultdict(list)
    many = 0
    for _ in range(table.number(4 if version == 2 else 2)):
        number = table.number(4 if version == 2 else 2)
        method = table.number(2) & 15 if version else 0
        table.number(2)
        base = table.number(base_size)
        for _ in range(table.number(2)):
            table.number(index_size)
            offset = table.number(offset_size)
            found[number].append(_Extent(method, base + offset, table.number(length_size)))
            many += 1
            if many > _MOST_EXTENTS:
                raise NotTellableError("too many pieces")
    return found


def _properties(source: PictureBytes, iprp: _Box, wanted: frozenset[bytes]) -> Mapping[int, list[bytes]]:
    """What belongs to each item, of these kinds: kind and content, in the order in which it is to be done."""
    parts = list(_boxes(source, iprp.start, iprp.end))
    known = [box for part in parts if part.kind == b"ipco" for box in _boxes(source, part.start, part.end)]
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    for part in parts:
        if part.kind != b"ipma":
            continue
        table = _Reader(source, part)
        head = table.number(4)
        for _ in range(table.number(4)):
            number = table.number(4 if head >> 24 else 2)
            for _ in range(table.number(1)):
                index = table.number(2) & 0x7FFF if head & 1 else table.number(1) & 0x7F
                if 0 < index <= len(known) and known[index - 1].kind in wanted:
                    box = known[index - 1]
                    found[number].append(box.kind + source.read(box.start, box.end - box.start))
    return found

"""Pictures all of whose pixels are there, and whose file has something odd beside them: read from a copy in memory.

The file itself stays as it is. What is left out of the copy is said; nothing is put into it but a JPEG's end marker,
and that only where the picture is proven to be whole (`jpeg_end`; of PNGs `png_end` proves it).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
_MOST_UNPACKED: Final = 1_000_000
"""Bytes of a text or profile; Pillow refuses a picture that has more, for a kilobyte may unpack to a gigabyte."""
_KEPT_CHUNKS: Final = frozenset({b"tRNS", b"eXIf", b"iCCP"})
"""Side chunks that change what is seen or known."""

_JPEG_HEAD: Final = b"\xff\xd8"
_SHORTEST: Final = ((0xE0, b"JFIF", 14), (0xEE, b"Adobe", 12), (0xE2, b"ICC_PROFILE", 14))
"""Of side segments: marker, name, and how many bytes they have at least."""
_KEPT_SEGMENTS: Final = (b"Exif\0", b"http://ns.adobe.com/xap/", b"Adobe", b"ICC_PROFILE\0")
_SCAN: Final = 0xDA
_SIDE: Final = range(0xE0, 0xF0)


@dataclass(frozen=True, slots=True)
class Repaired:
    """The bytes of a file without what kept it from being read, and what that was."""

    content: bytes
    odd: str


def without_sides(content: bytes) -> Iterator[Repaired]:
    """Copies of a JPEG or PNG that lack parts beside the picture: first the faulty ones, then all but a few."""
    for head, parts, names in ((_PNG_HEAD, _chunks, _CHUNK_FAULTS), (_JPEG_HEAD, _segments, _SEGMENT_FAULTS)):
        if not content.startswith(head):
            continue
        pieces = list(parts(content))
        for fault in names:
            odd = list(dict.fromkeys(told for piece in pieces if (told := fault(piece))))
            if odd:
                yield Repaired(head + b"".join(piece.all for piece in pieces if not fault(piece)), "; ".join(odd))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A chunk of a PNG, a segment of a JPEG, or with an empty name all that follows those."""

    name: bytes
    content: bytes
    all: bytes
    is_whole: bool = True


def _chunks(content: bytes) -> Iterator[_Piece]:
    at = len(_PNG_HEAD)
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if end > len(content):
            break
        name, checksum = content[at + 4 : at + 8], int.from_bytes(content[end - 4 : end], "big")
        if name == b"IEND":
            yield _Piece(name, b"", content[at:])
            return
        is_whole = zlib.crc32(content[at + 4 : end - 4]) == checksum
        yield _Piece(name, content[at + 8 : end - 4], content[at:end], is_whole)
        at = end
    yield _Piece(b"", b"", content[at:])


def _chunk_fault(piece: _Piece) -> str:
    if not piece.name and piece.all:
        return "what follows the picture is cut off"  # rows that were in there will lack
    if not _is_beside(piece):
        return ""
    if not piece.is_whole:
        return f"its part {_told(piece.name)} is damaged and was left out"
    return f"its part {_told(piece.name)} is larger than 1 MB and was left out" if _unpacks_to_much(piece) else ""


def _spare_chunk(piece: _Piece) -> str:
    is_kept = piece.name in _KEPT_CHUNKS and piece.content
    if not _is_beside(piece) or (is_kept and not _chunk_fault(piece)):
        return _chunk_fault(piece)
    return f"its part {_told(piece.name)} was left out"


def _told(name: bytes) -> str:
    return name.decode("ascii") if name.isalpha() else "without a name"


def _is_beside(piece: _Piece) -> bool:
    return bool(piece.name) and bool(piece.name[0] & 0x20)


def _unpacks_to_much(piece: _Piece) -> bool:
    packed = piece.content
    if piece.name in (b"zTXt", b"iCCP"):
        _, _, packed = packed.partition(b"\0")
        packed = packed[1:]
    elif piece.name == b"iTXt":
        _, _, packed = packed.partition(b"\0")
        if packed[:1] != b"\1":
            return False
        packed = packed[2:].partition(b"\0")[2].partition(b"\0")[2]
    else:
        return False
    unpacking = zlib.decompressobj()
    try:
        return len(unpacking.decompress(packed, _MOST_UNPACKED)) >= _MOST_UNPACKED
    except zlib.error:
        return True


def _segments(content: bytes) -> Iterator[_Piece]:
    at = len(_JPEG_HEAD)
    while content[at : at + 1] == b"\xff" and at + 4 <= len(content) and content[at + 1] != _SCAN:
        if content[at + 1] == 0xFF:  # filling
            at += 1
            continue
        end = at + 2 + max(2, int.from_bytes(content[at + 2 : at + 4], "big"))
        yield _Piece(content[at + 1 : at + 2], content[at + 4 : end], content[at:end])
        at = end
    yield _Piece(b"", b"", content[at:])


def _segment_fault(piece: _Piece) -> str:
    for marker, name, least in _SHORTEST:
        if piece.name == bytes([marker]) and piece.content.startswith(name) and len(piece.content) < least:
            return f"its part {name.decode()} is too short and was left out"
    return ""


def _spare_segment(piece: _Piece) -> str:
    if not piece.name or piece.name[0] not in _SIDE:
        return ""
    if piece.content.startswith(_KEPT_SEGMENTS) and not _segment_fault(piece):
        return ""
    return f"its part APP{piece.name[0] - 0xE0} was left out"


_Fault = Callable[[_Piece], str]
_CHUNK_FAULTS: Final[tuple[_Fault, ...]] = (_chunk_fault, _spare_chunk)
_SEGMENT_FAULTS: Final[tuple[_Fault, ...]] = (_segment_fault, _spare_segment)

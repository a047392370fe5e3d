"""What a file's EXIF says, read entry by entry: a damaged one costs itself alone.

Pillow gives up at the first entry whose value lies outside its block, and knows only the first block of a JPEG. Layout
as in TIFF 6.0 and BigTIFF; Exif 2.32 (CIPA DC-008) puts such a file into every other format. Files come from
strangers: nothing is trusted, and nothing raised.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import IO, Any, Final

from PIL import ExifTags, Image, ImageFile
from PIL.TiffImagePlugin import IFDRational

_MOST_ENTRIES: Final = 1000
_LONGEST_VALUE: Final = 4096
"""Bytes; longer are notes of makers and thumbnails, which nobody here reads."""
_LONGER: Final = {ExifTags.Base.XPKeywords: 65_536}

_TEXT, _BYTES, _RATIONALS = 2, (1, 7), (5, 10)
_NUMBERS: Final = {3: "H", 4: "L", 5: "L", 6: "b", 8: "h", 9: "l", 10: "l", 11: "f", 12: "d", 13: "L", 16: "Q", 17: "q"}
_SIZES: Final = {_TEXT: 1, 1: 1, 7: 1} | {kind: struct.calcsize(f"={code}") for kind, code in _NUMBERS.items()}

_IFD = ExifTags.IFD
_Base = ExifTags.Base
_BY_CAMERAS: Final = (_Base.Make, _Base.Model, _Base.DateTimeOriginal, _Base.ExposureTime)

_PREFIX: Final = b"Exif\0\0"
_HEADS: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_ORIENTATION_IN_XMP: Final = re.compile(rb'tiff:Orientation(?:="|>)([1-8])')

_Tags = dict[int, Any]


@dataclass(slots=True)
class _Told:
    """The tags of one block, or of several together."""

    main: _Tags = field(default_factory=dict)
    exif: _Tags = field(default_factory=dict)
    gps: _Tags = field(default_factory=dict)


def exif_of(image: ImageFile.ImageFile, file: IO[bytes] | None = None) -> Image.Exif:
    """What the file says of itself; of PNG all of it is known only once the picture is loaded.

    Several blocks are merged: what the camera wrote comes first, and how to turn the picture is told by the first one,
    as in viewers. `file` is the open file, of which TIFF needs it.
    """
    blocks = [file or image.fp] if image.format == "TIFF" else map(BytesIO, _blocks(image))
    told = [_told(block) for block in blocks if block is not None]
    merged = _merged(sorted(told, key=_by_camera, reverse=True))
    merged.main[_Base.Orientation] = _orientation(image, told)
    exif = Image.Exif()
    for tag, value in merged.main.items():
        exif[tag] = value
    exif.get_ifd(_IFD.Exif).update(merged.exif)
    exif.get_ifd(_IFD.GPSInfo).update(merged.gps)
    return exif


def orientation_of(image: ImageFile.ImageFile, exif: Image.Exif) -> int:
    """1 to 8 as EXIF has it; other numbers mean 1."""
    if image.format == "HEIF":  # libheif has turned it; no need to trust that pillow-heif reset the tag
        return 1
    return _turn(exif.get(_Base.Orientation)) or 1


def tells_orientation(image: ImageFile.ImageFile, exif: Image.Exif | None = None) -> bool:
    """Whether the file says how the picture lies, be it that nothing is to be turned; HEIC and AVIF always do.

    A TIFF is asked without its EXIF, before it is loaded: Pillow then takes the tag out.
    """
    if image.format in ("AVIF", "HEIF"):
        return True
    return _turn((exif or _by_pillow(image)).get(_Base.Orientation)) is not None


def _turn(value: object) -> int | None:
    return value if isinstance(value, int) and 1 <= value <= 8 else None


def _orientation(image: ImageFile.ImageFile, told: Iterable[_Told]) -> int | None:
    if image.format == "TIFF":  # Pillow takes it out once it has turned the pixels
        return _turn(_by_pillow(image).get(_Base.Orientation))
    tags = [one.main[_Base.Orientation] for one in told if _Base.Orientation in one.main]
    if tags:
        return next(filter(None, map(_turn, tags)), None)
    if image.format in ("AVIF", "HEIF"):  # these containers say themselves how to turn the picture
        return None
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    found = _ORIENTATION_IN_XMP.search(xmp.encode(errors="replace") if isinstance(xmp, str) else bytes(xmp))
    return int(found[1]) if found else None


def _by_pillow(image: ImageFile.ImageFile) -> Image.Exif:
    try:
        return image.getexif()
    except Exception:  # damaged EXIF makes Pillow raise a dozen kinds of errors
        return Image.Exif()


def _by_camera(told: _Told) -> int:
    return sum(tag in told.main or tag in told.exif for tag in _BY_CAMERAS)


def _merged(told: Iterable[_Told]) -> _Told:
    """The first value of each tag; a place is all of one block."""
    merged = _Told()
    for one in told:
        merged.main = one.main | merged.main
        merged.exif = one.exif | merged.exif
        has_place = ExifTags.GPS.GPSLatitude in one.gps and ExifTags.GPS.GPSLatitude not in merged.gps
        merged.gps = one.gps if has_place else merged.gps or one.gps
    return merged


def _blocks(image: ImageFile.ImageFile) -> Iterator[bytes]:
    """Each a whole TIFF file, in their order."""
    parts = [part[len(_PREFIX) :] for name, part in getattr(image, "applist", ()) if _is_exif(name, part)]
    if not parts:
        whole = image.info.get("exif")
        parts = [bytes(whole)] if isinstance(whole, bytes | bytearray) else []
        parts += _raw_profiles(image)
    joined: list[bytes] = []
    for part in map(_without_prefix, parts):
        if joined and not part.startswith(_HEADS):  # a block longer than a segment goes on in the next
            joined[-1] += part
        else:
            joined.append(part)
    yield from joined


def _is_exif(name: str, part: bytes) -> bool:
    return name == "APP1" and part.startswith(_PREFIX)


def _without_prefix(part: bytes) -> bytes:
    while part.startswith(_PREFIX):
        part = part[len(_PREFIX) :]
    return part


def _raw_profiles(image: ImageFile.ImageFile) -> Iterator[bytes]:
    """What ImageMagick and others put into texts of a PNG: a name, a length, and hexadecimal digits."""
    for key, text in image.info.items():
        if str(key).casefold() in ("raw profile type exif", "raw profile type app1") and isinstance(text, str):
            digits = re.match(r"(?:[0-9a-fA-F]{2})*", "".join(text.split()[2:]))
            block = bytes.fromhex(digits[0]) if digits else b""
            if block.startswith((_PREFIX, *_HEADS)):  # app1 may be XMP
                yield block


def _told(block: IO[bytes]) -> _Told:
    reader = _Reader(block)
    main = reader.directory(reader.first)
    exif, gps = (reader.directory(main.pop(pointer, None)) for pointer in (_IFD.Exif, _IFD.GPSInfo))
    exif.pop(_IFD.Interop, None)
    return _Told(main, exif, gps)


class _Reader:
    """The directories of a TIFF file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = file.seek(0, 2)
        head = self._read(0, 16)
        self._order = ">" if head.startswith(b"MM") else "<"
        self._is_big = head[2:4] in (b"+\0", b"\0+")
        self._count, self._entry, self._offset = ("Q", "HHQ8s", "Q") if self._is_big else ("H", "HHL4s", "L")
        self.first = self._unpacked(self._offset, head[8:16] if self._is_big else head[4:8])
        if not head.startswith(_HEADS):
            self.first = None

    def directory(self, offset: object) -> _Tags:
        """The tags that can be read there; none where there is no directory."""
        count = self._number(self._count, offset)
        if count is None or not isinstance(offset, int):
            return {}
        width = struct.calcsize(f"={self._entry}")
        entries = self._read(offset + struct.calcsize(f"={self._count}"), width * min(count, _MOST_ENTRIES))
        found: _Tags = {}
        for start in range(0, len(entries) - width + 1, width):
            tag, kind, amount, raw = struct.unpack_from(self._order + self._entry, entries, start)
            value = self._value(kind, amount, raw, _LONGER.get(tag, _LONGEST_VALUE))
            if value is not None and tag not in found:
                found[tag] = value
        return found

    def _value(self, kind: int, amount: int, raw: bytes, longest: int) -> Any:
        """None for what lies outside the file, or is of a type that there isn't."""
        size = _SIZES.get(kind, 0) * amount * (2 if kind in _RATIONALS else 1)
        if not 0 < size <= longest:
            return None
        content = raw[:size] if size <= len(raw) else self._read(self._unpacked(self._offset, raw), size)
        return self._decoded(kind, content) if len(content) == size else None

    def _decoded(self, kind: int, content: bytes) -> Any:
        if kind == _TEXT:
            return content.decode("latin-1")
        if kind in _BYTES:
            return content
        code = _NUMBERS[kind]
        numbers = struct.unpack(f"{self._order}{len(content) // _SIZES[kind]}{code}", content)
        if kind in _RATIONALS:
            numbers = tuple(map(IFDRational, numbers[::2], numbers[1::2]))
        return numbers[0] if len(numbers) == 1 else numbers

    def _number(self, code: str, offset: object) -> int | None:
        return self._unpacked(code, self._read(offset, struct.calcsize(f"={code}")))

    def _unpacked(self, code: str, content: bytes) -> int | None:
        if len(content) != struct.calcsize(f"={code}"):
            return None
        number: int = struct.unpack(self._order + code, content)[0]
        return number

    def _read(self, offset: object, length: int) -> bytes:
        """As many of these bytes as there are."""
        if not isinstance(offset, int) or not 0 <= offset < self._size:
            return b""
        self._file.seek(offset)
        return self._file.read(length)

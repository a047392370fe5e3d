"""A zip file that is sent while it is made, and is nowhere as a whole: its pieces, one after the other.

Nothing is compressed. Sizes and checksums stand before each file rather than behind it: programs that unpack what they
are sent as it comes don't find the end of a file otherwise. `zipfile` writes so only where it can go back.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final
from zipfile import ZIP64_LIMIT, ZipInfo

_CENTRAL: Final = struct.Struct("<4s4B4H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = struct.Struct("<4sLQL")
_IN_UTF8: Final = 0x800
_VERSION, _VERSION64 = 20, 45
_MOST16, _MOST32 = 0xFFFF, 0xFFFFFFFF


class ZipStream:
    """Gives what stands before each file, and behind all of them; what is in the files is for others to send."""

    def __init__(self) -> None:
        self._listed: list[bytes] = []
        self._offset = 0

    def begin(self, entry: ZipInfo) -> bytes:
        """What stands before a file, of which `file_size` and `CRC` are known: just so many bytes must follow."""
        entry.compress_size = entry.file_size
        header = entry.FileHeader(zip64=entry.file_size > ZIP64_LIMIT)
        self._listed.append(_listed(entry, self._offset))
        self._offset += len(header) + entry.file_size
        return header

    def end(self) -> Iterator[bytes]:
        """What stands behind the last file."""
        start, count, size = self._offset, len(self._listed), sum(map(len, self._listed))
        yield from self._listed
        if count > _MOST16 or start > ZIP64_LIMIT or size > ZIP64_LIMIT:
            # 44: the length of the rest of this record.
            yield _END64.pack(b"PK\x06\x06", 44, _VERSION64, _VERSION64, 0, 0, count, count, size, start)
            yield _LOCATOR.pack(b"PK\x06\x07", 0, start + size, 1)
        few, small, near = min(count, _MOST16), min(size, _MOST32), min(start, _MOST32)
        yield _END.pack(b"PK\x05\x06", 0, 0, few, few, small, near, 0)


def _listed(entry: ZipInfo, offset: int) -> bytes:
    """What the list of contents tells of a file."""
    name, flags = _encoded(entry.filename)
    sizes = [entry.file_size, entry.compress_size]
    wide = [*(sizes if entry.file_size > ZIP64_LIMIT else []), *([offset] if offset > ZIP64_LIMIT else [])]
    extra = entry.extra + (struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b"")
    version = _VERSION64 if wide else _VERSION
    year, month, day, hour, minute, second = entry.date_time
    date, time = (year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2
    if entry.file_size > ZIP64_LIMIT:
        sizes = [_MOST32, _MOST32]
    return (
        _CENTRAL.pack(
            *(b"PK\x01\x02", version, entry.create_system, version, 0, flags, entry.compress_type, time, date),
            *(entry.CRC, *sizes, len(name), len(extra), 0, 0, entry.internal_attr, entry.external_attr),
            min(offset, _MOST32) if offset <= ZIP64_LIMIT else _MOST32,
        )
        + name
        + extra
    )


def _encoded(name: str) -> tuple[bytes, int]:
    """As `ZipInfo.FileHeader` has it."""
    try:
        return name.encode("ascii"), 0
    except UnicodeEncodeError:
        return name.encode("utf-8"), _IN_UTF8

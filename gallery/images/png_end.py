"""PNGs that don't end as they should: whether all of the picture is there.

A decoder stops once it has all rows, whatever they were made of, such as the zeros of a copy that was never finished.
The checksum at the end of the packed rows proves them right (RFC 1950).
"""

from __future__ import annotations

import os
import zlib
from typing import BinaryIO, Final

from gallery.images.effort import HUGE_FILE_BYTES

_END: Final = b"\0\0\0\0IEND\xaeB`\x82"
_FIRST_CHUNK: Final = 8
_PIECE_BYTES: Final = 1 << 20


def lacks_rows(file: BinaryIO) -> bool:
    """Whether rows of a PNG are missing or wrong; nearly all files are told by their last bytes."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - len(_END)))
    if file.read() == _END or size > HUGE_FILE_BYTES:
        return False
    file.seek(0)
    content, at, unpacking = file.read(), _FIRST_CHUNK, zlib.decompressobj()
    while at + 8 < len(content):
        end = at + 8 + int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] == b"IDAT" and not _unpacks(content[at + 8 : end], unpacking):
            return True
        at = end + 4
    return not unpacking.eof


def _unpacks(packed: bytes, unpacking: zlib._Decompress) -> bool:
    try:
        while packed and not unpacking.eof:
            unpacking.decompress(packed, _PIECE_BYTES)
            packed = unpacking.unconsumed_tail
    except zlib.error:
        return False
    return True

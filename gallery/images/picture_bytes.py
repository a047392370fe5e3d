"""A file's picture part by part: reads that are checked against its end, and one hash over what counts."""

from __future__ import annotations

import hashlib
import re
from typing import BinaryIO, Final

_AT_ONCE: Final = 1 << 20
_MOST_READS: Final = 400_000
"""A photo of 100 megapixels as PNG has some 50,000 chunks."""
_SPARE: Final = 1 << 22
"""Bytes that may be read besides twice as many as the file has: tables are small, and few of them are read again."""


class NotTellableError(ValueError):
    """The file isn't built as its format says, or asks for more than a picture may."""


class PictureBytes:
    """An open file, and the hash of those of its bytes that make the picture.

    A stranger's file may name the same bytes a thousand times over: how much is read in all is bounded by its size.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, 2)
        self._bytes_left, self._reads_left = 2 * self.size + _SPARE, _MOST_READS
        self._hash = hashlib.sha256()

    def read(self, offset: int, length: int) -> bytes:
        """Exactly these bytes; NotTellableError where the file hasn't so many."""
        if length < 0 or offset < 0 or offset + length > self.size:
            raise NotTellableError(f"{length} bytes at {offset} of {self.size}")
        self._bytes_left -= length
        self._reads_left -= 1
        if self._bytes_left < 0 or self._reads_left < 0:
            raise NotTellableError("the same bytes are named again and again")
        self._file.seek(offset)
        found = self._file.read(length)
        if len(found) != length:
            raise NotTellableError("the file became shorter")
        return found

    def number(self, offset: int, length: int) -> int:
        """An unsigned number, its great end first."""
        return int.from_bytes(self.read(offset, length), "big")

    def note(self, *values: object) -> None:
        """Takes values into the hash, told apart from all that stands before and after."""
        for value in values:
            text = value if isinstance(value, bytes) else repr(value).encode()
            self._hash.update(b"%d:" % len(text) + text)

    def add(self, offset: int, length: int) -> None:
        """Takes these bytes of the file into the hash, whatever pieces they come in."""
        for start in range(offset, offset + length, _AT_ONCE):
            self._hash.update(self.read(start, min(_AT_ONCE, offset + length - start)))

    def add_until(self, offset: int, mark: bytes) -> None:
        """Takes what lies from here to the next such two bytes into the hash, or else to the end."""
        wanted = re.compile(re.escape(mark))  # three times as fast as bytes.find
        while some := self.read(offset, min(_AT_ONCE, self.size - offset)):
            found = wanted.search(some)
            # The mark may lie across two reads: its first byte waits for the next one.
            is_split = not found and some.endswith(mark[:1]) and offset + len(some) < self.size
            end = found.start() if found else len(some) - is_split
            self._hash.update(some[:end])
            if found:
                return
            offset += end

    def digest(self) -> str:
        """32 hexadecimal digits."""
        return self._hash.hexdigest()[:32]

"""Photos as a zip file that is sent while it is made: it takes no room on the disk, however many they are."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from time import localtime
from typing import Final
from zipfile import ZipInfo

from gallery.errors import ExportError
from gallery.export.archive import entry_of, in_utf8
from gallery.export.files import explained
from gallery.export.naming import CHANGED, missing, name_photos
from gallery.export.safe_names import name_key
from gallery.export.sidecars import Sidecars, sidecar_names
from gallery.export.template import BY_STEM
from gallery.export.zip_stream import ZipStream
from gallery.records import PhotoRecord

LEFT_OUT: Final = "left out.txt"
"""The file in the archive that names the photos which aren't in it."""

_CHUNK_BYTES: Final = 1 << 20
_WHILE_SENT: Final = "changed while it was sent; what is in the archive of it is worthless"


@dataclass(slots=True)
class LeftOut:
    """What is missing from an archive, by path or only by name, with reasons or without."""

    with_paths: bool = True
    with_reasons: bool = True
    lines: list[str] = field(default_factory=list)

    def add(self, path: str, reason: str) -> None:
        """Notes a photo."""
        name = path if self.with_paths else Path(path).name
        self.lines.append(f"{name}: {reason}" if self.with_reasons else name)

    def text(self) -> bytes:
        """What stands in the archive."""
        head = f"{len(self.lines)} of the photos aren't in here, for they can't be read, or aren't what they were:"
        return "\n".join([head, "", *self.lines, ""]).encode(errors="replace")


def stream_archive(photos: Iterable[PhotoRecord], *, for_guests: bool = False) -> Generator[bytes, None, None]:
    """The pieces of a zip file with the photos as they are, and their sidecars.

    Names are those of `write_archive`. Each file is read twice, first for what it hashes to: what is gone or isn't what
    was indexed is left out, and told in the file `LEFT_OUT` at the end. What changes after that can't be taken back:
    its checksum is wrong, and it is told, too. Guests get no sidecars, which say what they aren't shown, and no paths.

    Raises ExportError before the first piece where none of the photos can be had.
    """
    left_out = LeftOut(with_paths=not for_guests, with_reasons=not for_guests)
    return _Archive(left_out, None if for_guests else Sidecars()).pieces(photos)


def text_entry(zipped: ZipStream, name: str, content: bytes) -> Iterator[bytes]:
    """The pieces of a file that isn't on the disk."""
    entry = ZipInfo(name, localtime()[:6])
    entry.file_size, entry.CRC = len(content), zlib.crc32(content)
    entry.external_attr = 0o100644 << 16
    yield zipped.begin(entry)
    yield content


@dataclass(slots=True)
class _Archive:
    """`taken` are the keys of the names in it."""

    left_out: LeftOut
    sidecars: Sidecars | None
    zipped: ZipStream = field(default_factory=ZipStream)
    taken: set[str] = field(default_factory=set)

    def pieces(self, photos: Iterable[PhotoRecord]) -> Generator[bytes, None, None]:
        self.taken.add(name_key(LEFT_OUT))
        begun = False
        for photo in photos:
            for piece in self._photo(photo):
                begun = True
                yield piece
        if not begun:
            raise ExportError(Path("zip"), "none of the photos can be read")
        if self.left_out.lines:
            yield from text_entry(self.zipped, LEFT_OUT, self.left_out.text())
        yield from self.zipped.end()

    def _photo(self, photo: PhotoRecord) -> Iterator[bytes]:
        [item] = name_photos([photo], BY_STEM, "")
        reason = missing(photo).reason or ""
        for source in item.sources:
            try:
                with _checked(source, photo.hash_of(str(source))) as file:
                    name = self._name(item.names)
                    yield from self._sent(file, name)
            except _UnusableError as error:
                reason = str(error)
                continue
            yield from self._beside(source, name)
            return
        self.left_out.add(photo.path, reason)

    def _name(self, names: Sequence[str]) -> str:
        name = next((name for name in map(in_utf8, names) if name_key(name) not in self.taken), None)
        if name is None:
            raise _UnusableError(f"different files called {' and '.join(names)} are in the archive already")
        self.taken.add(name_key(name))
        return name

    def _beside(self, source: Path, name: str) -> Iterator[bytes]:
        """The sidecars of a photo that is in the archive by this name."""
        for sidecar in [] if self.sidecars is None else self.sidecars.of(source):
            try:
                with _checked(sidecar, None) as file:
                    yield from self._sent(file, self._name(sidecar_names(sidecar, source, name)))
            except _UnusableError as error:
                self.left_out.add(str(sidecar), str(error))

    def _sent(self, checked: _Checked, name: str) -> Iterator[bytes]:
        entry = entry_of(name, checked.info)
        entry.file_size, entry.CRC = checked.size, checked.checksum
        yield self.zipped.begin(entry)
        left, checksum = checked.size, 0
        while left and (piece := _read(checked.file, min(_CHUNK_BYTES, left))):
            left, checksum = left - len(piece), zlib.crc32(piece, checksum)
            yield piece
        if left or checksum != checked.checksum:
            self.left_out.add(str(checked.path), _WHILE_SENT)
        # As many bytes as were announced, or nothing behind them would be found.
        for start in range(0, left, _CHUNK_BYTES):
            yield bytes(min(_CHUNK_BYTES, left - start))


class _UnusableError(Exception):
    """Why a file can't be in the archive."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file that was read once, and is open at its beginning."""

    path: Path
    file: BufferedReader
    info: os.stat_result
    size: int
    checksum: int


@contextmanager
def _checked(path: Path, digest: str | None) -> Iterator[_Checked]:
    """Raises _UnusableError for a file that can't be read, or hashes to something else than `digest`."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise _UnusableError(explained(error)) from None
    with file:
        try:
            hasher, size, checksum = hashlib.sha256(), 0, 0
            while piece := file.read(_CHUNK_BYTES):
                hasher.update(piece)
                size, checksum = size + len(piece), zlib.crc32(piece, checksum)
            file.seek(0)
            checked = _Checked(path, file, os.fstat(file.fileno()), size, checksum)
        except OSError as error:
            raise _UnusableError(explained(error)) from None
        if digest not in (None, hasher.hexdigest()):
            raise _UnusableError(CHANGED)
        yield checked


def _read(file: BufferedReader, size: int) -> bytes:
    """Nothing where it can't be read any more."""
    try:
        return file.read(size)
    except OSError:
        return b""

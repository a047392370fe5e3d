"""Photos as one zip file."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import struct
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from gallery.errors import ExportError
from gallery.export.files import cannot_be_written, check_new, explained
from gallery.export.naming import CHANGED, NamedPhoto, missing, name_photos
from gallery.export.results import ExportAction, ExportResult, Kind
from gallery.export.safe_names import name_key
from gallery.export.sidecars import Sidecars, sidecar_names
from gallery.export.template import BY_STEM, NameTemplate
from gallery.records import PhotoRecord
from gallery.system.files import new_file, reveal
from gallery.system.unix import lock_now

_CHUNK_BYTES: Final = 1 << 20
_IN_MEMORY_BYTES: Final = 64 << 20
_DOS_YEARS: Final = (1980, 2107)
_UNIX: Final = 3
"""In a zip file: permissions are meant as on Unix."""


def write_archive(
    photos: Sequence[PhotoRecord], dest: Path, *, name: NameTemplate = BY_STEM, album: str = "", dry_run: bool = False
) -> Iterator[ExportResult]:
    """Packs each photo and its sidecars into the new zip file `dest`; yields a result per file, in order.

    Names are those of `export_photos`, in UTF-8; bytes that are no UTF-8 become `_`. Nothing is compressed, for photos
    don't shrink. Times are kept to the second. The file has its name only when it is complete: until then, and after a
    kill, what there is of it lies beside under a hidden name, which the next run clears. A photo that can't be read, or
    is no longer what was indexed, is left out.

    Raises ExportError where `dest` exists or can't be written, before the first result as a rule; while it goes on, on
    a full disk, and where another export is making the same file.
    """
    check_new(dest)
    archive = _Archive(dest, dry_run)
    return archive.pack(name_photos(photos, name, album))


@dataclass(slots=True)
class _Archive:
    """`taken` are the keys of the names in it."""

    dest: Path
    dry_run: bool
    taken: set[str] = field(default_factory=set)
    sidecars: Sidecars = field(default_factory=Sidecars)

    def pack(self, items: Sequence[NamedPhoto]) -> Iterator[ExportResult]:
        if self.dry_run:
            yield from self._packed(items, None)
            return
        # Named after the archive: what a killed run left is found again, and no other export's file is taken for it.
        digest = hashlib.sha256(bytes(self.dest.absolute())).hexdigest()[:16]
        unfinished = self.dest.with_name(f".gallery-zip-{digest}.part")
        begun = False
        try:
            _clear(unfinished, self.dest)
            with new_file(unfinished) as file:
                begun = lock_now(file.fileno())
                with ZipFile(file, "w", ZIP_STORED) as archive:
                    yield from self._packed(items, archive)
                file.flush()
                os.fsync(file.fileno())
                reveal(unfinished, self.dest)
        except OSError as error:
            raise cannot_be_written(self.dest, error) from None
        finally:
            if begun:
                with contextlib.suppress(OSError):
                    unfinished.unlink(missing_ok=True)

    def _packed(self, items: Sequence[NamedPhoto], archive: ZipFile | None) -> Iterator[ExportResult]:
        for item in items:
            result, source, name = missing(item.photo), None, ""
            for source in item.sources:
                result, name = self._file(source, item.names, archive, item.photo.hash_of(str(source)))
                if result.action is not ExportAction.FAILED:
                    break
            yield result
            if source is not None and name:
                for sidecar in self.sidecars.of(source):
                    told, _ = self._file(sidecar, sidecar_names(sidecar, source, name), archive, None)
                    yield replace(told, kind=Kind.SIDECAR)

    def _file(
        self, source: Path, names: Sequence[str], archive: ZipFile | None, digest: str | None
    ) -> tuple[ExportResult, str]:
        """The result and the name in the archive, empty where it isn't in it. `digest` is what it must hash to."""
        name = next((name for name in map(in_utf8, names) if name_key(name) not in self.taken), None)
        if name is None:
            return _failed(source, f"different files called {' and '.join(names)} are in the archive already")
        with SpooledTemporaryFile(_IN_MEMORY_BYTES) as spool:
            try:
                info, found = _read(source, name, spool)
            except OSError as error:
                return _failed(source, explained(error))
            if digest not in (None, found):
                return _failed(source, CHANGED)
            if archive is not None:
                spool.seek(0)
                with archive.open(info, "w") as writer:
                    shutil.copyfileobj(spool, writer, _CHUNK_BYTES)
        self.taken.add(name_key(name))
        return ExportResult(str(source), str(self.dest / name), ExportAction.COPIED), name


def _clear(unfinished: Path, dest: Path) -> None:
    """Removes what a killed run left. Raises ExportError where another one is at it just now."""
    with contextlib.suppress(FileNotFoundError), unfinished.open("rb") as file:
        if not lock_now(file.fileno()):
            raise ExportError(dest, "another export is making this file; name another, or wait for it to end")
        unfinished.unlink(missing_ok=True)


def _failed(source: Path, reason: str) -> tuple[ExportResult, str]:
    return ExportResult(str(source), None, ExportAction.FAILED, reason), ""


def _read(source: Path, name: str, spool: IO[bytes]) -> tuple[ZipInfo, str]:
    """Reads a file once, so that what is hashed is what is packed: its entry in the archive, and its SHA-256."""
    hasher = hashlib.sha256()
    with source.open("rb") as reader:
        info = os.fstat(reader.fileno())
        while chunk := reader.read(_CHUNK_BYTES):
            hasher.update(chunk)
            spool.write(chunk)
    entry = entry_of(name, info)
    # Known beforehand, so that ZIP64 is used where a file needs it.
    entry.file_size = spool.tell()
    return entry, hasher.hexdigest()


def entry_of(name: str, info: os.stat_result) -> ZipInfo:
    """What an archive tells of a file: its time and who may read it."""
    entry = ZipInfo(name, _dos_time(info.st_mtime))
    entry.create_system = _UNIX
    entry.external_attr = (stat.S_IFREG | stat.S_IMODE(info.st_mode) & 0o777) << 16
    entry.extra = _unix_time(info.st_mtime)
    return entry


def _dos_time(seconds: float) -> tuple[int, int, int, int, int, int]:
    """Local time to two seconds, which is all that old programs read; the nearest they can say."""
    time = datetime.fromtimestamp(seconds)
    first, last = _DOS_YEARS
    if not first <= time.year <= last:
        time = datetime(first, 1, 1) if time.year < first else datetime(last, 12, 31)
    return time.year, time.month, time.day, time.hour, time.minute, time.second


def _unix_time(seconds: float) -> bytes:
    """The "extended timestamp" of Info-ZIP: UTC to the second, in 32 bits."""
    whole = int(seconds)
    return struct.pack("<HHBl", 0x5455, 5, 1, whole) if -(1 << 31) <= whole < 1 << 31 else b""


def in_utf8(name: str) -> str:
    """The name, bytes that are no UTF-8 as `_`."""
    return "".join("_" if unicodedata.category(char) == "Cs" else char for char in name)

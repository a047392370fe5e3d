"""The thumbnails that were made, in files of a folder that may be deleted at any time.

They lie in the platform's cache folder, a folder for each database, and are their owner's alone. Of too many, those
nobody looked at for longest go first, large ones before small ones: a small one was made while indexing for nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from gallery.images.ignoring import IGNORE_FILE
from gallery.images.thumbnails import SMALL, check_size, is_whole
from gallery.settings import APP
from gallery.system.files import make_private_folders, new_file

_log = logging.getLogger(__name__)

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_PRIVATE: Final = 0o600
_NOTE: Final = "database"
"""The file that names the database which a folder belongs to."""
_MARKS: Final = {
    IGNORE_FILE: b"*\n",
    "CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55\n# Thumbnails, made again where need be.\n",
}
"""So that they are no photos of a home folder that is indexed, and back-ups may leave them out: bford.info/cachedir."""
_LEFT_AFTER: Final = 0.9
"""Of the limit, after some were taken out: else the next one would be too much again."""
_UNWEIGHED: Final = 0.05
"""Of the limit, that may be added before the folder is weighed: that takes half a second for 100,000 files."""
_AWAY_SECONDS: Final = 30 * 86_400
"""So long after its last run, what belongs to a database on a drive that isn't connected is kept."""
_SEEN_SECONDS: Final = 86_400
"""So old at least is the note of when a thumbnail was looked at before it is made anew."""


def thumbnails_folder() -> Path:
    """Where the thumbnails of all databases are; it need not exist."""
    return Path(platformdirs.user_cache_dir(APP, appauthor=False)) / "thumbnails"


@dataclass(frozen=True, slots=True)
class _Kept:
    path: Path
    size: int
    bytes: int
    seen: float


class ThumbnailCache:
    """The thumbnails of the photos of one database. Used by several threads and processes at once."""

    def __init__(self, database: Path, limit_bytes: int) -> None:
        self._database = database.resolve()
        self._limit = limit_bytes
        self.folder = thumbnails_folder() / hashlib.sha256(os.fsencode(self._database)).hexdigest()[:16]
        self._added = 0
        self._has_told = False

    def get(self, digest: str, size: int) -> bytes | None:
        """The JPEG of the photo with this hash; None where there is none, or a damaged one."""
        path = self._place(digest, size)
        try:
            jpeg = path.read_bytes()
            if not is_whole(jpeg):
                path.unlink()
                return None
            if path.stat().st_mtime < time.time() - _SEEN_SECONDS:
                os.utime(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._tell(error)
            return None
        return jpeg

    def put(self, digest: str, size: int, jpeg: bytes) -> bool:
        """Keeps a JPEG; false where that can't be, as on a full disk: who asked has it in hand all the same."""
        if len(jpeg) > self._limit:
            return False
        try:
            self._write(self._place(digest, size), jpeg)
        except OSError as error:
            self._tell(error)
            return False
        self._added += len(jpeg)
        if self._added > self._limit * _UNWEIGHED:
            self.shrink()
        return True

    def shrink(self) -> int:
        """Takes out what is too much: how many thumbnails that were."""
        self._added = 0
        kept = [one for folder, size in self._folders() for one in _kept_in(folder, size)]
        total = sum(one.bytes for one in kept)
        if total <= self._limit:
            return 0
        gone = 0
        for one in sorted(kept, key=lambda one: (one.size == SMALL, one.seen)):
            if total <= self._limit * _LEFT_AFTER:
                break
            _remove(one.path)
            total, gone = total - one.bytes, gone + 1
        return gone

    def keep_only(self, wanted: Container[str]) -> int:
        """Takes out the thumbnails of all photos but those with these hashes: how many that were.

        Also what is left of a database that isn't where it was any more.
        """
        with contextlib.suppress(OSError):
            os.utime(self.folder / _NOTE)
        gone = 0
        # No file is asked anything: of 100,000 that would take a second, in every run.
        for path in (path for folder, _ in self._folders() for path in _files_in(folder)):
            if path.stem not in wanted and not _is_being_written(path):
                _remove(path)
                gone += 1
        for folder in _folders_in(thumbnails_folder()):
            if _is_left_over(folder):
                shutil.rmtree(folder, ignore_errors=True)
        return gone

    def _place(self, digest: str, size: int) -> Path:
        if _HASH.fullmatch(digest) is None:
            raise ValueError("a photo is named by 64 digits 0-9 and a-f")
        return self.folder / str(check_size(size)) / digest[:2] / f"{digest}.jpg"

    def _write(self, path: Path, jpeg: bytes) -> None:
        # Not written through to the disk, which would take longer than making it: see `is_whole`.
        beside = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            try:
                file = new_file(beside, _PRIVATE)
            except FileNotFoundError:
                self._make_folder(path.parent)
                file = new_file(beside, _PRIVATE)
            with file:
                file.write(jpeg)
            beside.replace(path)
        finally:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)

    def _make_folder(self, folder: Path) -> None:
        make_private_folders(folder)
        for name, text in _MARKS.items():
            with contextlib.suppress(FileExistsError), new_file(thumbnails_folder() / name, _PRIVATE) as mark:
                mark.write(text)
        with contextlib.suppress(FileExistsError), new_file(self.folder / _NOTE, _PRIVATE) as note:
            note.write(os.fsencode(self._database))

    @property
    def needs_weighing(self) -> bool:
        """Something was kept since the folder was weighed, or nothing may be kept any more."""
        return self._added > 0 or self._limit == 0

    def _folders(self) -> Iterator[tuple[Path, int]]:
        """The folders that files lie in, each with the size of its thumbnails."""
        for of_size in _folders_in(self.folder):
            for folder in _folders_in(of_size):
                yield folder, int(of_size.name) if of_size.name.isdecimal() else 0

    def _tell(self, error: OSError) -> None:
        if not self._has_told:
            self._has_told = True
            reason = error.strerror or error
            _log.warning("%s: thumbnails can't be kept here (%s); they are made anew each time", self.folder, reason)


def _folders_in(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _files_in(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _kept_in(folder: Path, size: int) -> Iterator[_Kept]:
    for path in _files_in(folder):
        with contextlib.suppress(OSError):  # another process took it out meanwhile
            info = path.lstat()
            yield _Kept(path, size, info.st_size, info.st_mtime)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _is_being_written(path: Path) -> bool:
    """Another program is at it; what one that died has left is old."""
    try:
        return path.suffix == ".part" and path.lstat().st_mtime > time.time() - _SEEN_SECONDS
    except OSError:
        return False


def _is_left_over(folder: Path) -> bool:
    """The database of this folder isn't there any more; one on a drive that isn't connected may be, for a while."""
    try:
        database = Path(os.fsdecode((folder / _NOTE).read_bytes()))
        is_old = (folder / _NOTE).stat().st_mtime < time.time() - _AWAY_SECONDS
        return not database.exists() and (is_old or database.parent.is_dir())
    except (OSError, ValueError):
        return False

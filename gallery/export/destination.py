"""The folder that is exported to: which names in it are taken, and how folders below it come into being."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gallery.errors import ExportError
from gallery.export.files import stop_if_hopeless
from gallery.export.manifest import Manifest
from gallery.export.safe_names import name_key
from gallery.system.files import temporary_in
from gallery.system.locks import FolderLock
from gallery.system.unix import lock_now

_LEFTOVER: Final = re.compile(r"\.gallery-(export-)?[0-9a-f]{16}\.part")
"""What a killed export leaves: unfinished files."""


class BlockedError(Exception):
    """Something that is no folder stands where one is needed."""


@dataclass(slots=True)
class Destination:
    """Names in it are relative, with slashes. In a dry run planned files count as if they were there.

    Else it is held: no other export works there until it is closed.
    """

    path: Path
    dry_run: bool
    manifest: Manifest
    _lock: FolderLock | None = None
    _listings: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path, *, dry_run: bool) -> Destination:
        """Makes the folder, and clears what a killed export left in it.

        Raises ExportError where it can't be used, also because another export is at work there.
        """
        with explained(path, "a folder to export to"):
            if dry_run and not path.is_dir():
                check_could_be_made(path)
                return cls(path, dry_run, Manifest(path))
            lock = None if dry_run else made_and_held(path)
            if not os.access(path, os.W_OK | os.X_OK):
                raise ExportError(path, "this folder can't be written to; choose another")
            if not dry_run:
                clear_leftovers(path)
            return cls(path, dry_run, Manifest.read(path), lock)

    def close(self) -> None:
        """Lets other exports work here."""
        if self._lock is not None:
            self._lock.release()

    def file(self, name: str) -> Path:
        """Where the file of this name lies."""
        return self.path / name

    def temporary(self) -> Path:
        """A new name for a file that isn't finished."""
        return temporary_in(self.path)

    def spelled(self, name: str) -> str:
        """The name, its folders spelled as those that are there already: some disks tell `Canon` from `CANON`.

        Raises BlockedError where a part of it is a file, or a link, which could lead anywhere.
        """
        *folders, last = name.split("/")
        at = ""
        for folder in folders:
            at += self._listing(at).setdefault(name_key(folder), folder)
            _check_folder(self.path, at)
            at += "/"
        return at + last

    def is_taken(self, name: str) -> bool:
        """Whether a file has the name, in any mixture of capitals."""
        folder, slash, last = name.rpartition("/")
        return name_key(last) in self._listing(folder + slash)

    def take(self, name: str) -> None:
        """From now on the name is taken."""
        folder, slash, last = name.rpartition("/")
        self._listing(folder + slash)[name_key(last)] = last

    def make_folders(self, name: str) -> None:
        """Makes the folders that the file of this name lies in."""
        parts = name.split("/")[:-1]
        for count in range(1, len(parts) + 1):
            folder = "/".join(parts[:count])
            _check_folder(self.path, folder)
            if not self.file(folder).is_dir():
                self.manifest.note_folder(folder)
                self.file(folder).mkdir(exist_ok=True)

    def _listing(self, folder: str) -> dict[str, str]:
        """The names in a folder by their keys; `folder` is empty or ends with a slash."""
        if folder not in self._listings:
            self._listings[folder] = dict(_names(self.path / folder))
        return self._listings[folder]


def is_reached_by_folders(path: Path, name: str) -> bool:
    """Whether the way from the folder `path` to the file `name` leads through no link."""
    parts = name.split("/")[:-1]
    try:
        for count in range(1, len(parts) + 1):
            _check_folder(path, "/".join(parts[:count]))
    except BlockedError:
        return False
    return True


def _check_folder(path: Path, name: str) -> None:
    try:
        mode = (path / name).lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise BlockedError(f"the folder {name} there is a link, which could lead anywhere; take it away")
    if not stat.S_ISDIR(mode):
        raise BlockedError(f"{name} there is a file where a folder is needed")


def _names(folder: Path) -> Iterator[tuple[str, str]]:
    if folder.is_dir():
        for entry in os.scandir(folder):
            yield name_key(entry.name), entry.name


def made_and_held(path: Path) -> FolderLock:
    """Makes the folder if need be, and holds it. Raises ExportError where another export does, OSError."""
    path.mkdir(parents=True, exist_ok=True)
    lock = FolderLock(path)
    if lock.taken:
        raise ExportError(path, "another export is at work in this folder; run this one again when that is done")
    return lock


@contextlib.contextmanager
def explained(path: Path, what: str) -> Iterator[None]:
    """Turns what prevents the folder from being used as `what` into an ExportError."""
    try:
        yield
    except (FileExistsError, NotADirectoryError):
        raise ExportError(path, "is a file, or lies in one; name a folder") from None
    except OSError as error:
        stop_if_hopeless(error, path, made=False)
        raise ExportError(path, f"can't be used as {what}: {error.strerror or error}") from None


def check_could_be_made(path: Path) -> None:
    """Raises ExportError or OSError where no folder can be made there."""
    nearest = next(one for one in (path, *path.absolute().parents) if os.path.lexists(one))
    if not nearest.is_dir():
        raise NotADirectoryError
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ExportError(path, f"can't be made: {nearest} can't be written to; choose another")


def clear_leftovers(folder: Path) -> None:
    """Removes what a killed export left half written right in this folder."""
    for path in folder.iterdir():
        if is_leftover(path.name) and not _is_being_written(path):
            path.unlink(missing_ok=True)


def _is_being_written(path: Path) -> bool:
    """Whether somebody writes a single file here just now: see `write_new`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        return not lock_now(descriptor)
    finally:
        os.close(descriptor)


def is_leftover(name: str) -> bool:
    """Whether a file of this name is one that a killed export left half written."""
    return _LEFTOVER.fullmatch(name) is not None

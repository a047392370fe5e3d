"""The folder that is exported to: which names in it are taken, and how folders below it come into being."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gallery.errors import ExportError
from gallery.export.manifest import Manifest
from gallery.export.safe_names import name_key
from gallery.system.files import temporary_in

_LEFTOVER: Final = re.compile(r"\.gallery-(export-)?[0-9a-f]{16}\.part")
"""What a killed export leaves: unfinished files."""


class BlockedError(Exception):
    """Something that is no folder stands where one is needed."""


@dataclass(slots=True)
class Destination:
    """Names in it are relative, with slashes. In a dry run planned files count as if they were there."""

    path: Path
    dry_run: bool
    manifest: Manifest
    _listings: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path, *, dry_run: bool) -> Destination:
        """Makes the folder, and clears what a killed export left in it. Raises ExportError where it can't be used."""
        try:
            if not dry_run:
                path.mkdir(parents=True, exist_ok=True)
            elif not path.is_dir():
                check_could_be_made(path)
                return cls(path, dry_run, Manifest(path))
            if not os.access(path, os.W_OK | os.X_OK):
                raise ExportError(path, "this folder can't be written to; choose another")
            if not dry_run:
                clear_leftovers(path)
            return cls(path, dry_run, Manifest.read(path))
        except (FileExistsError, NotADirectoryError):
            raise ExportError(path, "is a file, or lies in one; name a folder") from None
        except OSError as error:
            raise ExportError(path, f"can't be used as a folder to export to: {error.strerror}") from None

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
        if is_leftover(path.name):
            path.unlink(missing_ok=True)


def is_leftover(name: str) -> bool:
    """Whether a file of this name is one that a killed export left half written."""
    return _LEFTOVER.fullmatch(name) is not None

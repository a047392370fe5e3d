"""The folder of a page: whose it is, and which files in it are the page's.

The pictures that belong to the page are in the manifest before the first of them is made, so that after a killed run
all that is there is still known to be ours.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from gallery.errors import ExportError
from gallery.export.destination import check_could_be_made, clear_leftovers, explained, is_leftover, made_and_held
from gallery.export.manifest import Manifest, are_pictures
from gallery.system.files import write_beside
from gallery.system.locks import FolderLock
from gallery.system.outside import OutsideError, content_of, read_json

PAGE: Final = "index.html"
VIEWS: Final = "photos"
THUMBS: Final = "thumbs"

_OLD_MARKER: Final = ".gallery-page.json"
"""Where version 0.1.0 kept the names of the pictures."""
_LARGEST_MARKER: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class PageFolder:
    """A folder that is free for a page.

    `ours` are the names of pictures that belong to the page: those that an earlier run made or meant to make, and
    those wanted now. A name under which somebody else put a file isn't ours.
    """

    path: Path
    ours: frozenset[str]

    @classmethod
    def of(cls, path: Path, wanted: Iterable[str]) -> PageFolder:
        """Looks at the folder, which need not exist, and changes nothing. Raises ExportError where it is another's."""
        with _usable(path):
            earlier = _earlier_pictures(path)
            free = (name for name in wanted if not any(os.path.lexists(path / kind / name) for kind in (VIEWS, THUMBS)))
            return cls(path, earlier.union(free))

    def place(self, kind: str, name: str) -> Path:
        """Where the picture of this name lies; `kind` is VIEWS or THUMBS."""
        return self.path / kind / name

    def begin(self) -> None:
        """Makes the folders, clears what a killed run left half written, and notes what will be ours."""
        with _usable(self.path):
            for folder in (self.path, self.path / VIEWS, self.path / THUMBS):
                folder.mkdir(parents=True, exist_ok=True)
                clear_leftovers(folder)
            self._note(self.ours)

    def finish(self, page: bytes, shown: Collection[str]) -> None:
        """Writes the page, then removes the pictures that it no longer shows."""
        with _usable(self.path):
            write_beside(self.path / PAGE, page)
            for name in self.ours.difference(shown):
                for kind in (VIEWS, THUMBS):
                    self.place(kind, name).unlink(missing_ok=True)
            self._note(shown)

    def _note(self, pictures: Iterable[str]) -> None:
        Manifest.read(self.path).note_page(pictures)
        (self.path / _OLD_MARKER).unlink(missing_ok=True)


def _earlier_pictures(path: Path) -> frozenset[str]:
    """The pictures that the page there has; none in a new or empty folder. Raises ExportError for another's."""
    if not path.is_dir():
        check_could_be_made(path)
        return frozenset()
    pictures = Manifest.read(path).page
    if pictures is None and (path / _OLD_MARKER).exists():
        pictures = _marked(path / _OLD_MARKER)
    if pictures is None and any(not is_leftover(entry.name) for entry in path.iterdir()):
        raise ExportError(path, "holds other files already; name a new or empty folder for the page")
    for kind in (VIEWS, THUMBS):
        if (path / kind).is_symlink():
            raise ExportError(path, f"the folder {kind} in it is a link to elsewhere; name another folder for the page")
    return pictures or frozenset()


@dataclass
class _Marker:
    """Of version 0.1.0."""

    made_by: Literal["gallery page 1"]
    pictures: list[str]


def _marked(marker: Path) -> frozenset[str]:
    with suppress(OSError, OutsideError):
        names = read_json(content_of(marker, most_bytes=_LARGEST_MARKER), _Marker).pictures
        if are_pictures(names):
            return frozenset(names)
    raise ExportError(marker.parent, "holds a page that this version of gallery can't go on with; name another folder")


def held(path: Path) -> FolderLock:
    """Makes the folder if need be, and keeps other exports out. Raises ExportError."""
    with _usable(path):
        return made_and_held(path)


def _usable(path: Path) -> AbstractContextManager[None]:
    return explained(path, "a folder for a page")

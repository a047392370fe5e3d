"""The folder of a page: whose it is, and which files in it are the page's.

A marker file lists the pictures that belong to the page. It is written before the first of them, so that after a
killed run all that is there is still known to be ours.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gallery.errors import ExportError
from gallery.system.files import write_beside

MARKER: Final = ".gallery-page.json"
PAGE: Final = "index.html"
VIEWS: Final = "photos"
THUMBS: Final = "thumbs"

_FORMAT: Final = "gallery page 1"
_PICTURE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\.jpg", re.ASCII)
"""Names that a marker may list. Strangers may have made it, and what it lists may be deleted: none leads elsewhere."""
_LEFTOVER: Final = re.compile(r"\.gallery-[0-9a-f]{16}\.part")
"""What `write_beside` leaves when it is killed."""


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
        with _explained(path):
            earlier = _earlier_pictures(path)
            free = (name for name in wanted if not any(os.path.lexists(path / kind / name) for kind in (VIEWS, THUMBS)))
            return cls(path, earlier.union(free))

    def place(self, kind: str, name: str) -> Path:
        """Where the picture of this name lies; `kind` is VIEWS or THUMBS."""
        return self.path / kind / name

    def begin(self) -> None:
        """Makes the folders, clears what a killed run left half written, and marks what will be ours."""
        with _explained(self.path):
            for folder in self._folders():
                folder.mkdir(parents=True, exist_ok=True)
                for leftover in folder.iterdir():
                    if _LEFTOVER.fullmatch(leftover.name):
                        leftover.unlink(missing_ok=True)
            self._mark(self.ours)

    def finish(self, page: bytes, shown: Collection[str]) -> None:
        """Writes the page, then removes the pictures that it no longer shows."""
        with _explained(self.path):
            write_beside(self.path / PAGE, page)
            for name in self.ours.difference(shown):
                for kind in (VIEWS, THUMBS):
                    self.place(kind, name).unlink(missing_ok=True)
            self._mark(shown)

    def _folders(self) -> tuple[Path, ...]:
        return self.path, self.path / VIEWS, self.path / THUMBS

    def _mark(self, names: Iterable[str]) -> None:
        content = {"made_by": _FORMAT, "pictures": sorted(names)}
        write_beside(self.path / MARKER, json.dumps(content, indent=1).encode())


def _earlier_pictures(path: Path) -> frozenset[str]:
    """The names in the marker of the folder; none in a new or empty one."""
    if not path.is_dir():
        _check_could_be_made(path)
        return frozenset()
    names = {entry.name for entry in path.iterdir()}
    if MARKER in names:
        return _marked(path)
    if any(_LEFTOVER.fullmatch(name) is None for name in names):
        raise ExportError(path, "holds other files already; name a new or empty folder for the page")
    return frozenset()


def _check_could_be_made(path: Path) -> None:
    nearest = next(place for place in (path, *path.absolute().parents) if os.path.lexists(place))
    if not nearest.is_dir():
        raise NotADirectoryError


def _marked(path: Path) -> frozenset[str]:
    for kind in (VIEWS, THUMBS):
        if (path / kind).is_symlink():
            raise ExportError(path, f"the folder {kind} in it is a link to elsewhere; name another folder for the page")
    try:
        content: Any = json.loads((path / MARKER).read_bytes())
    except ValueError:
        content = None
    names = content.get("pictures") if isinstance(content, dict) and content.get("made_by") == _FORMAT else None
    if not isinstance(names, list) or not all(isinstance(name, str) and _PICTURE.fullmatch(name) for name in names):
        raise ExportError(path, "holds a page that this version of gallery can't go on with; name another folder")
    return frozenset(names)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (FileExistsError, NotADirectoryError):
        raise ExportError(path, "is a file, or lies in one; name a folder") from None
    except OSError as error:
        raise ExportError(path, f"can't be used as a folder for a page: {error.strerror or error}") from None

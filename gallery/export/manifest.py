"""What exports made in a folder: a file of JSON lines that they leave in it.

Every export asks here whether a file in a folder is ours; single files are never written over, whoever made them, and
in sidecars, which lie among the photos, it is words that are ours and not files: `gallery.xmp.ledger` keeps these.

The first line says what the file is; each other one is about a file (`name`, `hash`, `size`, `mtime_ns`, `album`,
`photo`, `link`, `owners`), a folder that was made (`folder`), or says that either is gone (`gone`). Of several lines on
one file the last counts. `page` lists the pictures of a web page, for which the folder was empty; the last such line
counts. A line is written before the file it is about has its name, so that after a kill nothing of ours is taken for
the user's. Strangers may have written it: names that lead out of the folder are passed over, and a file that isn't
what its line says is not ours.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from gallery.errors import ExportError, ImageError
from gallery.export.safe_names import name_key, stays_inside
from gallery.images.decode import hash_file
from gallery.query.query import album_key
from gallery.records import FileStamp
from gallery.system.files import write_beside
from gallery.system.outside import OutsideError, read_json

MANIFEST: Final = ".gallery-export.jsonl"

_HEADER: Final = {"gallery_export": 1}
_INTEGERS: Final = ("size", "mtime_ns")
_TEXTS: Final = ("hash", "album", "photo")
_PICTURE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\.jpg", re.ASCII)
"""Names that pictures of a page may have: what is listed may be deleted, and none of these leads elsewhere."""


@dataclass(frozen=True, slots=True)
class Owner:
    """An album or a query, for which exports make files. A query's `name` is empty.

    `id` tells it from all others, whatever they are called: an album's `uid`. Where it is empty, the name does.
    """

    name: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that an export made. `photo` is the hash of the photo it belongs to, its own `hash` unless a sidecar.

    `album` is empty for the export of a query. `link` is where a symbolic link leads, None for other files. `owners`
    are the ids of all albums and queries that the file stands in; version 0.1.0 noted none, and went by `album`.
    """

    hash: str
    size: int
    mtime_ns: int
    album: str
    photo: str
    link: str | None = None
    owners: tuple[str, ...] = ()

    def belongs_to(self, owner: Owner) -> bool:
        """Whether it was made for this album or query, perhaps for others as well."""
        if self.owners:
            return owner.id in self.owners
        return album_key(self.album) == album_key(owner.name)

    def is_of_nobody_else(self, owner: Owner) -> bool:
        """Whether it was made for this album or query alone."""
        return self.belongs_to(owner) and len(self.owners) <= 1

    def shared_with(self, owner: Owner) -> Entry:
        """The same file, standing also for this one."""
        return self if self.belongs_to(owner) or not owner.id else replace(self, owners=(*self.owners, owner.id))

    def without(self, owner: Owner) -> Entry:
        """The same file, no longer standing for this one."""
        return replace(self, owners=tuple(one for one in self.owners if one != owner.id))

    def is_same(self, path: Path) -> bool:
        """Whether the file is still what the export made, by its content. False for whatever can't be read."""
        try:
            there = path.lstat()
            if self.link is not None:
                return stat.S_ISLNK(there.st_mode) and os.fspath(path.readlink()) == self.link
            return stat.S_ISREG(there.st_mode) and there.st_size == self.size and hash_file(path) == self.hash
        except (OSError, ImageError):
            return False

    def looks_same(self, path: Path) -> bool:
        """The same by size and time alone: quick, and good enough to leave a file as it is."""
        try:
            there = path.lstat()
        except OSError:
            return False
        same = FileStamp.of(os.fspath(path), there).unchanged_since(self)
        return self.link is None and stat.S_ISREG(there.st_mode) and same


@dataclass(slots=True)
class Manifest:
    """The files and folders that exports made below `folder`, by their names relative to it.

    `page` are the names of a page's pictures; None where the folder isn't a page's.
    """

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    folders: dict[str, None] = field(default_factory=dict)
    page: frozenset[str] | None = None
    _begun: bool = False

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Empty where there is none yet. Raises ExportError for a file of that name that isn't one."""
        manifest, path = cls(folder), folder / MANIFEST
        try:
            if not stat.S_ISREG(path.lstat().st_mode):
                raise _unusable(folder)
            lines = path.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            return manifest
        except UnicodeDecodeError:
            raise _unusable(folder) from None
        values = list(_parsed(lines))
        if not values or values[0] != _HEADER:
            raise _unusable(folder)
        for value in values[1:]:
            manifest._take(value)
        return manifest

    def note(self, name: str, entry: Entry) -> None:
        """Remembers a file, on the disk before this returns."""
        self.entries[name] = entry
        self._append({"name": name, **asdict(entry)})

    def claim(self, owner: Owner) -> None:
        """Gives the files that version 0.1.0 made for an album of this name to the album: it may be renamed later."""
        found = {
            name: replace(entry, owners=(owner.id,))
            for name, entry in self.entries.items()
            if owner.name and owner.id and not entry.owners and entry.belongs_to(owner)
        }
        if found:
            self.entries |= found
            self._write()

    def forget(self, name: str) -> None:
        """The file isn't there any more, or never came."""
        del self.entries[name]
        self._append({"gone": name})

    def note_folder(self, name: str) -> None:
        """Remembers a folder that was made."""
        self.folders[name] = None
        self._append({"folder": name})

    def forget_folder(self, name: str) -> None:
        """The folder isn't there any more."""
        del self.folders[name]
        self._append({"gone": name})

    def note_page(self, pictures: Iterable[str]) -> None:
        """Remembers that the folder is a page's, with these pictures, on the disk before this returns."""
        self.page = frozenset(pictures)
        self._write()

    def _write(self) -> None:
        # A file of our own, whatever stood there: what was half written or linked elsewhere isn't gone on with.
        write_beside(self.folder / MANIFEST, "\n".join(self._lines()).encode())
        self._begun = True

    def _append(self, value: dict[str, Any]) -> None:
        if not self._begun:
            self._write()
            return
        flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(self.folder / MANIFEST, flags), "wb") as file:
            # The newline first: a line that was cut short by a full disk takes no other with it.
            file.write(f"\n{json.dumps(value)}".encode())

    def _lines(self) -> Iterator[str]:
        yield json.dumps(_HEADER)
        if self.page is not None:
            yield json.dumps({"page": sorted(self.page)})
        for folder in self.folders:
            yield json.dumps({"folder": folder})
        for name, entry in self.entries.items():
            yield json.dumps({"name": name, **asdict(entry)})

    def _take(self, value: dict[str, Any]) -> None:
        match value:
            case {"page": list(names)} if are_pictures(names):
                self.page = frozenset(names)
            case {"folder": str(name)} if _is_ours_to_name(name):
                self.folders[name] = None
            case {"gone": str(name)}:
                self.entries.pop(name, None)
                self.folders.pop(name, None)
            case {"name": str(name)} if _is_ours_to_name(name) and _is_entry(value):
                known = {key: value[key] for key in (*_TEXTS, *_INTEGERS, "link")}
                self.entries[name] = Entry(**known, owners=tuple(value.get("owners", ())))


def are_pictures(names: list[Any]) -> bool:
    """Whether all of these are names that a picture of a page may have."""
    return all(isinstance(name, str) and _PICTURE.fullmatch(name) for name in names)


def _parsed(lines: list[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            value = read_json(line)
        except OutsideError:
            continue
        if isinstance(value, dict):
            yield value


def _is_ours_to_name(name: str) -> bool:
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return False
    return stays_inside(name) and name_key(name) != MANIFEST


def _is_entry(value: dict[str, Any]) -> bool:
    is_photo = value.get("hash") == value.get("photo")
    return (
        (is_photo or value["name"].lower().endswith(".xmp"))
        and all(isinstance(value.get(key), int) for key in _INTEGERS)
        and all(isinstance(value.get(key), str) for key in _TEXTS)
        and isinstance(value.get("link", 0), str | None)
        and isinstance(value.get("owners", []), list)
        and all(isinstance(owner, str) for owner in value.get("owners", []))
    )


def _unusable(folder: Path) -> ExportError:
    return ExportError(
        folder, f"the file {MANIFEST} in it is no record of exports that this version can go on with; move it away"
    )

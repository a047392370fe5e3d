"""The folders that the gallery knows: what lies in each, and forgetting one, which can be undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from gallery.curation.history import recorded
from gallery.db import schema
from gallery.errors import UsageError
from gallery.search.conditions import lies_at
from gallery.store.roots import Root, known_mounts, known_roots, roots_in
from gallery.store.store import Store
from gallery.store.unwanted import set_aside
from gallery.system.drives import is_connected
from gallery.system.paths import AnyPath, absolute
from gallery.system.same_file import FileIds, by_way_of


@dataclass(frozen=True, slots=True)
class RootRecord:
    """A folder that is looked through: how many files with photos are there, missing, or no longer wanted.

    `visible`: it is there, and its drive is connected.
    """

    root: Root
    photos: int
    missing: int
    unwanted: int
    visible: bool

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        looked_at = self.root.looked_at
        return {
            "path": self.root.path,
            "photos": self.photos,
            "missing": self.missing,
            "unwanted": self.unwanted,
            "looked_at": looked_at and looked_at.isoformat(),
            "visible": self.visible,
            "include": list(self.root.include),
            "follow_links": self.root.follow_links,
        }


def list_roots(store: Store) -> list[RootRecord]:
    """The folders that are looked through, by their names."""
    drives = set(known_mounts(store))
    with store.read() as connection:
        return list(_described(connection, drives))


def visible_roots(store: Store) -> dict[str, bool]:
    """The same without what lies in them: whether each is there, and its drive connected."""
    drives = set(known_mounts(store))
    return {root.path: _is_visible(root.path, drives) for root in known_roots(store)}


def _is_visible(path: str, drives: set[str]) -> bool:
    return Path(path).is_dir() and (path not in drives or is_connected(path))


def _described(connection: Connection, drives: set[str]) -> Iterator[RootRecord]:
    path = schema.path.c
    counts = select(func.count(), func.count(path.missing_since), func.count(path.unwanted))
    for root in roots_in(connection):
        files, away, unwanted = connection.execute(counts.where(lies_at(path.path, root.path))).one()
        yield RootRecord(root, files - away, away - unwanted, unwanted, _is_visible(root.path, drives))


def forget_root(store: Store, folder: AnyPath) -> int:
    """Takes a folder out of those that are looked through; how many files with photos are unwanted for that.

    Files that lie in another known folder, too, stay, whatever that is called. What was said of the photos is kept;
    they are back when the folder is looked through again. Raises UsageError for a folder that isn't known, by this or
    another name.
    """
    ids = FileIds()
    with recorded(store, "") as recorder:
        known = [root.path for root in roots_in(recorder.connection)]
        path = _known_as(absolute(folder), known, ids)
        recorder.summary = f"folder {path} forgotten"
        recorder.delete(schema.root, schema.root.c.path == path)
        others = [name for other in known if other != path for name in _names_within(path, other, ids)]
        return set_aside(recorder.connection, path, others)


def _known_as(path: str, known: Sequence[str], ids: FileIds) -> str:
    found = path if path in known else next((root for root in known if ids.are_same(root, path)), None)
    if found is None:
        raise UsageError(f"{path}: isn't a folder that the gallery knows; `gallery roots` lists these")
    return found


def _names_within(folder: str, other: str, ids: FileIds) -> Iterator[str]:
    """The other folder, and by what path its files are known where the folder leads to them, too."""
    yield other
    if by_way_of(other, folder, ids) is not None:
        yield folder
    inside = by_way_of(folder, other, ids)
    if inside is not None:
        yield inside

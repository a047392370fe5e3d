"""By which names, and how, the gallery goes on to know the folders that a run looks through."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from gallery.db import schema
from gallery.images.passed_over import Names
from gallery.images.scan import reaches
from gallery.indexing.reconcile import is_under, prefix
from gallery.search.conditions import lies_at
from gallery.search.other_names import OtherNames
from gallery.store.roots import Root, known_roots
from gallery.store.store import Store
from gallery.system.same_file import FileIds, by_way_of


@dataclass(frozen=True, slots=True)
class Manner:
    """How folders are looked through from now on; None: as before."""

    include: Collection[str] | None = None
    follow_links: bool | None = None


class KnownRoots:
    """The folders that the gallery looks through, `known` by path, and what changes about them by the run.

    `to_note` are those of which that is news, and `dropped` those that go by another name from now on: no folder is
    looked through by two.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ids = FileIds()
        self.known = {root.path: root for root in known_roots(store)}
        self.to_note: list[Root] = []
        self.dropped: list[str] = []
        self.names: dict[str, str] = {}
        """Of the folders taken in: by which path each is known."""

    def take(self, folder: str, manner: Manner) -> None:
        """Takes in a folder that is there."""
        path = self.names[folder] = self._settled(folder)
        root = self._news(path, manner)
        if root is not None:
            self._note(root)

    def manners(self) -> Mapping[str, Root]:
        """How each folder is looked through: those known by their paths, and what is known in those taken in by theirs.

        Those paths are of no meaning where the folder is called by another name.
        """
        found = dict(self.known)
        for folder, path in self.names.items():
            inside = [root for root in self.known.values() if is_under(root.path, (prefix(path),))]
            found |= {prefix(folder) + root.path[len(prefix(path)) :]: root for root in inside if root.path != path}
            found[folder] = self._nearest(path) or Root(path)
        return found

    def _settled(self, folder: str) -> str:
        """The path by which the folder goes on to be known: that which files are known by, where they are."""
        in_use = self._holds_files(folder)
        for other in list(self.known):
            name = None if other == folder else by_way_of(other, folder, self._ids)
            if name in (None, folder):
                continue
            if name == other and in_use:
                self._merge(other, folder)
            elif not in_use:
                self._merge(folder, name)
                return name
        return folder if in_use or folder in self.known or self._nearest(folder) else self._name_of_files_in(folder)

    def _merge(self, gone: str, kept: str) -> None:
        """What was said of a folder by one name holds by the other."""
        before = self.known.pop(gone, None)
        if before is None:
            return
        self.dropped.append(gone)
        after = self.known.get(kept, Root(kept))
        names = after.include or before.include
        self._note(replace(after, include=names, follow_links=after.follow_links or before.follow_links))

    def _note(self, root: Root) -> None:
        self.known[root.path] = root
        self.to_note.append(root)

    def _news(self, path: str, manner: Manner) -> Root | None:
        """What is to be known of it; None where looking through another one comes to it, and no more is said."""
        above = self._nearest(path) or Root("")
        follow_links = above.follow_links if manner.follow_links is None else manner.follow_links
        names = above.include if manner.include is None else tuple(manner.include)
        root = replace(self.known.get(path, Root(path)), include=names, follow_links=follow_links)
        if manner.include is not None or follow_links != above.follow_links or not above.path:
            return root
        is_reached = reaches(above.path, path, Names(names), follow_links=follow_links)
        return None if is_reached else root

    def _nearest(self, path: str) -> Root | None:
        """The lowest known folder that is this one, or that it lies in."""
        places = map(str, (Path(path), *Path(path).parents))
        return next((self.known[place] for place in places if place in self.known), None)

    def _holds_files(self, folder: str) -> bool:
        path = schema.path.c
        there = select(path.id).where(lies_at(path.path, folder), path.missing_since.is_(None))
        with self._store.read() as connection:
            return connection.execute(there.limit(1)).first() is not None

    def _name_of_files_in(self, folder: str) -> str:
        with self._store.read() as connection:
            return OtherNames(connection).folder(folder) or folder

"""By which path the database knows what a person calls by another: through a link, a hard link, at another mount."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, and_, func, select

from gallery.db import schema
from gallery.db.columns import FilePath
from gallery.search.conditions import lies_in
from gallery.system.same_file import FileId, FileIds, folders_of, is_at

_MOST_ASKED: Final = 1000
"""Files with the same size and time that are looked at: where there are more, as after a careless copy, these tell
little."""


class OtherNames:
    """Asked where a path isn't known as it stands: goes through all known paths and looks at their folders, once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids = FileIds()

    def file(self, path: str) -> str | None:
        """The known path of the file; None where it has none, whether it is there or not."""
        folder, name = os.path.split(path)
        known = self.folder(folder)
        if known is not None and self._is_known(os.path.join(known, name)):  # noqa: PTH118
            return os.path.join(known, name)  # noqa: PTH118
        return self._alike(path)

    def folder(self, folder: str) -> str | None:
        """The known path of a folder that known files lie in or below; None where there is none, or no such folder."""
        found = self._ids.of(folder)
        return None if found is None else self._folders.get(found)

    def place(self, place: str) -> str | None:
        """The same of a folder or a file."""
        try:
            return self.folder(place) if Path(place).is_dir() else self.file(place)
        except (OSError, ValueError):
            return None

    def within(self, folder: str) -> tuple[str, ...]:
        """The known paths of folders that lie in this one by what links lead to; of nested ones the highest alone."""
        if not os.path.exists(folder):  # noqa: PTH110 - no path may be anything: pathlib raises for some
            return ()
        inside = os.path.realpath(folder)
        real: dict[str, str] = {os.sep: os.sep}
        found: list[str] = []
        for known in sorted(self._known, key=lambda path: path.count(os.sep)):
            above, name = os.path.split(known)
            plain = os.path.join(real.get(above, above), name)  # noqa: PTH118
            # Links are looked up where there is one: each folder of thousands would take a lookup for each above it.
            real[known] = os.path.realpath(plain) if os.path.islink(plain) else plain  # noqa: PTH114
            if is_at(real[known], inside) and not any(is_at(known, one) for one in found):
                found.append(known)
        return tuple(sorted(found))

    def are_same(self, one: str, other: str) -> bool:
        """Whether both lead to one file or folder, both there."""
        return self._ids.are_same(one, other)

    def _is_known(self, path: str) -> bool:
        known = schema.path.c
        return self._connection.execute(select(known.id).where(known.path == path)).first() is not None

    @cached_property
    def _known(self) -> set[str]:
        """The folders that known files lie in, and all above them."""
        column = func.parent_folder(schema.path.c.path, type_=FilePath())
        holding = set(self._connection.execute(select(column).distinct()).scalars())
        return holding | folders_of(holding)

    @cached_property
    def _folders(self) -> dict[FileId, str]:
        return self._ids.by_id(self._known)

    def _alike(self, path: str) -> str | None:
        """A link to a photo, or a hard link: size and time are those of a known file, and it is the same one."""
        known, found = schema.path.c, self._ids.of(path)
        if found is None:
            return None
        info = Path(path).stat()
        stamped = and_(known.size == info.st_size, known.mtime_ns == info.st_mtime_ns)
        rows = select(known.path).where(stamped).order_by(known.path).limit(_MOST_ASKED)
        candidates = self._connection.execute(rows).scalars()
        return next((one for one in candidates if self._ids.of(one) == found), None)


def known_places(connection: Connection, place: str) -> tuple[str, ...]:
    """The folder or file as the database knows it, by its own path or another; of an unknown one, its own.

    Of a folder that isn't known, but into which links from known ones lead, these. Where anything is known by the path
    itself, the disk isn't asked.
    """
    path = schema.path.c
    if connection.execute(select(path.id).where(lies_in(path.path, place)).limit(1)).first() is not None:
        return (place,)
    names = OtherNames(connection)
    # Commands that go through bursts or faces ask for each of them.
    found: dict[str, tuple[str, ...]] = connection.info.setdefault("gallery.other_names", {})
    if place not in found or not names.are_same(place, found[place][0]):
        found.pop(place, None)
        known = names.place(place)
        if known is None:
            return names.within(place) or (place,)
        found[place] = (known,)
    return found[place]

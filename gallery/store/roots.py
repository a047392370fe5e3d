"""The folders that are looked through, and those on which drives were seen."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from gallery.db import schema
from gallery.search.conditions import lies_at
from gallery.store.store import Store


@dataclass(frozen=True, slots=True)
class Root:
    """A folder that is looked through, last when, and the names that are taken in there: see `passed_over.Names`.

    `follow_links`: folders that are symbolic links are looked into there, too.
    """

    path: str
    include: tuple[str, ...] = ()
    looked_at: datetime | None = None
    follow_links: bool = False

    @property
    def manner(self) -> str:
        """How it is looked through, as the column `include` keeps it: an array, or an object where there is more."""
        return json.dumps({"include": self.include, "follow_links": True} if self.follow_links else self.include)

    @classmethod
    def read(cls, path: str, manner: str, looked_at: datetime | None = None) -> Root:
        """The folder as a row of `root` has it."""
        kept = json.loads(manner)
        if isinstance(kept, list):
            return cls(path, tuple(kept), looked_at)
        return cls(path, tuple(kept["include"]), looked_at, kept["follow_links"])


def known_roots(store: Store) -> list[Root]:
    """The folders that are looked through, by their names."""
    with store.read() as connection:
        return roots_in(connection)


def roots_in(connection: Connection) -> list[Root]:
    """The same, for whoever has a connection."""
    root = schema.root.c
    rows = connection.execute(select(root.path, root.include, root.looked_at).order_by(root.path))
    return [Root.read(*row) for row in rows]


def is_known(store: Store, path: str) -> bool:
    """Whether this is a folder that is looked through, or anything is known at or below this path."""
    known, root, failed = schema.path.c, schema.root.c, schema.failure.c
    with store.read() as connection:
        return any(
            connection.execute(select(column).where(lies_at(column, path)).limit(1)).first() is not None
            for column in (root.path, known.path, failed.path)
        )


def note_roots(store: Store, roots: Sequence[Root], dropped: Collection[str] = ()) -> None:
    """Notes folders that are looked through from now on, or how, and takes those out that go by another name now."""
    table = schema.root
    with store.write_connection() as connection:
        connection.execute(delete(table).where(table.c.path.in_(dropped)))
        known = {root.path for root in roots_in(connection)}
        for root in roots:
            if root.path in known:
                connection.execute(update(table).where(table.c.path == root.path).values(include=root.manner))
            else:
                new = {"path": root.path, "include": root.manner, "added_at": datetime.now(UTC)}
                connection.execute(insert(table).values(new))


def note_look(store: Store, paths: Collection[str]) -> None:
    """Notes that these folders were looked through just now; those that aren't known are passed over."""
    table = schema.root
    with store.write_connection() as connection:
        connection.execute(update(table).where(table.c.path.in_(paths)).values(looked_at=datetime.now(UTC)))


def known_mounts(store: Store) -> list[str]:
    """The places where a drive was seen."""
    with store.read() as connection:
        return list(connection.execute(select(schema.mount.c.path).order_by(schema.mount.c.path)).scalars())


def note_mounts(store: Store, new: Collection[str], former: Collection[str]) -> None:
    """Notes where drives were seen, and which places are no drive's any more."""
    mount = schema.mount
    with store.write_connection() as connection:
        connection.execute(delete(mount).where(mount.c.path.in_([*new, *former])))
        if new:
            connection.execute(insert(mount), [{"path": path} for path in sorted(new)])

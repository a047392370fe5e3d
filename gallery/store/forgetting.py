"""Photos whose files are gone are taken out of the database: what people said of them stays, and waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, delete, select

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.search.untold import followed
from gallery.store import versions
from gallery.store.succession import shots


def forget_photos(connection: Connection, numbers: Mapping[str, int]) -> None:
    """Forgets the photos with these numbers, by the hashes that name them.

    With them go the earlier pictures of their shots that have no path and for which no other one stands any more:
    nobody was told of these before, and they would be missing now.
    """
    former = _without_path(connection, numbers.keys())
    _forget(connection, list(numbers.values()))
    _forget(connection, _alone(connection, former))


def _without_path(connection: Connection, names: Collection[str]) -> list[int]:
    """The numbers of the other photos of their shots that have no path."""
    content, path = schema.content.c, schema.path.c
    others = shots(connection, names).names - set(names)
    somewhere = select(path.id).where(path.content_id == content.id).exists()
    found: list[int] = []
    for some in chunked(sorted(others)):
        found += connection.execute(select(content.id).where(content.hash.in_(some), ~somewhere)).scalars()
    return found


def _alone(connection: Connection, numbers: Sequence[int]) -> list[int]:
    """Those for which no other picture stands."""
    content = schema.content.c
    found: list[int] = []
    for some in chunked(numbers):
        alone = select(content.id).where(content.id.in_(some), content.id.not_in(followed()))
        found += connection.execute(alone).scalars()
    return found


def _forget(connection: Connection, numbers: Sequence[int]) -> None:
    for some in chunked(numbers):
        # With a face go its crop and predictions.
        for table in (schema.path, schema.face):
            connection.execute(delete(table).where(table.c.content_id.in_(some)))
        versions.let_go(connection, some)
        connection.execute(delete(schema.content).where(schema.content.c.id.in_(some)))

"""By what pictures photos are known, here and where what was said of them waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.records import Picture


@dataclass(frozen=True, slots=True)
class Pictures:
    """By what photos are known, each named by the hash of the bytes it was seen in first."""

    photos: dict[Picture, str]
    """The names of those of which the picture is known."""
    versions: dict[str, str]
    """The names by the hashes of all other bytes."""
    unpictured: frozenset[str]
    """The names of those that were indexed before there was any picture to know them by."""
    followed: tuple[tuple[str, str], ...] = ()
    """The names of each photo that came into the place of another, showing the same shot: the other's comes first."""


def known_pictures(connection: Connection) -> Pictures:
    """By what each photo is known."""
    content, version = schema.content.c, schema.version.c
    rows = connection.execute(select(content.picture, content.orientation, content.hash).where(_known(content)))
    photos = {Picture(data, orientation): digest for data, orientation, digest in rows}
    names = dict(connection.execute(select(version.hash, content.hash).join_from(schema.version, schema.content)).all())
    unknown = connection.execute(select(content.hash).where(~_known(content))).scalars()
    follows = schema.succession.c
    followed = tuple((old, new) for old, new in connection.execute(select(follows.old, follows.new)))
    return Pictures(photos, names, frozenset(unknown), followed)


def pictures_of(connection: Connection, hashes: Iterable[str]) -> dict[str, Picture]:
    """Which pictures the bytes with these hashes show, as far as known, whether they are here or not."""
    content, version = schema.content.c, schema.version.c
    found: dict[str, Picture] = {}
    for some in chunked(sorted(set(hashes))):
        for table in (version, content):
            columns = select(table.hash, table.picture, table.orientation).where(table.hash.in_(some), _known(table))
            found |= {row[0]: Picture(*row[1:]) for row in connection.execute(columns)}
    return found


def _known(content: Any) -> ColumnElement[bool]:
    return content.picture.is_not(None)  # type: ignore[no-any-return]

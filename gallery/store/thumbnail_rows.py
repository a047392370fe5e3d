"""What the database knows that thumbnails need: files to make them from, colours, and which photos are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import bindparam, func, select, update

from gallery.db import schema
from gallery.db.engine import database_file
from gallery.images.sources import Source
from gallery.records import FileStamp
from gallery.store import versions
from gallery.store.store import Store
from gallery.store.turned import turns_said


@dataclass(frozen=True, slots=True)
class Pictured:
    """A photo: its number, width and height, its mean colour where that is known, and its files that are there.

    `turn` is how a person turned it, of which width and height know nothing.
    """

    content_id: int
    width: int
    height: int
    colour: int | None
    files: tuple[Source, ...]
    turn: int = 1


def pictured(store: Store, digest: str) -> Pictured | None:
    """The photo that has, or had, the bytes with this hash: files with just these first. None for one unknown."""
    content, path, version = schema.content.c, schema.path.c, schema.version.c
    with store.read() as connection:
        number = versions.content_with(connection, digest)
        columns = select(content.id, content.width, content.height, content.colour, content.hash)
        row = connection.execute(columns.where(content.id == number)).first()
        if row is None:
            return None
        held = func.coalesce(version.hash, row.hash)
        files = select(path.path, path.size, path.mtime_ns, held).outerjoin_from(
            schema.path, schema.version, version.id == path.version_id
        )
        there = files.where(path.content_id == number, path.missing_since.is_(None))
        found = connection.execute(there.order_by(held != digest, path.path)).all()
        turn = turns_said(connection, [row.id]).get(row.id, 1)
    kept = tuple(Source(FileStamp(*stamp), hash_of) for *stamp, hash_of in found)
    return Pictured(row.id, row.width, row.height, row.colour, kept, turn)


def note_colours(store: Store, colours: Mapping[int, int]) -> None:
    """Keeps the mean colours of photos, by their numbers."""
    content = schema.content
    change = update(content).where(content.c.id == bindparam("number")).values(colour=bindparam("mean"))
    if colours:
        with store.write_connection() as connection:
            connection.execute(change, [{"number": number, "mean": mean} for number, mean in colours.items()])


def wanted_hashes(store: Store) -> set[str]:
    """By which the photos are called of which there is a file that is wanted, or just missing."""
    content, path, version = schema.content.c, schema.path.c, schema.version.c
    wanted = select(path.content_id).where(path.unwanted.is_(None))
    with store.read() as connection:
        found = set(connection.execute(select(content.hash).where(content.id.in_(wanted))).scalars())
        return found | set(connection.execute(select(version.hash).where(version.content_id.in_(wanted))).scalars())


def file_of(store: Store) -> Path | None:
    """The file of the database; None where it has none."""
    with store.read() as connection:
        return database_file(connection.engine)

"""How people turned photos: a word on each, of which nothing in the file is changed.

It counts from the upright picture of the file as that was when it was said. What a file's own orientation turns another
way is another photo, its successor: the word stays behind with the one that it was said of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from gallery.db import schema
from gallery.db.keyed import chunked


def turns_said(connection: Connection, content_ids: Sequence[int]) -> dict[int, int]:
    """The last word on each of these photos, a turn; 1: it lies as it should. Those without a word are left out."""
    turned = schema.turned.c
    found: dict[int, int] = {}
    for some in chunked(content_ids):
        said = select(turned.content_id, turned.turn).where(turned.content_id.in_(some))
        found |= dict(connection.execute(said.order_by(turned.said_at, turned.id)).all())
    return found


def to_search(connection: Connection) -> dict[str, int | None]:
    """By their hashes the photos in which faces were looked for as they don't lie, with how they do by now.

    None: nobody says so any more.
    """
    content, turned = schema.content.c, schema.turned.c
    spoken = select(turned.content_id).where(turned.content_id.is_not(None))
    # Each by its index: together they would be looked for among all photos, in every run.
    numbers = {*_numbers(connection, spoken), *_numbers(connection, select(content.id).where(content.searched > 0))}
    said = turns_said(connection, list(numbers))
    found: dict[str, int | None] = {}
    for some in chunked(sorted(numbers)):
        rows = select(content.id, content.hash, content.searched).where(content.id.in_(some))
        found |= {
            digest: said.get(number)
            for number, digest, before in connection.execute(rows)
            if said.get(number) != before
        }
    return found


def _numbers(connection: Connection, statement: Select[Any]) -> Iterator[int]:
    yield from connection.execute(statement).scalars()

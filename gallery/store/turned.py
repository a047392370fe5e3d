"""How people turned photos: a word on each, of which nothing in the file is changed.

It counts from the upright picture of the file as that was when it was said. What a file's own orientation turns another
way is another photo, its successor: the word stays behind with the one that it was said of.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def any_turned(connection: Connection) -> bool:
    """Whether anything was said; of most galleries nothing else has to be asked."""
    return connection.execute(select(schema.turned.c.id).limit(1)).first() is not None


def to_search(connection: Connection) -> dict[str, int | None]:
    """By their hashes the photos in which faces were looked for as they don't lie, with how they do by now.

    None: nobody says so any more.
    """
    content = schema.content.c
    said = turns_said(connection, list(connection.execute(_spoken_of()).scalars()))
    asked = select(content.id, content.hash, content.searched)
    rows = connection.execute(asked.where(content.searched.is_not(None) | content.id.in_(_spoken_of()))).all()
    return {digest: said.get(number) for number, digest, before in rows if said.get(number) != before}


def _spoken_of() -> Select[Any]:
    turned = schema.turned.c
    return select(turned.content_id).where(turned.content_id.is_not(None)).distinct()

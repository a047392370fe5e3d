"""How people turned photos: a word on each, of which nothing in the file is changed.

It counts from the upright picture of the file as that was when it was said. What a file's own orientation turns another
way is another photo, its successor: the word stays behind with the one that it was said of.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

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

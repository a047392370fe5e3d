"""What people said of photos among their like: picked, or rejected. Of several words on a photo the last one counts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from gallery.db import schema
from gallery.db.keyed import chunked

PICK, REJECT = "pick", "reject"
"""The words."""


def words_on(connection: Connection, content_ids: Sequence[int]) -> dict[int, str]:
    """The last word on each of these photos; those of which nobody said anything are left out."""
    pick = schema.pick.c
    found: dict[int, str] = {}
    for some in chunked(content_ids):
        rows = select(pick.content_id, pick.word).where(pick.content_id.in_(some)).order_by(pick.said_at, pick.id)
        found |= dict(connection.execute(rows).all())
    return found

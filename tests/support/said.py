"""What people say of faces, written straight into the tables."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert, select

from gallery.db import schema
from gallery.faces import Box
from gallery.store.store import Store
from tests.support.make import digest


def label(store: Store, path: str, emotion: str | None, where: Box, minute: int = 0) -> None:
    """What a later release lets people say; `None` is "not a face"."""
    sides = {"left": where.left, "top": where.top, "right": where.right, "bottom": where.bottom}
    kind = "not_face" if emotion is None else "emotion"
    said_at = datetime(2026, 1, 1, 0, minute, tzinfo=UTC)
    content = select(schema.content.c.id).where(schema.content.c.hash == digest(path)).scalar_subquery()
    with store.write_connection() as connection:
        connection.execute(
            insert(schema.label).values(
                hash=digest(path), content_id=content, kind=kind, emotion=emotion, said_at=said_at, **sides
            )
        )

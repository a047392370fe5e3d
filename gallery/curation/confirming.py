"""A person's word that faces show just what they are shown as."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select

from gallery.curation.history import recorded
from gallery.curation.labels import after_all_said
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.errors import NotIndexedError, UsageError
from gallery.store.store import Store

_SIDES = ("left", "top", "right", "bottom")


def confirm_faces(store: Store, face_ids: Collection[int]) -> int:
    """Says that each of these faces shows the emotion that is likeliest for it; how many they are. One action.

    Raises NotIndexedError for a face that isn't there, and UsageError for one that nobody has read yet or that a person
    said to be none; nothing is said then.
    """
    count = len(set(face_ids))
    with recorded(store, f"{count} face{'' if count == 1 else 's'} confirmed") as recorder:
        face, content = schema.face.c, schema.content.c
        columns = select(content.hash, face.content_id, face.emotion, *(face[side] for side in _SIDES))
        joined = columns.join_from(schema.face, schema.content)
        found: list[Row[Any]] = []
        for chunk in chunked(sorted(set(face_ids))):
            found += recorder.connection.execute(joined.where(face.id.in_(chunk)).order_by(face.id))
        if len(found) < count:
            raise NotIndexedError("face", "isn't in the database; `gallery show PHOTO` names those that are")
        if any(row.emotion is None for row in found):
            raise UsageError("one of these faces is shown as nothing yet; say which emotion it shows")
        said_at = after_all_said(recorder.connection, {row.content_id for row in found})
        said = {"kind": "emotion", "said_at": said_at}
        recorder.insert(schema.label, [{**row._mapping, **said} for row in found])
        return count

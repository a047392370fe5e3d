"""The tables of which photos show one shot, turned, cropped or retouched; `schema` has the others.

Keyed on hashes, by which photos are named: they stay when a photo is forgotten, for words that wait.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Double, Integer, Table, Text

from gallery.db.columns import Instant
from gallery.db.shared_columns import metadata

succession: Final = Table(
    "succession",
    metadata,
    Column("old", Text, primary_key=True),
    Column("new", Text, primary_key=True, index=True),
    # What turns the whole picture of the old photo into that of the new one: see gallery.images.turns. NULL where the
    # new one shows another part of it, or something was done to it: then same_face alone tells where faces are.
    Column("turn", Integer),
    Column("old_width", Integer, nullable=False),
    Column("old_height", Integer, nullable=False),
    Column("new_width", Integer, nullable=False),
    Column("new_height", Integer, nullable=False),
    Column("followed_at", Instant, nullable=False),
    CheckConstraint("old <> new", name="are_two"),
    CheckConstraint("turn BETWEEN 1 AND 8", name="turn_is_known"),
    sqlite_with_rowid=False,
)


def _sides(of: str) -> list[Column[float]]:
    """A box, in pixels of the upright picture at full size."""
    return [Column(f"{of}_{side}", Double, nullable=False) for side in ("left", "top", "right", "bottom")]


same_face: Final = Table(
    "same_face",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("old", Text, nullable=False, index=True),
    Column("new", Text, nullable=False, index=True),
    *_sides("old"),
    *_sides("new"),
)

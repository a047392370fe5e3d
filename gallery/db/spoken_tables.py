"""The tables of what people say of photos and of the faces in them; `schema` has the others.

All are keyed on the hash of the photo's content, those of faces on a box besides.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import CheckConstraint, Column, Integer, Table, Text

from gallery.db.columns import Instant
from gallery.db.shared_columns import EMOTION_NAMES, box, content_if_here, metadata, number

label: Final = Table(
    "label",
    metadata,
    number(),
    Column("hash", Text, nullable=False, index=True),
    content_if_here(),
    *box(),
    Column("kind", Text, nullable=False),
    Column("emotion", Text),
    Column("said_at", Instant, nullable=False),
    CheckConstraint('"left" <= "right" AND top <= bottom', name="box_is_upright"),
    CheckConstraint("kind IN ('emotion', 'not_face')", name="kind_is_known"),
    CheckConstraint("(kind = 'emotion') = (emotion IS NOT NULL)", name="kind_fits_emotion"),
    CheckConstraint(f"emotion IN ({EMOTION_NAMES})", name="emotion_is_known"),
)

drawn_face: Final = Table(
    "drawn_face",
    metadata,
    number(),
    Column("hash", Text, nullable=False, index=True),
    content_if_here(),
    *box(),
    Column("said_at", Instant, nullable=False),
    CheckConstraint('"left" <= "right" AND top <= bottom', name="box_is_upright"),
)

pick: Final = Table(
    "pick",
    metadata,
    number(),
    Column("hash", Text, nullable=False, index=True),
    content_if_here(),
    Column("word", Text, nullable=False),
    Column("said_at", Instant, nullable=False),
    CheckConstraint("word IN ('pick', 'reject')", name="word_is_known"),
)

turned: Final = Table(
    "turned",
    metadata,
    number(),
    Column("hash", Text, nullable=False, index=True),
    content_if_here(),
    # As in gallery.images.turns, of the upright picture of the file as it was then; 1: it lies as it should.
    Column("turn", Integer, nullable=False),
    Column("said_at", Instant, nullable=False),
    CheckConstraint("turn IN (1, 3, 6, 8)", name="turn_is_by_quarters"),
)

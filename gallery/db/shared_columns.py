"""What several tables have in common: the names of constraints, and columns that mean the same everywhere."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Double, ForeignKey, Integer, MetaData, Text

from gallery.db.columns import PlainText
from gallery.emotions import EMOTIONS

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

EMOTION_NAMES: Final = ", ".join(f"'{emotion}'" for emotion in EMOTIONS)


def number() -> Column[int]:
    """A number of its own for each row."""
    return Column("id", Integer, primary_key=True)


def content_of(ondelete: str) -> Column[int]:
    """The photo, with which the row goes, or without which it can't be."""
    return Column("content_id", Integer, ForeignKey("content.id", ondelete=ondelete), nullable=False)


def content_if_here() -> Column[int]:
    """The photo while it is in the database."""
    return Column("content_id", Integer, ForeignKey("content.id", ondelete="RESTRICT"), index=True)


def captured() -> list[Column[Any]]:
    """A column for each field of `gallery.records.Capture` but the time."""
    return [
        Column("taken_offset_minutes", Integer),
        Column("taken_source", Text),
        Column("camera", PlainText),
        Column("latitude", Double),
        Column("longitude", Double),
        # NULL also for what was read before there was any, until it is read again.
        Column("odd", PlainText),
    ]


def pictured() -> list[Column[Any]]:
    """The picture apart from what is said of it, as in `gallery.records.Picture`; NULL where none can be told.

    NULL also for photos indexed before there was any, until they are read again.
    """
    return [Column("picture", Text), Column("orientation", Integer)]


def box() -> list[Column[float]]:
    """Four sides, in pixels of the upright picture at full size."""
    return [Column(side, Double, nullable=False) for side in ("left", "top", "right", "bottom")]

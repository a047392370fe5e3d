"""The tables of where photos are looked for, and what couldn't be read there; `schema` has the others."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Table, Text

from gallery.db.columns import FilePath, Instant, PlainText, SignedLong
from gallery.db.shared_columns import metadata

root: Final = Table(
    "root",
    metadata,
    Column("path", FilePath, primary_key=True),
    # How it is looked through: a JSON array of the names that are taken in although they are usually passed over, or
    # an object of `include`, which is that array, and `follow_links`.
    Column("include", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("looked_at", Instant),
    sqlite_with_rowid=False,
)

mount: Final = Table(
    "mount",
    metadata,
    Column("path", FilePath, primary_key=True),
    sqlite_with_rowid=False,
)

failure: Final = Table(
    "failure",
    metadata,
    Column("path", FilePath, primary_key=True),
    Column("size", SignedLong, nullable=False),
    Column("mtime_ns", SignedLong, nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("transient", Boolean, nullable=False),
    Column("failed_at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

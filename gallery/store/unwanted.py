"""Photos that are neither there nor missing: nobody wants them any more, for now. What was said of them is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, not_, update

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.search.conditions import lies_at
from gallery.store.homes import settle
from gallery.store.store import Store


class Why(StrEnum):
    """Why a file isn't wanted any more."""

    IGNORED = "ignored"
    BIN = "bin"
    ROOT = "root"
    """The folder that it was found in was forgotten."""
    MISSING_IN_ROOT = "missing in root"
    """The same, and it was missing then: so it is again when the folder is known again."""


def mark_unwanted(store: Store, why: Mapping[str, str]) -> None:
    """Notes that these files aren't wanted any more, each with the reason; whatever hangs on their photos stays."""
    path = schema.path
    with store.write_connection() as connection:
        for reason, files in groupby(sorted(why, key=why.__getitem__), key=why.__getitem__):
            for some in chunked(list(files)):
                change = update(path).where(path.c.path.in_(some))
                connection.execute(change.values(missing_since=datetime.now(UTC), unwanted=reason))
        settle(connection)


def set_aside(connection: Connection, folder: str, others: Sequence[str]) -> int:
    """Lets all files in and below the folder be unwanted, except those in one of the others; how many were there."""
    path = schema.path
    within = (*_only_in(folder, others), path.c.unwanted.is_(None))
    gone = update(path).where(*within, path.c.missing_since.is_not(None)).values(unwanted=Why.MISSING_IN_ROOT)
    connection.execute(gone)
    there = update(path).where(*within, path.c.missing_since.is_(None))
    count = connection.execute(there.values(missing_since=datetime.now(UTC), unwanted=Why.ROOT)).rowcount
    settle(connection)
    return count


def bring_back(connection: Connection, folder: str) -> None:
    """What `set_aside` did to files in and below the folder never was."""
    path = schema.path
    within = lies_at(path.c.path, folder)
    there = update(path).where(within, path.c.unwanted == Why.ROOT)
    connection.execute(there.values(missing_since=None, unwanted=None))
    connection.execute(update(path).where(within, path.c.unwanted == Why.MISSING_IN_ROOT).values(unwanted=None))
    settle(connection)


def _only_in(folder: str, others: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    path = schema.path.c.path
    return lies_at(path, folder), *(not_(lies_at(path, other)) for other in others)

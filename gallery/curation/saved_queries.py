"""Saved queries: texts in the search language under a name, for `query:NAME`.

Names are told apart ignoring case. Each function that changes something is one transaction and one action of the
history: after an error nothing is changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from gallery.curation import kept_queries
from gallery.curation.album_rows import check_name
from gallery.curation.history import recorded
from gallery.db import schema
from gallery.errors import AlbumError, UsageError
from gallery.query import terms
from gallery.query.query import Query, album_key
from gallery.search import matches
from gallery.search.expansion import no_saved_query
from gallery.settings import Settings
from gallery.store.store import Store


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query under a name; `text` is in the search language."""

    name: str
    text: str
    created_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {"name": self.name, "query": self.text, "created_at": self.created_at.isoformat()}


def save_query(
    store: Store, name: str, query: Query, settings: Settings | None = None, *, replace: bool = False
) -> SavedQuery:
    """Keeps the query under the name; with `replace` in the place of one that has it already.

    Raises UsageError for a name that is taken or unusable, and for a query that can't be answered: it names an album or
    query that doesn't exist, or leads back to itself.
    """
    name, settings, table = _checked(name), settings or Settings(), schema.saved_query
    text = kept_queries.text_of(query, settings)
    with recorded(store, f"query {name!r} saved") as recorder:
        before = _find(recorder.connection, name)
        if before is None:
            row = {"name": name, "key": album_key(name), "text": text, "created_at": datetime.now(UTC)}
            recorder.insert(table, [row])
        elif replace:
            recorder.update(table, {"name": name, "text": text}, table.c.key == album_key(name))
        else:
            raise UsageError(f"query {before.name!r}: exists already; --replace puts the new one in its place")
        matches.matching_ids(recorder.connection, Query(where=terms.Saved(name), limit=1), settings)
        return _known(recorder.connection, name)


def list_queries(store: Store) -> list[SavedQuery]:
    """Every saved query, by name."""
    saved = schema.saved_query.c
    columns = select(saved.name, saved.text, saved.created_at)
    with store.read() as connection:
        return [SavedQuery(*row) for row in connection.execute(columns.order_by(saved.key))]


def read_query(store: Store, name: str) -> SavedQuery:
    """The query of this name. Raises UsageError where there is none."""
    with store.read() as connection:
        return _known(connection, name)


def rename_query(store: Store, name: str, new_name: str) -> SavedQuery:
    """The query under its new name; smart albums and queries that ask for it follow. Only the case may differ."""
    new_name, table = _checked(new_name), schema.saved_query
    with recorded(store, f"query {name!r} renamed to {new_name!r}") as recorder:
        before = _known(recorder.connection, name)
        if album_key(new_name) != album_key(name) and (taken := _find(recorder.connection, new_name)):
            raise UsageError(f"query {taken.name!r}: exists already")
        values = {"name": new_name, "key": album_key(new_name)}
        recorder.update(table, values, table.c.key == album_key(before.name))
        kept_queries.follow_rename(recorder, before.name, new_name, terms.Saved)
        return _known(recorder.connection, new_name)


def delete_query(store: Store, name: str) -> tuple[str, ...]:
    """Deletes the query, and says what asked for it, as in `smart album 'Best'`: that has no answer any more."""
    table = schema.saved_query
    with recorded(store, f"query {name!r} deleted") as recorder:
        before = _known(recorder.connection, name)
        recorder.delete(table, table.c.key == album_key(before.name))
        return kept_queries.asking_for(recorder.connection, before.name, terms.Saved)


def _checked(name: str) -> str:
    """The rules for names are those of albums."""
    try:
        return check_name(name)
    except AlbumError as error:
        raise UsageError(f"query {name!r}: {error.reason}") from None


def _find(connection: Connection, name: str) -> SavedQuery | None:
    saved = schema.saved_query.c
    columns = select(saved.name, saved.text, saved.created_at)
    row = connection.execute(columns.where(saved.key == album_key(name))).first()
    return None if row is None else SavedQuery(*row)


def _known(connection: Connection, name: str) -> SavedQuery:
    found = _find(connection, name)
    if found is None:
        raise no_saved_query(connection, name)
    return found

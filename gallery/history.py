"""What people did, and how the last of it is taken back.

Everything a person types in lives in the tables of `KEPT`. Who changes one of them does so through a `Recorder`, which
notes beside each change what undoes it; all of it is one transaction and one action of the history.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, bindparam, delete, func, insert, select, update

from gallery import schema, shown
from gallery.columns import DamagedValueError
from gallery.engine import add_row
from gallery.store import Store

KEPT: Final = {table.name: table for table in (schema.label, schema.album, schema.album_photo, schema.saved_query)}
"""The tables that only a Recorder writes to, by name. Where both refer to each other, parents come first."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person did: `summary` says what, as in `album 'Summer' deleted`."""

    id: int
    done_at: datetime
    summary: str


class Recorder:
    """Changes the tables of what people typed in, and remembers how to go back."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.steps: list[dict[str, Any]] = []
        self._labelled: set[str] = set()

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        """Adds rows and gives their keys. A `hash` without a `content_id` is looked up among the contents."""
        keys = [self._insert(table, row) for row in rows]
        self._note(table, [dict(zip(_key_names(table), key, strict=True)) for key in keys], was=[])
        self._touch(table, rows)
        return keys

    def delete(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        """Removes the rows that meet all conditions, and says how many. Rows that hang on them must be gone before."""
        was = self._rows(table, conditions)
        self.connection.execute(delete(table).where(*conditions))
        self._note(table, [], was=was)
        self._touch(table, was)
        return len(was)

    def update(self, table: Table, values: Mapping[str, Any], *conditions: ColumnElement[bool]) -> int:
        """Changes the rows that meet all conditions, and says how many. Keys can't be changed."""
        was = self._rows(table, conditions)
        self.connection.execute(update(table).where(*conditions).values(dict(values)))
        self._note(table, [], was=was)
        self._touch(table, was)
        return len(was)

    def finish(self, summary: str) -> None:
        """Lets what is shown follow, and adds the action to the history unless nothing was changed."""
        refresh_shown(self.connection, self._labelled)
        if self.steps:
            steps = json.dumps(self.steps, separators=(",", ":"))
            add_row(self.connection, schema.action, done_at=datetime.now(UTC), summary=summary, steps=steps)

    def _insert(self, table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
        key = self.connection.execute(insert(table).values(_placed(table, row))).inserted_primary_key
        assert key is not None, f"{table.name} has no key"  # noqa: S101
        return tuple(key)

    def _rows(self, table: Table, conditions: Sequence[ColumnElement[bool]]) -> list[dict[str, Any]]:
        return [dict(row._mapping) for row in self.connection.execute(select(table).where(*conditions))]

    def _note(self, table: Table, keys: Sequence[Mapping[str, Any]], *, was: Sequence[Mapping[str, Any]]) -> None:
        if keys or was:
            self.steps.append({"table": table.name, "remove": list(keys), "put": [_plain(row) for row in was]})

    def _touch(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        if table is schema.label:
            self._labelled |= {row["hash"] for row in rows}


@contextmanager
def recorded(store: Store, summary: str) -> Iterator[Recorder]:
    """One action: all its changes are in the database at the end, or none after an exception."""
    with store.write_connection() as connection:
        recorder = Recorder(connection)
        yield recorder
        recorder.finish(summary)


def actions(store: Store, *, limit: int | None = None) -> list[Action]:
    """What can be taken back, the last first: in that order alone."""
    action = schema.action.c
    statement = select(action.id, action.done_at, action.summary).order_by(action.id.desc()).limit(limit)
    with store.read() as connection:
        return [Action(*row) for row in connection.execute(statement)]


def undo(store: Store) -> Action | None:
    """Takes the last action back and forgets it; None where there is none."""
    table = schema.action
    with store.write_connection() as connection:
        row = connection.execute(select(table).order_by(table.c.id.desc()).limit(1)).first()
        if row is None:
            return None
        _take_back(connection, row)
        connection.execute(delete(table).where(table.c.id == row.id))
        return Action(row.id, row.done_at, row.summary)


def _take_back(connection: Connection, action: Row[Any]) -> None:
    labelled: set[str] = set()
    try:
        for step in reversed(json.loads(action.steps)):
            table = KEPT[step["table"]]
            labelled |= _hashes(connection, table, step)
            for key in step["remove"]:
                connection.execute(delete(table).where(_is(table, key)))
            for row in step["put"]:
                _put(connection, table, _typed(table, row))
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedValueError(f"action {action.id} can't be read: {error!r}") from error
    refresh_shown(connection, labelled)


def _hashes(connection: Connection, table: Table, step: Mapping[str, Any]) -> set[str]:
    """Of the contents whose labels a step changes, asked before it does."""
    if table is not schema.label:
        return set()
    gone = [connection.execute(select(table.c.hash).where(_is(table, key))).scalar() for key in step["remove"]]
    return {row["hash"] for row in step["put"]} | {digest for digest in gone if digest}


def _put(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """The row as it was, whether it is there with other values or not at all."""
    key = {name: row[name] for name in _key_names(table)}
    placed = _placed(table, {name: value for name, value in row.items() if name != "content_id"})
    rest = {name: value for name, value in placed.items() if name not in key}
    if connection.execute(update(table).where(_is(table, key)).values(rest)).rowcount == 0:
        connection.execute(insert(table).values(placed))


def _placed(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with the number that the content of its hash has just now."""
    if "content_id" not in table.c or "content_id" in row:
        return dict(row)
    content = schema.content.c
    number = select(content.id).where(content.hash == row["hash"]).scalar_subquery()
    return {**row, "content_id": number}


def refresh_shown(connection: Connection, hashes: Sequence[str] | set[str]) -> None:
    """Brings what is shown of the faces in these contents in line with what people say."""
    face, content = schema.face.c, schema.content.c
    faces = select(face.id).join_from(schema.face, schema.content).where(content.hash == bindparam("digest"))
    shown.refresh(
        connection,
        [number for digest in hashes for number in connection.execute(faces, {"digest": digest}).scalars()],
    )


def forget_all(connection: Connection) -> int:
    """Empties the history: nothing done so far can be taken back any more. Says how many actions that were."""
    count = connection.execute(select(func.count()).select_from(schema.action)).scalar_one()
    connection.execute(delete(schema.action))
    return int(count)


def _key_names(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _is(table: Table, key: Mapping[str, Any]) -> ColumnElement[bool]:
    return and_(*(table.c[name] == key[name] for name in _key_names(table)))


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


def _typed(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    times = {column.name for column in table.c if column.name.endswith("_at")}
    return {name: datetime.fromisoformat(value) if name in times else value for name, value in row.items()}

"""What people did, and how the last of it is taken back.

Everything a person types in lives in the tables of `KEPT`. Who changes one of them does so through a `Recorder`, which
notes beside each change what undoes it; all of it is one transaction and one action of the history. Of the history so
much is kept as the settings `undo_days` and `undo_megabytes` say, and always the last action.

The steps of an action are JSON, an array of objects: `table`, `remove` (the keys of rows that were added), `put` (rows
as they were). An album may have 50,000 photos, so rows are kept in short: see `_packed`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, LargeBinary, Row, Table, cast, delete, func, select, update

from gallery.db import schema
from gallery.db.columns import DamagedValueError
from gallery.db.engine import add_row
from gallery.db.keyed import (
    Values,
    contents_with,
    delete_rows,
    insert_rows,
    key_of,
    placed,
    rows_of,
    update_rows,
)
from gallery.settings import Settings
from gallery.store import compacting, shown
from gallery.store.drawn import drop_undrawn
from gallery.store.homes import settle
from gallery.store.store import Store
from gallery.store.unwanted import bring_back
from gallery.store.words import faces_of_shots
from gallery.system.outside import read_json

_OF_FACES: Final = (schema.label, schema.drawn_face)
"""Those that decide what is shown of faces."""
_ALBUMS: Final = (schema.album, schema.album_photo, schema.saved_query)
KEPT: Final = {table.name: table for table in (*_OF_FACES, schema.pick, schema.turned, *_ALBUMS, schema.root)}
"""The tables that only a Recorder takes rows from, by name. Where both refer to each other, parents come first.

To `root`, the folders that are looked through, indexing adds; to the others a Recorder alone.
"""


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person did: `summary` says what, as in `album 'Summer' deleted`."""

    id: int
    done_at: datetime
    summary: str

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {"id": self.id, "done_at": self.done_at.isoformat(), "summary": self.summary}


@dataclass(frozen=True, slots=True)
class Compacted:
    """The bytes of a database before and after it was compacted, and how many actions were forgotten."""

    before: int
    after: int
    forgotten: int


class Recorder:
    """Changes the tables of what people typed in, and remembers how to go back.

    `summary` says what was done; it may be set anew as long as the action goes on, when more is known.
    """

    def __init__(self, connection: Connection, summary: str) -> None:
        self.connection = connection
        self.summary = summary
        self._steps: list[dict[str, Any]] = []
        self._labelled: set[str] = set()

    def insert(self, table: Table, rows: Sequence[Values]) -> list[tuple[Any, ...]]:
        """Adds rows and gives their keys. A `hash` without a `content_id` is looked up among the contents."""
        keys = insert_rows(self.connection, table, placed(self.connection, table, rows))
        self._note(table, added=keys)
        self._touch(table, rows)
        return [tuple(key.values()) for key in keys]

    def delete(self, table: Table, *conditions: ColumnElement[bool]) -> int:
        """Removes the rows that meet all conditions, and says how many. Rows that hang on them must be gone before."""
        was = self._rows(table, conditions)
        self.connection.execute(delete(table).where(*conditions))
        self._note(table, was=was)
        self._touch(table, was)
        return len(was)

    def update(self, table: Table, values: Values, *conditions: ColumnElement[bool]) -> int:
        """Changes the rows that meet all conditions, and says how many meet them. Keys can't be changed."""
        rows = self._rows(table, conditions)
        was = [row for row in rows if any(row[name] != value for name, value in values.items())]
        if was:
            self.connection.execute(update(table).where(*conditions).values(dict(values)))
            self._note(table, was=was)
            self._touch(table, was)
        return len(rows)

    def update_each(self, table: Table, rows: Sequence[Values]) -> None:
        """Changes many rows, each to values of its own: every one has its key and the same other columns."""
        was = rows_of(self.connection, table, rows)
        changed = [row for row in rows if _differs(row, was[key_of(table, row)])]
        if changed:
            update_rows(self.connection, table, changed)
            before = [was[key_of(table, row)] for row in changed]
            self._note(table, was=before)
            self._touch(table, before)

    def finish(self) -> bool:
        """Lets what is shown follow, and adds the action to the history: true unless nothing was changed."""
        refresh_shown(self.connection, self._labelled)
        settle(self.connection)
        if self._steps:
            steps = json.dumps(self._steps, separators=(",", ":"))
            add_row(self.connection, schema.action, done_at=datetime.now(UTC), summary=self.summary, steps=steps)
        return bool(self._steps)

    def _rows(self, table: Table, conditions: Sequence[ColumnElement[bool]]) -> list[dict[str, Any]]:
        return [dict(row._mapping) for row in self.connection.execute(select(table).where(*conditions))]

    def _note(self, table: Table, *, added: Sequence[Values] = (), was: Sequence[Values] = ()) -> None:
        if added or was:
            self._steps.append({"table": table.name, "remove": _packed(added), "put": _packed(was)})

    def _touch(self, table: Table, rows: Sequence[Values]) -> None:
        if table in _OF_FACES:
            self._labelled |= {row["hash"] for row in rows}


@contextmanager
def recorded(store: Store, summary: str, *, dry_run: bool = False) -> Iterator[Recorder]:
    """One action: all its changes are in the database at the end, or none after an exception or in a dry run."""
    with store.write_connection() as connection:
        recorder = Recorder(connection, summary)
        yield recorder
        if dry_run:
            connection.rollback()
        elif recorder.finish():
            forget_old(connection, store.limits)


def forget_old(connection: Connection, limits: Settings) -> int:
    """Forgets the actions that lie further back than the limits, but never the last: how many.

    Whatever the clock said, those that are kept have no gap: each can only be taken back after all that came later.
    """
    action = schema.action.c
    size = func.length(cast(action.steps, LargeBinary))
    sized = select(action.id, func.sum(size).over(order_by=action.id.desc()).label("total")).subquery()
    small = select(func.min(sized.c.id)).where(sized.c.total <= limits.undo_megabytes * 1e6)
    fresh = select(func.min(action.id)).where(action.done_at >= datetime.now(UTC) - timedelta(days=limits.undo_days))
    last = connection.execute(select(func.max(action.id))).scalar()
    if last is None:
        return 0
    first = max(last if found is None else found for found in map(connection.scalar, (small, fresh)))
    return connection.execute(delete(schema.action).where(action.id < first)).rowcount


def compact(store: Store) -> Compacted:
    """Forgets what lies further back than the limits, and gives the room of all that was deleted back to the disk.

    Raises StoreLockedError while photos are being indexed.
    """
    with store.write_connection() as connection:
        forgotten = forget_old(connection, store.limits)
    return Compacted(*compacting.compact(store), forgotten)


def list_actions(store: Store, *, limit: int | None = None) -> list[Action]:
    """What can be taken back, the last first: in that order alone."""
    action = schema.action.c
    statement = select(action.id, action.done_at, action.summary).order_by(action.id.desc()).limit(limit)
    with store.read() as connection:
        return [Action(*row) for row in connection.execute(statement)]


def undo(store: Store) -> Action | None:
    """Takes the last action back and forgets it; None where there is none.

    Raises StoreError where the record of it is damaged; nothing is changed then.
    """
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
    for table, gone, back in _steps(action):
        if table in _OF_FACES:
            labelled |= {row["hash"] for row in [*rows_of(connection, table, gone).values(), *back]}
        delete_rows(connection, table, gone)
        _put(connection, table, back)
        if table is schema.root:
            for row in back:
                bring_back(connection, row["path"])
    refresh_shown(connection, labelled)
    settle(connection)


def _steps(action: Row[Any]) -> list[tuple[Table, list[Values], list[Values]]]:
    """The last step first: the table, the keys of rows to remove, and the rows to put back."""
    try:
        return [
            (KEPT[step["table"]], _checked(step["table"], step["remove"]), _checked(step["table"], step["put"]))
            for step in reversed(read_json(action.steps))
        ]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DamagedValueError(
            f"the record of what was done last ({action.summary}) is damaged and can't be taken back: {error!r}"
        ) from error


def _checked(name: str, packed: Values) -> list[Values]:
    table = KEPT[name]
    rows = [_typed(row) for row in _unpacked(packed)]
    for row in rows:
        key_of(table, row)
        if not row.keys() <= set(table.c.keys()):
            raise ValueError(f"{name} has no such columns: {sorted(row)}")
    return rows


def _put(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """The rows as they were, whether they are there with other values or not at all."""
    here = rows_of(connection, table, rows)
    rows = placed(connection, table, [{**row, "content_id": None} if "content_id" in row else row for row in rows])
    update_rows(connection, table, [row for row in rows if key_of(table, row) in here])
    insert_rows(connection, table, [row for row in rows if key_of(table, row) not in here])


def refresh_shown(connection: Connection, hashes: Collection[str]) -> None:
    """Brings the faces of these photos, and what is shown of them and of their shots, in line with what people say."""
    drop_undrawn(connection, sorted(set(contents_with(connection, hashes).values())))
    shown.refresh(connection, faces_of_shots(connection, hashes))


def _differs(new: Values, old: Values) -> bool:
    return any(old[name] != value for name, value in new.items())


def _packed(rows: Sequence[Values]) -> dict[str, Any]:
    """Rows with the same columns, in short: what all have in common is written once, the rest as lists.

    `[{"album_id": 7, "hash": "a"}, {"album_id": 7, "hash": "b"}]` becomes
    `{"common": {"album_id": 7}, "columns": ["hash"], "rows": [["a"], ["b"]]}`.
    """
    if not rows:
        return {"common": {}, "columns": [], "rows": []}
    plain = [{name: _plain(value) for name, value in row.items()} for row in rows]
    columns = [name for name in plain[0] if any(row[name] != plain[0][name] for row in plain)]
    common = {name: value for name, value in plain[0].items() if name not in columns}
    return {"common": common, "columns": columns, "rows": [[row[name] for name in columns] for row in plain]}


def _unpacked(packed: Values) -> Iterable[dict[str, Any]]:
    for values in packed["rows"]:
        yield {**packed["common"], **dict(zip(packed["columns"], values, strict=True))}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _typed(row: Values) -> Values:
    return {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value is not None else value
        for name, value in row.items()
    }

"""Many rows at a time, told apart by their keys: an album may have 50,000 photos."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, insert, select, update

from gallery.db import schema

T = TypeVar("T")

Values = Mapping[str, Any]
"""Of the columns of a row, by their names."""


_CHUNK: Final = 500
"""Values in one IN list: SQLite takes 999 at least."""


def chunked(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in their order, a few hundred at a time."""
    return (values[i : i + _CHUNK] for i in range(0, len(values), _CHUNK))


def key_of(table: Table, row: Mapping[Any, Any]) -> tuple[Any, ...]:
    """What tells the row from all others of the table."""
    return tuple(map(row.__getitem__, _key_names(table)))


def rows_of(connection: Connection, table: Table, keys: Sequence[Values]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows with these keys as they are in the database, by key; those that aren't there are left out."""
    *others, last = table.primary_key
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    wanted: defaultdict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for key in (key_of(table, row) for row in keys):
        wanted[key[:-1]].append(key[-1])
    # Not a list of whole keys: for that SQLite reads the whole table.
    for values, many in wanted.items():
        same = [column == value for column, value in zip(others, values, strict=True)]
        for some in chunked(many):
            rows = connection.execute(select(table).where(*same, last.in_(some))).all()
            whole = [dict(zip(table.c.keys(), row, strict=True)) for row in rows]
            found |= {key_of(table, row): row for row in whole}
    return found


def insert_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> list[Values]:
    """Adds the rows and gives their keys, in the same order. A column that a row lacks is NULL in it."""
    if not rows:
        return []
    names = _key_names(table)
    given = list(dict.fromkeys(name for row in rows for name in row))
    complete = [{name: row.get(name) for name in given} for row in rows]
    if set(names) <= set(given):
        connection.execute(insert(table), complete)
        return [{name: row[name] for name in names} for row in rows]
    numbered = insert(table).returning(*table.primary_key, sort_by_parameter_order=True)
    return [dict(zip(names, row, strict=True)) for row in connection.execute(numbered, complete)]


def update_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Gives each row that has one of these keys its new values. All name the same columns."""
    if rows:
        names = _key_names(table)
        change = update(table).values({name: bindparam(name) for name in rows[0] if name not in names})
        given = [{f"key_{name}" if name in names else name: value for name, value in row.items()} for row in rows]
        connection.execute(change.where(_is(table)), given)


def delete_rows(connection: Connection, table: Table, keys: Sequence[Values]) -> None:
    """Removes the rows with these keys, those that are there."""
    if keys:
        given = [{f"key_{name}": key[name] for name in _key_names(table)} for key in keys]
        connection.execute(delete(table).where(_is(table)), given)


def placed(connection: Connection, table: Table, rows: Sequence[Values]) -> list[Values]:
    """The rows; one with a `hash` and no `content_id` gets the number of the photo that has just now, if any."""
    if "content_id" not in table.c:
        return list(rows)
    numbers = contents_with(connection, [row["hash"] for row in rows if row.get("content_id") is None])
    return [row if row.get("content_id") else {**row, "content_id": numbers.get(row["hash"])} for row in rows]


def contents_with(connection: Connection, hashes: Iterable[str]) -> dict[str, int]:
    """The numbers of the photos that have, or ever had, the bytes with these hashes; unknown ones are left out."""
    content, version = schema.content.c, schema.version.c
    numbers: dict[str, int] = {}
    for some in chunked(sorted(set(hashes))):
        others = select(version.hash, version.content_id).where(version.content_id.is_not(None))
        numbers |= dict(connection.execute(others.where(version.hash.in_(some))).all())
        numbers |= dict(connection.execute(select(content.hash, content.id).where(content.hash.in_(some))).all())
    return numbers


@cache
def _key_names(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _is(table: Table) -> ColumnElement[bool]:
    # Not named like the columns: SQLAlchemy would take those for new values.
    return and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))

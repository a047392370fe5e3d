"""Lets files go by other paths: one of which a row has both keeps that of the new path alone."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from sqlalchemy import Connection, Table, delete, func, select, update

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.store import versions
from gallery.store.store import Store

_BY_PATH: Final = (schema.failure, schema.sidecar)


def rename_files(store: Store, names: Mapping[str, str]) -> None:
    """Lets what is known of the file at each path be known by its other path, unless something is known there already.

    What is known of sidecars and of files that can't be read goes along, for it lies in the same folders.
    """
    folders = {os.path.dirname(path): os.path.dirname(name) for path, name in names.items()}  # noqa: PTH120
    with store.write_connection() as connection:
        given_up = set(_rename(connection, schema.path, names))
        _forget_paths(connection, {path: names[path] for path in given_up})
        for table in _BY_PATH:
            known = connection.execute(select(table.c.path)).scalars().all()
            given_up = set(_rename(connection, table, _in_folders(known, folders)))
            for some in chunked(sorted(given_up)):
                connection.execute(delete(table).where(table.c.path.in_(some)))


def copies(store: Store) -> list[list[str]]:
    """The files that are there of each photo that has several."""
    path = schema.path.c
    there = path.missing_since.is_(None)
    several = select(path.content_id).where(there).group_by(path.content_id).having(func.count() > 1)
    found: dict[int, list[str]] = {}
    with store.read() as connection:
        # Two statements: of 100,000 photos with one file each, SQLite tells by an index that there are no others.
        for some in chunked(connection.execute(several).scalars().all()):
            for number, file in connection.execute(
                select(path.content_id, path.path).where(path.content_id.in_(some), there)
            ):
                found.setdefault(number, []).append(file)
    return list(found.values())


def _rename(connection: Connection, table: Table, names: Mapping[str, str]) -> Iterator[str]:
    """Renames the rows whose new path is free, and gives the paths of the others."""
    known: set[str] = set()
    for some in chunked(sorted({*names, *names.values()})):
        known |= set(connection.execute(select(table.c.path).where(table.c.path.in_(some))).scalars())
    for old in sorted(known & names.keys()):
        if names[old] in known:
            yield old
        else:
            connection.execute(update(table).where(table.c.path == old).values(path=names[old]))
            known.add(names[old])


def _forget_paths(connection: Connection, names: Mapping[str, str]) -> None:
    path, content = schema.path, schema.content
    for some in chunked(sorted(names)):
        columns = select(path.c.content_id, path.c.path, path.c.version_id).where(path.c.path.in_(some))
        rows = connection.execute(columns).all()
        connection.execute(delete(path).where(path.c.path.in_(some)))
        numbers = {row.content_id for row in rows}
        left = set(connection.execute(select(path.c.content_id).where(path.c.content_id.in_(numbers))).scalars())
        for row in rows:
            if row.content_id not in left:
                # Another photo came there since anybody looked at it by the old path.
                change = update(content).where(content.c.id == row.content_id)
                connection.execute(change.values(former_path=names[row.path]))
            if row.version_id is not None:
                versions.tell(connection, row.content_id)


def _in_folders(paths: Collection[str], folders: Mapping[str, str]) -> dict[str, str]:
    """The paths that lie in one of the folders, each with that which it has in the other."""
    split = ((path, *os.path.split(path)) for path in paths)
    return {path: os.path.join(folders[folder], name) for path, folder, name in split if folder in folders}  # noqa: PTH118

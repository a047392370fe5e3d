"""Which files hold which photo, as rows: a file that is there, is back, or became another one's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.errors import NotIndexedError
from gallery.records import FileStamp
from gallery.store import versions

_THERE: Final = {"missing_since": None, "unwanted": None}


def link(connection: Connection, file: FileStamp, content_id: int, digest: str, moved_from: str | None = None) -> None:
    """The file holds the photo, in the bytes with this hash; with `moved_from` it is the one that was there."""
    path = schema.path
    here = _path_row(connection, file.path)
    before = None if moved_from in (None, file.path) else _path_row(connection, str(moved_from))
    if before is not None and before["content_id"] != content_id:
        before = None
    values = {**stamp(file), "path": file.path, "content_id": content_id, **_THERE}
    values["version_id"] = versions.version_id(connection, content_id, digest)
    row = here or before
    if row is None:
        connection.execute(insert(path).values(values))
    else:
        connection.execute(update(path).where(path.c.id == row["id"]).values(values))
    if here is not None and before is not None:
        connection.execute(delete(path).where(path.c.id == before["id"]))
    if here is not None and here["content_id"] != content_id:
        _remember_path(connection, here)
        versions.tell(connection, here["content_id"])
    versions.tell(connection, content_id)
    clear_failure(connection, file.path)


def _path_row(connection: Connection, file: str) -> RowMapping | None:
    path = schema.path.c
    return connection.execute(select(path.id, path.content_id, path.path).where(path.path == file)).mappings().first()


def stamp(file: FileStamp) -> dict[str, Any]:
    """The columns by which a rescan sees that a file hasn't changed."""
    return {"size": file.size, "mtime_ns": file.mtime_ns}


def _remember_path(connection: Connection, lost: RowMapping) -> None:
    """Keeps the last name of a content that is in no file any more, for albums that still hold it."""
    content, path = schema.content, schema.path
    elsewhere = select(path.c.id).where(path.c.content_id == lost["content_id"]).exists()
    change = update(content).where(content.c.id == lost["content_id"], ~elsewhere)
    connection.execute(change.values(former_path=lost["path"]))


def forget_path(connection: Connection, file: str) -> None:
    """The photo has no file there any more: its name is remembered where that was its last one."""
    before = _path_row(connection, file)
    if before is not None:
        connection.execute(delete(schema.path).where(schema.path.c.id == before["id"]))
        _remember_path(connection, before)
        versions.tell(connection, before["content_id"])


def touch(connection: Connection, file: FileStamp) -> int:
    """Notes that a known file is there, with this stamp; the number of its photo."""
    path = schema.path
    row = _path_row(connection, file.path)
    if row is None:
        raise NotIndexedError(file.path, "isn't in the database")
    change = update(path).where(path.c.id == row["id"]).values(**stamp(file), **_THERE)
    connection.execute(change)
    clear_failure(connection, file.path)
    content_id: int = row["content_id"]
    return content_id


def contents_at(connection: Connection, paths: Sequence[str]) -> set[int]:
    """The numbers of the photos in these files, of those that are known."""
    path = schema.path.c
    found = (
        connection.execute(select(path.content_id).where(path.path.in_(some))).scalars() for some in chunked(paths)
    )
    return {number for some in found for number in some}


def clear_failure(connection: Connection, file: str) -> None:
    """The file could be read after all, or is gone."""
    connection.execute(delete(schema.failure).where(schema.failure.c.path == file))

"""The versions of a photo: bytes that show the same picture, and differ in what they say of it.

A photo is named by the bytes in which it was seen first, its `content.hash`, and what people say of it is kept by that
name. `version` tells which other bytes are the same photo; there is no row of it for most photos. Nothing that a person
said is rewritten when a photo gets another version: `content_id` alone, by which it is found, follows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, or_, select, update

from gallery.db import schema
from gallery.db.engine import add_row
from gallery.db.keyed import chunked, contents_with
from gallery.records import Capture, Picture
from gallery.store import shown, words
from gallery.store.succession import rename

_CAPTURE: Final = tuple(field.name for field in fields(Capture))
_PICTURE: Final = ("picture", "orientation")
_TOLD: Final = ("exif", "exif part", "gps")
"""Where dates come from that a file tells itself, the surest first."""
_SPOKEN: Final = (schema.label, schema.drawn_face, schema.pick, schema.turned, schema.album_photo)
"""What waits for a photo without a `content_id`."""


def columns_of(picture: Picture | None) -> dict[str, Any]:
    """The columns that keep a picture."""
    return {"picture": None, "orientation": None} if picture is None else _pictured(picture)


def version_id(connection: Connection, content_id: int, digest: str) -> int | None:
    """The number of the version with these bytes; None for those that the photo is named by."""
    version, content = schema.version.c, schema.content.c
    if connection.execute(select(content.id).where(content.id == content_id, content.hash == digest)).first():
        return None
    number: int = connection.execute(select(version.id).where(version.hash == digest)).scalar_one()
    return number


def add(connection: Connection, content_id: int, digest: str, picture: Picture | None, capture: Capture) -> None:
    """Notes that these bytes are the photo, too; what they say of it is noted anew where that is known already.

    Of the times of files that had them the earliest is kept.
    """
    content = connection.execute(select(schema.content).where(schema.content.c.id == content_id)).one()
    if not _has(connection, content.hash):
        _put_own(connection, content)
    _put(connection, content, digest, {**columns_of(picture), **asdict(_earliest(connection, digest, capture))})
    learn(connection, content_id, picture)


def _earliest(connection: Connection, digest: str, capture: Capture) -> Capture:
    if capture.taken_at is None or capture.taken_source != "file":
        return capture
    version = schema.version.c
    known = select(version.taken_at, version.taken_offset_minutes).where(
        version.hash == digest, version.taken_source == "file", version.taken_at < capture.taken_at
    )
    before = connection.execute(known).first()
    return capture if before is None else replace(capture, taken_at=before[0], taken_offset_minutes=before[1])


def tell_again(connection: Connection, digest: str, told: Mapping[str, Any]) -> None:
    """Notes what a version says of itself anew; nothing for the bytes of a photo that has no versions."""
    version = schema.version
    connection.execute(update(version).where(version.c.hash == digest).values(dict(told)))


def _has(connection: Connection, digest: str) -> bool:
    version = schema.version.c
    return connection.execute(select(version.id).where(version.hash == digest)).first() is not None


def _put_own(connection: Connection, content: Row[Any]) -> None:
    """The bytes that the photo is named by, as a version: from then on `content` has what is shown of all of them."""
    _put(connection, content, content.hash, {name: content._mapping[name] for name in (*_CAPTURE, *_PICTURE)})


def _put(connection: Connection, content: Row[Any], digest: str, values: dict[str, Any]) -> None:
    version = schema.version
    row = {**values, "photo": content.hash, "content_id": content.id}
    if connection.execute(update(version).where(version.c.hash == digest).values(row)).rowcount == 0:
        add_row(connection, version, hash=digest, **row)


def learn(connection: Connection, content_id: int, picture: Picture | None) -> None:
    """Notes the picture of a photo that was indexed before there was any; one that has it already is the same photo."""
    content = schema.content
    row = connection.execute(select(content.c.hash, content.c.picture).where(content.c.id == content_id)).first()
    if picture is None or row is None or row.picture is not None:
        return
    connection.execute(update(content).where(content.c.id == content_id).values(_pictured(picture)))
    adopt(connection, content_id, row.hash, picture)
    shows = (content.c.picture == picture.data, content.c.orientation == picture.orientation)
    other = connection.execute(select(content.c.id).where(*shows, content.c.id != content_id)).scalar()
    if other is not None:
        merge(connection, min(other, content_id), max(other, content_id))


def merge(connection: Connection, kept: int, gone: int) -> None:
    """Makes one photo of two that proved to be: all that was said stays, and the last word on a face counts."""
    content, version, path = schema.content, schema.version, schema.path
    rows = {row.id: row for row in connection.execute(select(content).where(content.c.id.in_([kept, gone])))}
    for row in rows.values():
        if not _has(connection, row.hash):
            _put_own(connection, row)
    own_version = select(version.c.id).where(version.c.hash == rows[gone].hash).scalar_subquery()
    unnamed = (path.c.content_id == gone, path.c.version_id.is_(None))
    connection.execute(update(path).where(*unnamed).values(version_id=own_version))
    for table in (path, *_SPOKEN):
        connection.execute(update(table).where(table.c.content_id == gone).values(content_id=kept))
    moved = {"content_id": kept, "photo": rows[kept].hash}
    connection.execute(update(version).where(version.c.content_id == gone).values(moved))
    # With it go its faces, crops and predictions: those of the other one are of the same picture.
    connection.execute(delete(content).where(content.c.id == gone))
    rename(connection, [rows[gone].hash], rows[kept].hash)
    tell(connection, kept)
    shown.refresh(connection, words.faces_of_shots(connection, [rows[kept].hash]))


def adopt(connection: Connection, content_id: int, digest: str, picture: Picture | None) -> None:
    """Gives a photo that is new in the database the labels and places in albums that wait for any version of it."""
    version = schema.version
    is_it = version.c.hash == digest
    if picture is not None:
        is_it = or_(is_it, and_(version.c.picture == picture.data, version.c.orientation == picture.orientation))
    names = connection.execute(select(version.c.photo).where(is_it, version.c.content_id.is_(None))).scalars().all()
    waiting = and_(version.c.photo.in_(names), version.c.content_id.is_(None))
    others = connection.execute(select(version.c.hash).where(waiting)).scalars().all()
    if names:
        content = connection.execute(select(schema.content).where(schema.content.c.id == content_id)).one()
        connection.execute(update(version).where(waiting).values(content_id=content_id, photo=digest))
        _put_own(connection, content)
        rename(connection, [name for name in names if name != digest], digest)
    for table in _SPOKEN:
        waits = (table.c.hash.in_({digest, *names, *others}), table.c.content_id.is_(None))
        connection.execute(update(table).where(*waits).values(content_id=content_id))


def expect(connection: Connection, pictures: Mapping[str, Picture]) -> None:
    """Notes which pictures bytes show, by their hashes, that may never have been here: of what is to be restored.

    So what is said of them finds the photo here in other bytes, now or when it comes.
    """
    content = schema.content
    known = contents_with(connection, pictures)
    for digest, picture in pictures.items():
        if digest in known or _has(connection, digest):
            continue
        shows = (content.c.picture == picture.data, content.c.orientation == picture.orientation)
        row = connection.execute(select(content).where(*shows)).first()
        if row is None:
            name = _awaited(connection, picture) or digest
            add_row(connection, schema.version, hash=digest, photo=name, **_pictured(picture))
            continue
        if not _has(connection, row.hash):
            _put_own(connection, row)
        _put(connection, row, digest, _pictured(picture))


def _awaited(connection: Connection, picture: Picture) -> str | None:
    """The name of the photo with this picture that isn't here, and of which something is known."""
    version = schema.version.c
    waits = (version.content_id.is_(None), version.picture == picture.data, version.orientation == picture.orientation)
    return connection.execute(select(version.photo).where(*waits).order_by(version.id).limit(1)).scalar()


def only_expected(connection: Connection, hashes: Collection[str]) -> set[str]:
    """Those of the bytes of which a dump told what they show, and no file yet what it says of itself."""
    version = schema.version.c
    found: set[str] = set()
    for some in chunked(sorted(hashes)):
        unread = (version.hash.in_(some), version.taken_source.is_(None), version.hash != version.photo)
        found |= set(connection.execute(select(version.hash).where(*unread)).scalars())
    return found


def let_go(connection: Connection, content_ids: Sequence[int]) -> None:
    """Before photos are forgotten: what was said waits for them, and what tells in which bytes they may return."""
    version = schema.version
    for some in chunked(content_ids):
        spoken = _spoken_of(connection, some)
        for row in connection.execute(select(schema.content).where(schema.content.c.id.in_(spoken))).all():
            if row.picture is not None and not _has(connection, row.hash):
                _put(connection, row, row.hash, {"picture": row.picture, "orientation": row.orientation})
        for table in (*_SPOKEN, version):
            connection.execute(update(table).where(table.c.content_id.in_(spoken)).values(content_id=None))
        connection.execute(delete(version).where(version.c.content_id.in_(some)))


def _spoken_of(connection: Connection, content_ids: Sequence[int]) -> Collection[int]:
    found: set[int] = set()
    for table in _SPOKEN:
        number = table.c.content_id
        found |= set(connection.execute(select(number).where(number.in_(content_ids))).scalars())
    content, album = schema.content.c, schema.album.c
    follows = schema.succession.c
    for kept in (album.cover_hash, follows.old, follows.new):
        named = select(content.id).where(content.id.in_(content_ids), content.hash.in_(select(kept)))
        found |= set(connection.execute(named).scalars())
    return found


def tell(connection: Connection, content_id: int) -> None:
    """Brings date, place and camera of a photo in line with what its files say, where it has several versions.

    The first date that a camera wrote into one of the files counts, one that is legible to the second before others;
    without any, the earliest time that a file ever had, which is when it was changed last: a star given today doesn't
    make an old photo one of today. Place and camera are those of the file with that date, else of the first other one
    that has any; so is what is odd about a file.
    """
    version, content, face = schema.version, schema.content, schema.face
    rows = connection.execute(select(version).where(version.c.content_id == content_id).order_by(version.c.id)).all()
    if not rows:
        return
    here = [row for row in rows if _is_at_a_path(connection, content_id, row)] or rows
    told = [row for row in here if row.taken_source in _TOLD]
    told.sort(key=lambda row: (_TOLD.index(row.taken_source), row.taken_at))
    by_file = sorted((row for row in rows if row.taken_source == "file"), key=lambda row: row.taken_at)
    first = (told or by_file or here)[0]
    values = {name: first._mapping[name] for name in _CAPTURE if name.startswith("taken_")}
    values |= _first_told(here, first, "camera") | _first_told(here, first, "latitude", "longitude")
    values |= _first_told(here, first, "odd")
    connection.execute(update(content).where(content.c.id == content_id).values(values))
    connection.execute(update(face).where(face.c.content_id == content_id).values(taken_at=first.taken_at))


def _first_told(rows: Sequence[Row[Any]], first: Row[Any], *names: str) -> dict[str, Any]:
    ordered = sorted(rows, key=lambda row: row.id != first.id)
    found = next((row for row in ordered if row._mapping[names[0]] is not None), first)
    return {name: found._mapping[name] if found in rows else None for name in names}


def _is_at_a_path(connection: Connection, content_id: int, row: Row[Any]) -> bool:
    path, content = schema.path.c, schema.content.c
    is_named_by_it: ColumnElement[bool] = and_(
        path.version_id.is_(None), select(content.id).where(content.id == content_id, content.hash == row.hash).exists()
    )
    at = select(path.id).where(path.content_id == content_id, or_(path.version_id == row.id, is_named_by_it))
    return connection.execute(at.limit(1)).first() is not None


def _pictured(picture: Picture) -> dict[str, Any]:
    return {"picture": picture.data, "orientation": picture.orientation}


def hashes_at_paths(connection: Connection, content_ids: Sequence[int]) -> dict[str, str]:
    """The hashes of the files of these photos that hold other bytes than those the photo is named by."""
    path, version = schema.path.c, schema.version.c
    columns = select(path.path, version.hash).join_from(schema.path, schema.version, version.id == path.version_id)
    found: dict[str, str] = {}
    for some in chunked(content_ids):
        found |= dict(connection.execute(columns.where(version.content_id.in_(some))).all())
    return found


def content_with(connection: Connection, digest: str) -> int | None:
    """The number of the photo that has, or had, the bytes with this hash."""
    return contents_with(connection, [digest]).get(digest)

"""What the indexer may do to the database, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from gallery.db import schema
from gallery.db.engine import add_row
from gallery.errors import NotIndexedError
from gallery.faces import Box
from gallery.records import Capture, FileStamp, NewPhoto, ScoredFace
from gallery.store import shown
from gallery.store.numbering import numbers_again

_SIDES: Final = tuple(side.name for side in fields(Box))


@dataclass(frozen=True, slots=True)
class AddPhoto:
    """A file with a content seen for the first time. Where the content is there already, it becomes a LinkPath.

    The faces are numbered in their order.
    """

    file: FileStamp
    photo: NewPhoto


@dataclass(frozen=True, slots=True)
class LinkPath:
    """A file with a known content: a copy, or with `moved_from` the same file under another path.

    A path that held another content is pointed at this one.
    """

    file: FileStamp
    hash: str
    moved_from: str | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """A known file with the same content and a new stamp, or one that is back."""

    file: FileStamp


@dataclass(frozen=True, slots=True)
class FindAgain:
    """A file with a known content in which faces were looked for anew: they take the place of those known so far.

    `file` says what else became of the file. What people said stays, and finds its faces again; so do their numbers,
    and faces that are new are numbered in their order.
    """

    file: LinkPath | Touch
    photo: NewPhoto


@dataclass(frozen=True, slots=True)
class Fail:
    """A file that couldn't be read. What is known under its path stays; `transient` files are tried again."""

    file: FileStamp
    reason: str
    transient: bool


Change = AddPhoto | LinkPath | Touch | FindAgain | Fail


def apply(connection: Connection, changes: Sequence[Change], *, model_id: int, detector: str) -> None:
    """Writes the changes in their order, inside the caller's transaction.

    Raises NotIndexedError for a hash or a touched path that the database doesn't have.
    """
    new_faces: list[int] = []
    for change in changes:
        if isinstance(change, FindAgain):
            new_faces += _find_again(connection, change.photo, model_id, detector)
            change = change.file
        match change:
            case AddPhoto(file, photo):
                content_id = _content_id(connection, photo.hash)
                if content_id is None:
                    content_id = _add_content(connection, photo, detector)
                    _adopt(connection, photo.hash, content_id)
                    numbered = dict(enumerate(photo.faces, start=1))
                    new_faces += _add_faces(connection, content_id, photo.capture.taken_at, numbered, model_id)
                _link(connection, file, content_id)
            case LinkPath(file, hash, moved_from):
                content_id = _content_id(connection, hash)
                if content_id is None:
                    raise NotIndexedError(file.path, f"no photo with the content {hash} is in the database")
                _link(connection, file, content_id, moved_from)
            case Touch(file):
                _touch(connection, file)
            case Fail(file, reason, transient):
                _fail(connection, file, reason, transient)
    shown.refresh(connection, new_faces)


def _find_again(connection: Connection, photo: NewPhoto, model_id: int, detector: str) -> list[int]:
    """The ids of the new faces of a content, those before are gone; nothing for a content that isn't there."""
    content, face = schema.content, schema.face
    row = connection.execute(select(content.c.id, content.c.taken_at).where(content.c.hash == photo.hash)).first()
    if row is None:
        return []
    numbered = _numbered_again(connection, row.id, photo.faces)
    connection.execute(delete(face).where(face.c.content_id == row.id))
    told = _told_by_content(photo.capture)
    change = update(content).where(content.c.id == row.id)
    connection.execute(change.values(detector=detector, look=photo.look, **told))
    return _add_faces(connection, row.id, told.get("taken_at", row.taken_at), numbered, model_id)


def _told_by_content(capture: Capture) -> dict[str, Any]:
    """What is the same in every copy; not the time of a file, for another one may have told it, or been touched since.

    So whatever a newer version of the program reads from photos is there after `index --force`.
    """
    values = asdict(capture)
    if capture.taken_source in ("file", None):
        return {name: value for name, value in values.items() if not name.startswith("taken_")}
    return values


def _numbered_again(connection: Connection, content_id: int, found: Sequence[ScoredFace]) -> dict[int, ScoredFace]:
    """The faces by the numbers they have from now on; those of faces not found again are kept for them."""
    lost_face = schema.lost_face
    known: dict[int, Box] = {}
    for table in (schema.face, lost_face):
        columns = select(table.c.number, *(table.c[side] for side in _SIDES)).where(table.c.content_id == content_id)
        known |= {number: Box(*sides) for number, *sides in connection.execute(columns)}
    numbers = numbers_again(known, [face.detection.box for face in found])
    connection.execute(delete(lost_face).where(lost_face.c.content_id == content_id))
    lost = known.keys() - set(numbers)
    if lost:
        rows = [{"content_id": content_id, "number": number, **asdict(known[number])} for number in sorted(lost)]
        connection.execute(insert(lost_face), rows)
    return dict(zip(numbers, found, strict=True))


def _content_id(connection: Connection, digest: str) -> int | None:
    content = schema.content.c
    return connection.execute(select(content.id).where(content.hash == digest)).scalar()


def _adopt(connection: Connection, digest: str, content_id: int) -> None:
    """Gives a content that is new in the database the labels and places in albums that wait for it."""
    for table in (schema.label, schema.album_photo):
        waits = (table.c.hash == digest, table.c.content_id.is_(None))
        connection.execute(update(table).where(*waits).values(content_id=content_id))


def _link(connection: Connection, file: FileStamp, content_id: int, moved_from: str | None = None) -> None:
    path = schema.path
    here = _path_row(connection, file.path)
    before = None if moved_from in (None, file.path) else _path_row(connection, str(moved_from))
    if before is not None and before["content_id"] != content_id:
        before = None
    values = {**_stamp(file), "path": file.path, "content_id": content_id, "missing_since": None}
    row = here or before
    if row is None:
        connection.execute(insert(path).values(values))
    else:
        connection.execute(update(path).where(path.c.id == row["id"]).values(values))
    if here is not None and before is not None:
        connection.execute(delete(path).where(path.c.id == before["id"]))
    if here is not None and here["content_id"] != content_id:
        _remember_path(connection, here)
    _clear_failure(connection, file.path)


def _path_row(connection: Connection, file: str) -> RowMapping | None:
    path = schema.path.c
    return connection.execute(select(path.id, path.content_id, path.path).where(path.path == file)).mappings().first()


def _stamp(file: FileStamp) -> dict[str, Any]:
    return {"size": file.size, "mtime_ns": file.mtime_ns}


def _remember_path(connection: Connection, lost: RowMapping) -> None:
    """Keeps the last name of a content that is in no file any more, for albums that still hold it."""
    content, path = schema.content, schema.path
    elsewhere = select(path.c.id).where(path.c.content_id == lost["content_id"]).exists()
    change = update(content).where(content.c.id == lost["content_id"], ~elsewhere)
    connection.execute(change.values(former_path=lost["path"]))


def _touch(connection: Connection, file: FileStamp) -> None:
    path = schema.path
    change = update(path).where(path.c.path == file.path).values(**_stamp(file), missing_since=None)
    if connection.execute(change).rowcount == 0:
        raise NotIndexedError(file.path, "isn't in the database")
    _clear_failure(connection, file.path)


def _fail(connection: Connection, file: FileStamp, reason: str, transient: bool) -> None:
    _clear_failure(connection, file.path)
    row = {"path": file.path, **_stamp(file), "reason": reason, "transient": transient, "failed_at": datetime.now(UTC)}
    connection.execute(insert(schema.failure).values(row))


def _clear_failure(connection: Connection, file: str) -> None:
    connection.execute(delete(schema.failure).where(schema.failure.c.path == file))


def _add_content(connection: Connection, photo: NewPhoto, detector: str) -> int:
    return add_row(
        connection,
        schema.content,
        hash=photo.hash,
        width=photo.width,
        height=photo.height,
        format=photo.format,
        **asdict(photo.capture),
        look=photo.look,
        detector=detector,
        added_at=datetime.now(UTC),
    )


def _add_faces(
    connection: Connection,
    content_id: int,
    taken_at: datetime | None,
    numbered: Mapping[int, ScoredFace],
    model_id: int,
) -> list[int]:
    """The ids of the new faces; what is shown of them is still to be worked out."""
    shared = {"content_id": content_id, "taken_at": taken_at, "rejected": False}
    ids = [add_row(connection, schema.face, **shared, **_face(*one)) for one in numbered.items()]
    if ids:
        both = list(zip(ids, numbered.values(), strict=True))
        connection.execute(insert(schema.crop), [{"face_id": face_id, "jpeg": face.crop} for face_id, face in both])
        said = [
            {"face_id": face_id, "model_id": model_id, "scores": face.prediction.probabilities}
            for face_id, face in both
        ]
        connection.execute(insert(schema.prediction), said)
    return ids


def _face(number: int, face: ScoredFace) -> dict[str, Any]:
    found = face.detection
    confidence = shown.clamped(found.confidence)
    return {"number": number, **asdict(found.box), "confidence": confidence, "landmarks": found.landmarks}

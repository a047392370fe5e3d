"""What the indexer may do to the database, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from gallery.db import schema
from gallery.db.engine import add_row
from gallery.errors import NotIndexedError
from gallery.faces import Box
from gallery.records import Capture, FileStamp, NewPhoto, Picture, ScoredFace
from gallery.store import file_rows, shown, versions
from gallery.store.homes import settle
from gallery.store.numbering import numbers_again
from gallery.store.succession import Succession, are_any, follow
from gallery.store.words import faces_of_shots

_SIDES: Final = tuple(side.name for side in fields(Box))


@dataclass(frozen=True, slots=True)
class Follows:
    """That a photo shows the same shot as the one before: `numbers` are those of its faces, in their order.

    With `moved_from` the file of the photo before is gone from there, and this is the one that it became.
    """

    succession: Succession
    numbers: tuple[int, ...]
    moved_from: str | None = None


@dataclass(frozen=True, slots=True)
class AddPhoto:
    """A file with a content seen for the first time. Where the content is there already, it becomes a LinkPath.

    The faces are numbered in their order, unless it follows another photo.
    """

    file: FileStamp
    photo: NewPhoto
    follows: Follows | None = None


@dataclass(frozen=True, slots=True)
class NewVersion:
    """Bytes that weren't seen before and are a known photo, that with `of` as the hash of some bytes it has or had."""

    of: str
    picture: Picture | None
    capture: Capture


@dataclass(frozen=True, slots=True)
class LinkPath:
    """A file with a known content: a copy, or with `moved_from` the same file under another path.

    With `version` it is the photo that this tells, in new bytes. A path that held another content is pointed at this
    one. `picture` is told where that of the content wasn't known.
    """

    file: FileStamp
    hash: str
    moved_from: str | None = None
    version: NewVersion | None = None
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """A known file with the same content and a new stamp, or one that is back; `picture` as in LinkPath."""

    file: FileStamp
    picture: Picture | None = None


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
    followed = [change.follows for change in changes if isinstance(change, AddPhoto) and change.follows]
    paths = list(_paths(changes)) if followed or are_any(connection) else []
    touched = file_rows.contents_at(connection, paths)
    for change in changes:
        if isinstance(change, FindAgain):
            new_faces += _find_again(connection, change, model_id, detector)
            change = change.file
        match change:
            case AddPhoto(file, photo, follows):
                content_id = versions.content_with(connection, photo.hash)
                if content_id is None:
                    content_id = _add_content(connection, photo, detector)
                    versions.adopt(connection, content_id, photo.hash, photo.picture)
                    numbers = follows.numbers if follows else count(1)
                    numbered = dict(zip(numbers, photo.faces, strict=False))
                    new_faces += _add_faces(connection, content_id, photo.capture.taken_at, numbered, model_id)
                file_rows.link(connection, file, content_id, photo.hash)
                if follows:
                    follow(connection, follows.succession)
                if follows and follows.moved_from:
                    file_rows.forget_path(connection, follows.moved_from)
            case LinkPath():
                _link_known(connection, change)
            case Touch(file, picture):
                versions.learn(connection, file_rows.touch(connection, file), picture)
            case Fail(file, reason, transient):
                _fail(connection, file, reason, transient)
    new_faces += faces_of_shots(connection, [one.succession.new for one in followed])
    shown.refresh(connection, new_faces)
    settle(connection, touched | file_rows.contents_at(connection, paths))


def _paths(changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        one = change.file if isinstance(change, FindAgain) else change
        yield one.file.path
        moved_from = one.moved_from if isinstance(one, LinkPath) else None
        if isinstance(one, AddPhoto) and one.follows:
            moved_from = one.follows.moved_from
        if moved_from:
            yield moved_from


def _find_again(connection: Connection, change: FindAgain, model_id: int, detector: str) -> list[int]:
    """The ids of the new faces of a content, those before are gone; nothing for a content that isn't there."""
    content, face, photo = schema.content, schema.face, change.photo
    new = change.file.version if isinstance(change.file, LinkPath) else None
    content_id = versions.content_with(connection, new.of if new else photo.hash)
    if content_id is None:
        return []
    taken_at = connection.execute(select(content.c.taken_at).where(content.c.id == content_id)).scalar()
    numbered = _numbered_again(connection, content_id, photo.faces)
    connection.execute(delete(face).where(face.c.content_id == content_id))
    # New bytes tell of themselves alone: they are noted, and asked, beside the others when the file is linked.
    told = {} if new else _told_by_content(photo.capture, _date_told_by(connection, content_id, photo.hash))
    found = {"detector": detector, "look": photo.look, "lies": photo.lies, "searched": photo.searched}
    if photo.colour is not None:
        found["colour"] = photo.colour
    connection.execute(update(content).where(content.c.id == content_id).values(**found, **told))
    new_faces = _add_faces(connection, content_id, told.get("taken_at", taken_at), numbered, model_id)
    if new is None:
        versions.tell_again(connection, photo.hash, told)
        versions.learn(connection, content_id, photo.picture)
    versions.tell(connection, content_id)
    return new_faces


def _date_told_by(connection: Connection, content_id: int, digest: str) -> str | None:
    """Where the date comes from that is noted of these bytes; of a photo without versions, that of the photo."""
    content, version = schema.content.c, schema.version.c
    own = connection.execute(select(version.taken_source).where(version.hash == digest)).first()
    row = own or connection.execute(select(content.taken_source).where(content.id == content_id)).one()
    source: str | None = row[0]
    return source


def _told_by_content(capture: Capture, known_source: str | None) -> dict[str, Any]:
    """What is the same in every copy; not the time of a file, for another one may have told it, or been touched since.

    But where a date was read from the photo that no longer counts as one, such as of the year 9999, that of the file is
    better.

    So whatever a newer version of the program reads from photos is there after `index --force`.
    """
    values = asdict(capture)
    if capture.taken_source in ("file", None) and known_source in ("file", None):
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


def _link_known(connection: Connection, change: LinkPath) -> None:
    digest, new = change.hash, change.version
    content_id = versions.content_with(connection, new.of if new else digest)
    if content_id is None:
        raise NotIndexedError(change.file.path, f"no photo with the content {digest} is in the database")
    if new is not None:
        versions.add(connection, content_id, digest, new.picture, new.capture)
    versions.learn(connection, content_id, change.picture)
    # Learning what it shows may have made one photo of two.
    file_rows.link(
        connection, change.file, versions.content_with(connection, digest) or content_id, digest, change.moved_from
    )


def _fail(connection: Connection, file: FileStamp, reason: str, transient: bool) -> None:
    file_rows.clear_failure(connection, file.path)
    row = {
        "path": file.path,
        **file_rows.stamp(file),
        "reason": reason,
        "transient": transient,
        "failed_at": datetime.now(UTC),
    }
    connection.execute(insert(schema.failure).values(row))


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
        colour=photo.colour,
        lies=photo.lies,
        **versions.columns_of(photo.picture),
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

"""What the database knows of files, against which a run compares those it finds."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from sqlalchemy import Connection, select

from gallery.db import schema
from gallery.faces import Box, Detection
from gallery.records import Capture, FoundFace
from gallery.store.versions import content_with


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the database knows of one path. `hash` is None for a file that could never be read.

    `first_hash` is of the bytes in which the photo was seen first, where those are others. `missing` is true of files
    that are gone, and of those that aren't wanted any more, for which `unwanted` says why. After a failure, `size` and
    `mtime_ns` are those of the file that failed, and `failure` is the reason.
    """

    size: int
    mtime_ns: int
    hash: str | None
    missing: bool
    failure: str | None = None
    transient: bool = False
    first_hash: str | None = None
    unwanted: str | None = None

    @property
    def photo(self) -> str | None:
        """The hash that names the photo."""
        return self.first_hash or self.hash


@dataclass(frozen=True, slots=True)
class StoredFace(FoundFace):
    """A face as it was stored, and its number in the photo."""

    number: int


@dataclass(frozen=True, slots=True)
class StoredLook:
    """What is kept of how a photo looks: width and height, its look, what it says of itself, and each face.

    `hash` names it. `numbers` are all that faces of it ever had.
    """

    hash: str
    size: tuple[int, int]
    look: int | None
    orientation: int
    capture: Capture
    faces: tuple[StoredFace, ...]
    numbers: tuple[int, ...]


def known_files(connection: Connection) -> dict[str, KnownFile]:
    """Every path the database has heard of."""
    path, content, version, failure = schema.path.c, schema.content.c, schema.version.c, schema.failure.c
    paths = select(path.path, path.size, path.mtime_ns, content.hash, path.missing_since.is_not(None), path.unwanted)
    found = connection.execute(paths.join_from(schema.path, schema.content)).all()
    known = {
        file: KnownFile(size, mtime_ns, digest, gone, unwanted=why) for file, size, mtime_ns, digest, gone, why in found
    }
    # Few have other bytes: to look for them at each of 100,000 files would be noticed.
    others = select(path.path, version.hash).join_from(schema.path, schema.version, version.id == path.version_id)
    for file, digest in connection.execute(others.where(path.version_id.is_not(None))):
        known[file] = replace(known[file], hash=digest, first_hash=known[file].hash)
    failures = select(failure.path, failure.size, failure.mtime_ns, failure.reason, failure.transient)
    for file, size, mtime_ns, reason, transient in connection.execute(failures):
        before = known.get(file) or KnownFile(size, mtime_ns, None, missing=False)
        known[file] = replace(before, size=size, mtime_ns=mtime_ns, failure=reason, transient=transient)
    return known


def stored_look(connection: Connection, digest: str) -> StoredLook | None:
    """What is kept of how a photo with these bytes looks; None for one that isn't there."""
    number = content_with(connection, digest)
    row = connection.execute(select(schema.content).where(schema.content.c.id == number)).first()
    if row is None:
        return None
    capture = Capture(*(row._mapping[field.name] for field in fields(Capture)))
    faces = _stored_faces(connection, row.id)
    lost = schema.lost_face.c
    numbers = connection.execute(select(lost.number).where(lost.content_id == row.id)).scalars()
    known = (*(face.number for face in faces), *numbers)
    return StoredLook(row.hash, (row.width, row.height), row.look, row.orientation or 1, capture, faces, known)


def _stored_faces(connection: Connection, content_id: int) -> tuple[StoredFace, ...]:
    face, crop = schema.face.c, schema.crop.c
    sides = (face.left, face.top, face.right, face.bottom)
    columns = select(face.number, face.confidence, face.landmarks, crop.jpeg, *sides)
    found = columns.join_from(schema.face, schema.crop).where(face.content_id == content_id).order_by(face.number)
    return tuple(
        StoredFace(Detection(Box(*box), confidence, landmarks), jpeg, number)
        for number, confidence, landmarks, jpeg, *box in connection.execute(found)
    )

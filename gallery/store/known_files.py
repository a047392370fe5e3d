"""What the database knows of files, against which a run compares those it finds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from gallery.db import schema
from gallery.faces import Box
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
class StoredLook:
    """What is kept of how a photo looks: width and height, its look, and the box and crop of each face."""

    size: tuple[int, int]
    look: int | None
    faces: tuple[tuple[Box, bytes], ...]


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
    content, face, crop = schema.content.c, schema.face.c, schema.crop.c
    number = content_with(connection, digest)
    columns = select(content.width, content.height, content.look).where(content.id == number)
    row = connection.execute(columns).first()
    if row is None:
        return None
    sides = (face.left, face.top, face.right, face.bottom)
    found = select(*sides, crop.jpeg).join_from(schema.face, schema.crop).where(face.content_id == number)
    faces = tuple((Box(*box), jpeg) for *box, jpeg in connection.execute(found))
    return StoredLook((row.width, row.height), row.look, faces)

"""The places of photos in manual albums, inside the transaction of whoever calls: each is kept by the hash of a photo.

A photo may have several hashes, see `gallery.store.versions`: an album knows it by that under which it was put in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from gallery.curation.album_rows import AlbumRow, chosen_ids, ids_in
from gallery.curation.history import Recorder
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.errors import AlbumError
from gallery.settings import Settings
from gallery.store.homes import homes
from gallery.system.paths import AnyPath, absolute


def hashes_in(connection: Connection, album: AlbumRow) -> list[str]:
    """The hashes of all photos of a manual album, in its order, also of those that wait."""
    place = schema.album_photo.c
    within = select(place.hash).where(place.album_id == album.id).order_by(place.position, place.hash)
    return list(connection.execute(within).scalars())


def hashes_of(connection: Connection, content_ids: Sequence[int]) -> list[str]:
    """The hashes of these contents, in the same order."""
    content = schema.content.c
    found: dict[int, str] = {}
    for chunk in chunked(content_ids):
        found |= dict(connection.execute(select(content.id, content.hash).where(content.id.in_(chunk))).all())
    return [found[number] for number in content_ids]


def places_of(connection: Connection, album: AlbumRow, content_ids: Sequence[int]) -> list[str]:
    """The hashes by which the album knows these photos, in order, of one that proved to be two both; else its own."""
    place = schema.album_photo.c
    inside = select(place.content_id, place.hash).where(place.album_id == album.id, place.content_id.is_not(None))
    known: defaultdict[int, list[str]] = defaultdict(list)
    for number, digest in connection.execute(inside.order_by(place.position, place.hash)):
        known[number].append(digest)
    named = zip(content_ids, hashes_of(connection, content_ids), strict=True)
    return [digest for number, own in named for digest in known.get(number, [own])]


def cover_id(connection: Connection, album: AlbumRow) -> int | None:
    """The number of the photo that was made the cover; None where none was, or it isn't in the database."""
    return homes(connection, [album.cover_hash]).get(album.cover_hash) if album.cover_hash else None


def append(recorder: Recorder, album_id: int, content_ids: Sequence[int]) -> int:
    """Puts the photos behind those of the album; how many weren't in it before."""
    place = schema.album_photo.c
    last = recorder.connection.execute(select(func.max(place.position)).where(place.album_id == album_id)).scalar()
    within = select(place.hash, place.content_id).where(place.album_id == album_id)
    present = {value for row in recorder.connection.execute(within) for value in row}
    both = zip(content_ids, hashes_of(recorder.connection, content_ids), strict=True)
    fresh = {digest: number for number, digest in both if present.isdisjoint((digest, number))}
    shared = {"album_id": album_id, "added_at": datetime.now(UTC)}
    new = [
        {**shared, "hash": digest, "content_id": number, "position": position}
        for position, (digest, number) in enumerate(fresh.items(), start=(last or 0) + 1)
    ]
    recorder.insert(schema.album_photo, new)
    return len(new)


def arrange(recorder: Recorder, album: AlbumRow, hashes: Sequence[str]) -> None:
    """Gives the photos of a manual album this order; `hashes` has each of them once."""
    if list(hashes) != hashes_in(recorder.connection, album):
        new = [{"album_id": album.id, "hash": digest, "position": n} for n, digest in enumerate(hashes, start=1)]
        recorder.update_each(schema.album_photo, new)


def hashes_at(
    connection: Connection, album: AlbumRow, paths: Sequence[AnyPath], settings: Settings | None = None
) -> list[str]:
    """The hashes by which the album knows the photos at these paths. Raises AlbumError for one that isn't in it."""
    settings = settings or Settings()
    # Also those that nobody wants for now may be taken out of a manual one.
    inside = set(all_in(connection, album) if album.query is None else ids_in(connection, album, settings))
    found = [chosen_ids(connection, [path], settings)[0] for path in paths]
    for path, number in zip(paths, found, strict=True):
        if number not in inside:
            raise AlbumError(album.name, f"{absolute(path)} isn't in it; `gallery album show` lists what is")
    return places_of(connection, album, found)


def all_in(connection: Connection, album: AlbumRow) -> set[int]:
    """The numbers of all photos of a manual album that are in the database, also of those that nobody wants for now."""
    place = schema.album_photo.c
    within = select(place.content_id).where(place.album_id == album.id, place.content_id.is_not(None))
    return set(connection.execute(within).scalars())

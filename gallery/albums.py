"""Albums: named, ordered collections of photos.

A place in an album belongs to the content of a photo, so it survives moves, copies and indexing anew. Nothing here
touches photos. Each function is one transaction: after an error nothing is changed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, func, select

from gallery import rows, schema, search
from gallery.errors import AlbumError, NotIndexedError
from gallery.history import Recorder, recorded
from gallery.query import Query, album_key
from gallery.records import PhotoRecord
from gallery.settings import Settings
from gallery.store import Store

LONGEST_NAME: Final = 200
"""In characters."""


@dataclass(frozen=True, slots=True)
class Album:
    """An album; `count` includes the `missing` photos, of which no file exists any more."""

    name: str
    count: int
    missing: int
    created_at: datetime
    note: str


def create_album(
    store: Store, name: str, query: Query | None = None, settings: Settings | None = None, *, note: str = ""
) -> Album:
    """A new album of the photos that match now, in the query's order; without a query an empty one.

    Names are told apart ignoring case. Raises AlbumError for a name that is taken or unusable.
    """
    name = _check_name(name)
    with recorded(store, f"album {name!r} made") as recorder:
        _check_free(recorder.connection, name)
        row = {"name": name, "key": album_key(name), "note": note, "created_at": datetime.now(UTC)}
        [(number,)] = recorder.insert(schema.album, [row])
        if query is not None:
            _append(recorder, number, search.matching_ids(recorder.connection, query, settings or Settings()))
        return _albums(recorder.connection, number)[0]


def add_to_album(store: Store, name: str, what: Query | Iterable[str], settings: Settings | None = None) -> int:
    """Appends the photos of a query or at these absolute paths; how many weren't in the album before."""
    with recorded(store, f"photos added to album {name!r}") as recorder:
        number = _find(recorder.connection, name)
        return _append(recorder, number, _content_ids(recorder.connection, what, settings or Settings()))


def remove_from_album(store: Store, name: str, what: Query | Iterable[str], settings: Settings | None = None) -> int:
    """Takes the photos of a query or at these absolute paths out of the album; how many were in it."""
    place = schema.album_photo
    with recorded(store, f"photos taken out of album {name!r}") as recorder:
        number = _find(recorder.connection, name)
        unwanted = _content_ids(recorder.connection, what, settings or Settings())
        return sum(
            recorder.delete(place, place.c.album_id == number, place.c.content_id.in_(chunk))
            for chunk in rows.chunked(unwanted)
        )


def list_albums(store: Store) -> list[Album]:
    """Every album, by name."""
    with store.read() as connection:
        return _albums(connection)


def album_photos(store: Store, name: str, settings: Settings | None = None) -> list[PhotoRecord]:
    """The photos in the album's order, those without any file left marked as missing."""
    place = schema.album_photo.c
    gate = search.Gate.of(Query(), settings or Settings())
    with store.read() as connection:
        within = select(place.content_id).where(
            place.album_id == _find(connection, name), place.content_id.is_not(None)
        )
        found = connection.execute(within.order_by(place.position, place.content_id)).scalars().all()
        return rows.records(connection, found, gate)


def rename_album(store: Store, name: str, new_name: str) -> Album:
    """The album under its new name; only the case may differ."""
    new_name = _check_name(new_name)
    with recorded(store, f"album {name!r} renamed to {new_name!r}") as recorder:
        number = _find(recorder.connection, name)
        if album_key(new_name) != album_key(name):
            _check_free(recorder.connection, new_name)
        recorder.update(schema.album, {"name": new_name, "key": album_key(new_name)}, schema.album.c.id == number)
        return _albums(recorder.connection, number)[0]


def delete_album(store: Store, name: str) -> None:
    """Deletes the album. Its photos stay, on the disk and in the database."""
    with recorded(store, f"album {name!r} deleted") as recorder:
        number = _find(recorder.connection, name)
        recorder.delete(schema.album_photo, schema.album_photo.c.album_id == number)
        recorder.delete(schema.album, schema.album.c.id == number)


def _check_name(name: str) -> str:
    """The name without surrounding space, in one line of 1 to 200 characters."""
    stripped = name.strip()
    if not 1 <= len(stripped) <= LONGEST_NAME:
        raise AlbumError(name, f"a name has 1 to {LONGEST_NAME} characters")
    # Control characters, halves of surrogate pairs, line and paragraph separators: they garble lists and files.
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in stripped):
        raise AlbumError(name, "a name has no control characters, line breaks or broken letters")
    return stripped


def _check_free(connection: Connection, name: str) -> None:
    album = schema.album.c
    taken = connection.execute(select(album.name).where(album.key == album_key(name))).scalar()
    if taken is not None:
        raise AlbumError(name, "exists already" + ("" if taken == name else f" as {taken!r}"))


def _find(connection: Connection, name: str) -> int:
    number = search.album_id(connection, name)
    if number is None:
        raise search.no_album(name)
    return number


def _content_ids(connection: Connection, what: Query | Iterable[str], settings: Settings) -> Sequence[int]:
    if isinstance(what, Query):
        return search.matching_ids(connection, what, settings)
    path = schema.path.c
    paths = list(what)
    found: dict[str, int] = {}
    for chunk in rows.chunked(paths):
        pairs = connection.execute(select(path.path, path.content_id).where(path.path.in_(chunk)))
        found |= dict(pairs.all())
    for file in paths:
        if file not in found:
            raise NotIndexedError(file, "isn't in the database; run `gallery index` on its folder")
    return [found[file] for file in paths]


def _append(recorder: Recorder, number: int, content_ids: Sequence[int]) -> int:
    place, content = schema.album_photo, schema.content.c
    within = select(place.c.content_id).where(place.c.album_id == number)
    present = set(recorder.connection.execute(within).scalars())
    ends = select(func.max(place.c.position)).where(place.c.album_id == number)
    last = recorder.connection.execute(ends).scalar() or 0
    fresh = [content_id for content_id in dict.fromkeys(content_ids) if content_id not in present]
    hashes: dict[int, str] = {}
    for chunk in rows.chunked(fresh):
        hashes |= dict(recorder.connection.execute(select(content.id, content.hash).where(content.id.in_(chunk))).all())
    shared = {"album_id": number, "added_at": datetime.now(UTC)}
    new = [
        {**shared, "hash": hashes[content_id], "content_id": content_id, "position": last + step}
        for step, content_id in enumerate(fresh, start=1)
    ]
    recorder.insert(place, new)
    return len(new)


def _albums(connection: Connection, number: int | None = None) -> list[Album]:
    album, place, path = schema.album.c, schema.album_photo.c, schema.path.c
    inside = select(func.count()).where(place.album_id == album.id, place.content_id.is_not(None))
    present = select(path.id).where(path.content_id == place.content_id, path.missing_since.is_(None)).exists()
    statement = select(
        album.name,
        inside.scalar_subquery(),
        inside.where(~present).scalar_subquery(),
        album.created_at,
        album.note,
    ).order_by(album.key)
    if number is not None:
        statement = statement.where(album.id == number)
    return [Album(*row) for row in connection.execute(statement)]

"""Albums: named collections of photos.

A manual album is an ordered list. A place in it belongs to the content of a photo, so it survives moves, copies and
indexing anew; a photo that isn't in the database keeps its place and waits. A smart album is a query, and holds what
the query finds just now. Nothing here touches photos. Each function is one transaction: after an error nothing is
changed; and one action of `gallery.curation.history`. With `dry_run` nothing is changed either: the answer is what it
would be.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from gallery.curation import album_places, album_rows, kept_queries
from gallery.curation.album_rows import Album, AlbumRow, Photos, check_free, check_name, check_note, find, find_manual
from gallery.curation.history import Recorder, recorded
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.errors import AlbumError, UsageError
from gallery.query import terms
from gallery.query.query import Query, album_key
from gallery.records import PhotoRecord
from gallery.search import counting, matches
from gallery.search.chosen import copies_meant
from gallery.settings import Settings
from gallery.store import photo_rows
from gallery.store.store import Store
from gallery.system.paths import AnyPath, absolute

__all__ = ["Album", "Photos"]


def create_album(
    store: Store,
    name: str,
    what: Photos | None = None,
    settings: Settings | None = None,
    *,
    note: str = "",
    dry_run: bool = False,
) -> Album:
    """A new manual album of the photos of a query, in its order, or of those named; without any an empty one.

    Names are told apart ignoring case. Raises AlbumError for a name that is taken or unusable, NotIndexedError.
    """
    settings = settings or Settings()
    with recorded(store, f"album {name!r} made", dry_run=dry_run) as recorder:
        # Looked for before the album is there: it isn't part of itself.
        found = [] if what is None else album_rows.chosen_ids(recorder.connection, what, settings)
        album = _insert(recorder, name, note=note)
        count = album_places.append(recorder, album.id, found)
        recorder.summary = f"album {album.name!r} made with {_photos(count)}"
        return _described(recorder, album, settings)


def create_smart_album(
    store: Store,
    name: str,
    query: Query,
    settings: Settings | None = None,
    *,
    note: str = "",
    dry_run: bool = False,
) -> Album:
    """A new smart album. Raises AlbumError as `create_album`, UsageError for a query that asks for the album itself."""
    settings = settings or Settings()
    with recorded(store, f"smart album {name!r} made", dry_run=dry_run) as recorder:
        album = _insert(recorder, name, note=note, query=kept_queries.text_of(query, settings))
        recorder.summary = f"smart album {album.name!r} made"
        return _tried(recorder, album, settings)


def add_to_album(
    store: Store, name: str, what: Photos, settings: Settings | None = None, *, dry_run: bool = False
) -> int:
    """Appends these photos; how many weren't in the album before. Raises AlbumError for a smart album."""
    with recorded(store, f"photos added to album {name!r}", dry_run=dry_run) as recorder:
        album = find_manual(recorder.connection, name)
        found = album_rows.chosen_ids(recorder.connection, what, settings or Settings())
        count = album_places.append(recorder, album.id, found)
        recorder.summary = f"{_photos(count)} added to album {album.name!r}"
        return count


def remove_from_album(
    store: Store, name: str, what: Photos, settings: Settings | None = None, *, dry_run: bool = False
) -> int:
    """Takes these photos out, those that a query finds in the album; how many there were. Raises AlbumError.

    At a path also one that nobody wants for now.
    """
    place = schema.album_photo
    with recorded(store, f"photos taken out of album {name!r}", dry_run=dry_run) as recorder:
        album = find_manual(recorder.connection, name)
        found = album_rows.chosen_ids(recorder.connection, what, settings or Settings(), within=album)
        inside = album_places.all_in(recorder.connection, album) & set(found)
        hashes = album_places.places_of(recorder.connection, album, list(inside))
        for some in chunked(hashes):
            recorder.delete(place, place.c.album_id == album.id, place.c.hash.in_(some))
        if album_places.cover_id(recorder.connection, album) in found:
            _change(recorder, album, cover_hash=None)
        recorder.summary = f"{_photos(len(inside))} taken out of album {album.name!r}"
        return len(inside)


def move_in_album(
    store: Store,
    name: str,
    photos: Iterable[AnyPath],
    *,
    before: AnyPath | None = None,
    after: AnyPath | None = None,
    first: bool = False,
) -> int:
    """Moves the photos at these paths, in the order given, to one place of a manual album: how many.

    The place is before or after another photo of the album, its beginning, or else its end. Raises AlbumError for a
    photo that isn't in the album, UsageError for a place beside one of the moved photos.
    """
    with recorded(store, f"photos moved in album {name!r}") as recorder:
        album = find_manual(recorder.connection, name)
        moved = dict.fromkeys(album_places.hashes_at(recorder.connection, album, list(photos)))
        rest = [digest for digest in album_places.hashes_in(recorder.connection, album) if digest not in moved]
        beside = after if before is None else before
        index = 0 if first else len(rest)
        if beside is not None:
            anchor, *_ = album_places.hashes_at(recorder.connection, album, [beside])
            if anchor in moved:
                raise UsageError(f"{absolute(beside)} is one of the photos to move; name another one of the album")
            index = rest.index(anchor) + (before is None)
        album_places.arrange(recorder, album, [*rest[:index], *moved, *rest[index:]])
        recorder.summary = f"{_photos(len(moved))} moved in album {album.name!r}"
        return len(moved)


def sort_album(store: Store, name: str, order: str, settings: Settings | None = None) -> None:
    """Brings a manual album into an order of `gallery.query.query.SORTS`; photos that wait come last, as they were."""
    with recorded(store, f"album {name!r} sorted by {order}") as recorder:
        album = find_manual(recorder.connection, name)
        query = Query.of(album=album.name, sort=order, missing=True)
        found = matches.matching_ids(recorder.connection, query, settings or Settings())
        known = album_places.places_of(recorder.connection, album, found)
        # Those that wait keep their order behind all others.
        places = dict.fromkeys([*known, *album_places.hashes_in(recorder.connection, album)])
        album_places.arrange(recorder, album, list(places))
        recorder.summary = f"album {album.name!r} sorted by {query.sort}"


def rename_album(store: Store, name: str, new_name: str, settings: Settings | None = None) -> Album:
    """The album under its new name; only the case may differ. Kept queries that ask for it follow."""
    new_name = check_name(new_name)
    settings = settings or Settings()
    with recorded(store, f"album {name!r} renamed to {new_name!r}") as recorder:
        album = find(recorder.connection, name)
        if album_key(new_name) != album_key(name):
            check_free(recorder.connection, new_name)
        _change(recorder, album, name=new_name, key=album_key(new_name))
        kept_queries.follow_rename(recorder, album.name, new_name)
        recorder.summary = f"album {album.name!r} renamed to {new_name!r}"
        return _described(recorder, album, settings)


def duplicate_album(store: Store, name: str, new_name: str, settings: Settings | None = None) -> Album:
    """A second album with the same photos or query, note and cover."""
    place = schema.album_photo
    with recorded(store, f"album {name!r} duplicated as {new_name!r}") as recorder:
        album = find(recorder.connection, name)
        new = _insert(recorder, new_name, note=album.note, query=album.query, cover_hash=album.cover_hash)
        within = recorder.connection.execute(select(place).where(place.c.album_id == album.id)).mappings().all()
        recorder.insert(place, [{**row, "album_id": new.id} for row in within])
        recorder.summary = f"album {album.name!r} duplicated as {new.name!r}"
        return _described(recorder, new, settings or Settings())


def set_album_note(store: Store, name: str, note: str) -> None:
    """Replaces the note, which may have several lines; an empty one takes it away. Raises AlbumError."""
    with recorded(store, f"note of album {name!r} changed") as recorder:
        album = find(recorder.connection, name)
        _change(recorder, album, note=check_note(name, note))
        recorder.summary = f"note of album {album.name!r} changed"


def set_album_cover(store: Store, name: str, photo: AnyPath | None, settings: Settings | None = None) -> None:
    """Makes the photo of the album at this path its cover; None: its first photo.

    Raises AlbumError for a photo that isn't in the album, NotIndexedError.
    """
    with recorded(store, f"cover of album {name!r} changed") as recorder:
        album = find(recorder.connection, name)
        chosen = [] if photo is None else album_places.hashes_at(recorder.connection, album, [photo], settings)
        _change(recorder, album, cover_hash=chosen[0] if chosen else None)
        recorder.summary = f"cover of album {album.name!r} changed"


def set_album_query(store: Store, name: str, query: Query, settings: Settings | None = None) -> Album:
    """Changes what a smart album holds. Raises AlbumError for a manual one, UsageError as `create_smart_album`."""
    settings = settings or Settings()
    with recorded(store, f"query of album {name!r} changed") as recorder:
        album = find(recorder.connection, name)
        if album.query is None:
            raise AlbumError(album.name, "is no smart album; `gallery album create NAME --smart QUERY` makes one")
        _change(recorder, album, query=kept_queries.text_of(query, settings))
        recorder.summary = f"query of album {album.name!r} changed"
        return _tried(recorder, album, settings)


def freeze_album(store: Store, name: str, settings: Settings | None = None, *, dry_run: bool = False) -> Album:
    """Makes a manual album of a smart one, with the photos it has now, in their order. Raises AlbumError."""
    settings = settings or Settings()
    with recorded(store, f"album {name!r} made manual", dry_run=dry_run) as recorder:
        album = find(recorder.connection, name)
        if album.query is None:
            raise AlbumError(album.name, "is a manual album already")
        count = album_places.append(recorder, album.id, album_rows.ids_in(recorder.connection, album, settings))
        _change(recorder, album, query=None)
        recorder.summary = f"album {album.name!r} made manual with {_photos(count)}"
        return _described(recorder, album, settings)


def delete_album(store: Store, name: str, *, dry_run: bool = False) -> tuple[str, ...]:
    """Deletes the album; its photos stay, on the disk and in the database.

    Gives what asks for it and has no answer from now on, as in `smart album 'Best'` and `query 'favourites'`.
    """
    with recorded(store, f"album {name!r} deleted", dry_run=dry_run) as recorder:
        album = find(recorder.connection, name)
        recorder.delete(schema.album_photo, schema.album_photo.c.album_id == album.id)
        recorder.delete(schema.album, schema.album.c.id == album.id)
        recorder.summary = f"album {album.name!r} deleted"
        return kept_queries.asking_for(recorder.connection, album.name)


def list_albums(store: Store, settings: Settings | None = None) -> list[Album]:
    """Every album, by name. One whose query has no answer says so in `problem`."""
    with store.read() as connection:
        return album_rows.describe(connection, settings or Settings())


def album_names(store: Store) -> list[str]:
    """The names of all albums, in their order, without asking their queries."""
    with store.read() as connection:
        return list(connection.execute(select(schema.album.c.name).order_by(schema.album.c.key)).scalars())


def read_album(store: Store, name: str, settings: Settings | None = None) -> Album:
    """What is known of the album of this name, whatever its case. Raises AlbumError."""
    with store.read() as connection:
        return album_rows.describe(connection, settings or Settings(), find(connection, name).id)[0]


def album_photos(
    store: Store, name: str, settings: Settings | None = None, query: Query | None = None
) -> list[PhotoRecord]:
    """The photos in the album's order, those without any file left marked as missing; with a query, those it finds.

    Of these its limit means the first; where the query names an order, that counts in place of the album's. Raises
    AlbumError; for a smart album whose query has no answer UsageError.
    """
    settings = settings or Settings()
    with store.read() as connection:
        album = find(connection, name)
        copies = copies_meant(connection, album_rows.narrowed(album, query or Query()), settings)
        if query is None:
            query, found = Query.parse(album.query or ""), album_rows.ids_in(connection, album, settings)
        else:
            found = album_rows.narrowed_ids(connection, album, query, settings)
        return photo_rows.records(connection, found, matches.Gate.of(query, settings), copies)


def _insert(recorder: Recorder, name: str, **values: Any) -> AlbumRow:
    name = check_name(name)
    check_free(recorder.connection, name)
    row = {"name": name, "key": album_key(name), "created_at": datetime.now(UTC), **values}
    recorder.insert(schema.album, [row | {"note": check_note(name, row["note"])}])
    return find(recorder.connection, name)


def _change(recorder: Recorder, album: AlbumRow, **values: Any) -> None:
    recorder.update(schema.album, values, schema.album.c.id == album.id)


def _described(recorder: Recorder, album: AlbumRow, settings: Settings) -> Album:
    return album_rows.describe(recorder.connection, settings, album.id)[0]


def _tried(recorder: Recorder, album: AlbumRow, settings: Settings) -> Album:
    """The same for a smart album. Raises UsageError where its query has no answer, or asks for the album itself."""
    counting.count(recorder.connection, Query(where=terms.InAlbum(album.name)), settings)
    return _described(recorder, album, settings)


def _photos(count: int) -> str:
    return f"{count} photo{'' if count == 1 else 's'}"

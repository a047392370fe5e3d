"""The photo that stands for an album: the one that was chosen, else its first."""

from __future__ import annotations

from sqlalchemy import Connection, select

from gallery.curation.album_places import cover_id
from gallery.curation.album_rows import AlbumRow
from gallery.db import schema
from gallery.errors import UsageError
from gallery.query.query import Query
from gallery.search.conditions import unwanted
from gallery.search.matches import matching_ids
from gallery.settings import Settings


def cover_of(connection: Connection, album: AlbumRow, settings: Settings) -> int | None:
    """The number of the photo; None for an empty album, or a smart one whose query has no answer."""
    chosen = cover_id(connection, album)
    return _first(connection, album, settings) if chosen is None else chosen


def _first(connection: Connection, album: AlbumRow, settings: Settings) -> int | None:
    if album.query is None:
        place = schema.album_photo.c
        inside = select(place.content_id).where(place.album_id == album.id, place.content_id.is_not(None))
        first = inside.where(place.content_id.not_in(unwanted())).order_by(place.position, place.hash).limit(1)
        number: int | None = connection.execute(first).scalar()
        return number
    try:
        found = matching_ids(connection, Query.of(where=album.query, limit=1), settings)
    except UsageError:
        return None
    return found[0] if found else None

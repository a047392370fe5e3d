"""The photos of an album in its own order, which somebody may have made by hand."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from gallery.curation.album_rows import AlbumRow, find, ids_in
from gallery.errors import AlbumError
from gallery.query import terms
from gallery.query.query import Query
from gallery.search.order import Day, Order
from gallery.settings import Settings

OWN: Final = "album"
"""What this order is called in addresses."""


def album_of(connection: Connection, query: Query) -> AlbumRow | None:
    """The album that all photos of the query are in; None where it names none, or several."""
    named = query.where.terms if isinstance(query.where, terms.And) else (query.where,)
    names = {term.name for term in named if isinstance(term, terms.InAlbum)}
    if len(names) != 1:
        return None
    try:
        return find(connection, names.pop())
    except AlbumError:
        return None


def in_own_order(connection: Connection, query: Query, newest: Order, settings: Settings) -> Order:
    """The same photos as they stand in their album, without days; where they are of none as they were."""
    import numpy as np

    album = album_of(connection, query)
    if album is None or query.sort is not None or not len(newest):
        return newest
    wanted = set(newest.numbers.tolist())
    numbers = [number for number in ids_in(connection, album, settings) if number in wanted]
    aspects = round(sum(day.aspects for day in newest.days), 3)
    return Order(np.array(numbers, dtype=np.int64), (Day(None, len(numbers), aspects, guessed=False),))

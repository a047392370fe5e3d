"""Answers about photos: the timeline of a result, its tiles, and all that is known of one photo."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Final

import msgspec
from sqlalchemy import select

from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.images.turns import turned_size
from gallery.query.query import Query
from gallery.search.chosen import copies_meant
from gallery.search.gate import Gate
from gallery.search.matches import matching_ids
from gallery.search.order import NARROWEST, WIDEST
from gallery.store import photo_rows
from gallery.store.tiles import Tile, tiles
from gallery.web.asked import Asked, BadRequestError
from gallery.web.in_album import OWN, album_of
from gallery.web.site import Site
from gallery.web.turned import picture_key

MOST_TILES: Final = 500
ORDERS: Final = ("newest", "oldest", "score", "faces", "added", "path", OWN)
"""As sort: has them, and that of the album which the query names."""

PICKED, REJECTED, FAILED, GONE = 1, 2, 4, 8
_WORDS: Final = {"pick": PICKED, "reject": REJECTED, None: 0}


class Timeline(msgspec.Struct, frozen=True):
    """The days of a result, in its order: date or null, photos, sum of width / height, 1 where a date is guessed.

    `album` is the id of the one album that all of them are in; null where the query names none, or several.
    """

    version: str
    total: int
    days: list[tuple[str | None, int, float, int]]
    album: str | None = None


class TileAnswer(msgspec.Struct, array_like=True, frozen=True):
    """A photo on the wall."""

    id: int
    hash: str
    aspect: float
    color: str | None
    emotions: list[tuple[int, int]]
    faces: int
    taken_at: str | None
    name: str
    flags: int


class Tiles(msgspec.Struct, frozen=True):
    """A piece of a result; as many as were asked for, unless it ends before."""

    version: str
    offset: int
    tiles: list[TileAnswer]


def timeline(site: Site, asked: Asked) -> Timeline:
    """`GET /api/timeline?query=&order=&version=`."""
    order, version = site.order(asked.text("query"), asked.choice("order", ORDERS), asked.text("version"))
    days = [(day.date, day.count, day.aspects, int(day.guessed)) for day in order.days]
    return Timeline(version, len(order), days, _album(site, asked.text("query")))


def _album(site: Site, text: str) -> str | None:
    query = Query.parse(text)
    if query.where is None:
        return None
    with site.reading() as connection:
        album = album_of(connection, query)
    return album.uid if album is not None and site.access.scope.shows_album(album.name) else None


def wall(site: Site, asked: Asked) -> Tiles:
    """`GET /api/tiles?query=&order=&offset=&limit=&version=`."""
    offset, limit = asked.number("offset", 0), asked.number("limit", 200, most=MOST_TILES)
    numbers, version = piece(site, asked, offset, limit)
    with site.reading() as connection:
        found = tiles(connection, numbers, site.gate)
    return Tiles(version, offset, [_tile(number, tile) for number, tile in zip(numbers, found, strict=True)])


def records(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/photos?query=&order=&offset=&limit=&version=`: what `search --json` tells, and the id of each."""
    offset, limit = asked.number("offset", 0), asked.number("limit", 100, most=MOST_TILES)
    numbers, version = piece(site, asked, offset, limit)
    query = site.query(asked.text("query"))
    with site.reading() as connection:
        content = schema.content.c
        there = set(connection.execute(select(content.id).where(content.id.in_(numbers))).scalars())
        numbers = [number for number in numbers if number in there]
        copies = copies_meant(connection, query, site.settings)
        found = photo_rows.records(connection, numbers, Gate.of(query, site.settings), copies)
    answers = [{"id": number, **photo.as_json()} for number, photo in zip(numbers, found, strict=True)]
    return {"version": version, "offset": offset, "photos": list(map(withheld, answers)) if site.is_guest else answers}


def withheld(answer: dict[str, Any]) -> dict[str, Any]:
    """What a guest is told of a photo: not in which folders it lies."""
    name = os.path.basename(answer["path"])  # noqa: PTH119
    return {**answer, "path": name, "paths": [name]}


def lacks_order(site: Site, asked: Asked) -> bool:
    """Whether the order that is asked for would have to be made."""
    return site.kept_order(asked.text("query"), asked.text("order", ORDERS[0]), asked.text("version")) is None


def lacks_piece(site: Site, asked: Asked) -> bool:
    """The same of a piece, which is there before the order is where it is one of the first."""
    try:
        end = asked.number("offset", 0) + asked.number("limit", MOST_TILES)
    except BadRequestError:  # which is said at once
        return False
    return (end > MOST_TILES or asked.text("order") == OWN) and lacks_order(site, asked)


def piece(site: Site, asked: Asked, offset: int, limit: int) -> tuple[list[int], str]:
    """The numbers of a piece of a result; its beginning is there before the whole order is."""
    text, sort = asked.text("query"), asked.choice("order", ORDERS)
    kept = site.kept_order(text, sort, asked.text("version"))
    if kept is None and offset + limit <= MOST_TILES and sort != OWN:
        return _beginning(site, text, sort, offset, limit), site.versions.current()
    order, version = kept or site.order(text, sort, asked.text("version"))
    return order.numbers[offset : offset + limit].tolist(), version


def _beginning(site: Site, text: str, sort: str, offset: int, limit: int) -> list[int]:
    query = site.query(text, sort)
    end = offset + limit if query.limit is None else min(offset + limit, query.limit)
    if end <= offset:
        return []
    with site.reading() as connection:
        return matching_ids(connection, replace(query, limit=end), site.settings)[offset:]


def _tile(number: int, tile: Tile | None) -> TileAnswer:
    if tile is None:
        return TileAnswer(number, "", 1.0, None, [], 0, None, "", GONE)
    width, height = turned_size((tile.width, tile.height), tile.turn)
    return TileAnswer(
        tile.id,
        picture_key(tile.hash, tile.turn),
        round(min(max(width / height, NARROWEST), WIDEST), 3),
        color(tile.colour),
        [(EMOTIONS.index(emotion), count) for emotion, count in tile.emotions.items()],
        tile.faces,
        tile.taken_at.isoformat() if tile.taken_at else None,
        tile.name,
        _WORDS[tile.word] | FAILED * tile.failed,
    )


def color(number: int | None) -> str | None:
    """`aabbcc`."""
    return None if number is None else f"{number:06x}"

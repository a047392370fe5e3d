"""Photos to take away, as one file that is made while it is sent: the files themselves, or a page with smaller ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import quote

import msgspec
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from gallery.curation.album_rows import ids_in
from gallery.curation.albums import read_album
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.query.query import Query
from gallery.query.terms import InAlbum
from gallery.records import PhotoRecord
from gallery.search.matches import matching_ids
from gallery.store import photo_rows
from gallery.web.albums import album_asked
from gallery.web.answers import NotFoundError
from gallery.web.asked import Asked, BadRequestError
from gallery.web.in_album import album_of
from gallery.web.lanes import Lanes
from gallery.web.parcels import Form, Parcel
from gallery.web.photos import ORDERS
from gallery.web.site import Site
from gallery.web.which import Id, among

Pieces = Generator[bytes, None, None]

_UNNAMED: Final = "photos"
MOST_ON_A_PAGE: Final = 10_000
"""Photos. A browser that is to show more of them at once does nothing else for a while."""


class DownloadBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which photos, by ids or by a query, and as what: their files, or a page with smaller pictures."""

    form: Form
    photos: list[Id] | None = None
    query: str | None = None
    order: str = ORDERS[0]


def ask(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/downloads`: so many ids stand in no address."""
    body = asked.body(DownloadBody)
    if (body.photos is None) == (body.query is None):
        raise BadRequestError("name the photos: either `photos`, their ids, or a `query`", "photos")
    if body.order not in ORDERS:
        raise BadRequestError(f"order is {body.order!r}; allowed: {', '.join(ORDERS)}", "order")
    if body.query is not None:
        numbers = site.order(body.query, body.order)[0].numbers.tolist()
        parcel = Parcel(body.form, numbers, *_heading(site, body.query))
    else:
        numbers = _newest(site, body.photos or [])
        parcel = Parcel(body.form, numbers, _UNNAMED)
    key = site.parcels.keep(_checked(parcel))
    return {"address": f"/api/downloads/{key}", "photos": len(numbers)}


async def fetch(site: Site, lanes: Lanes, request: Request) -> Response:
    """`GET /api/downloads/KEY`."""
    key = request.path_params["key"]
    return await _sent(site, lanes, lambda: site.parcels.get(key))


async def album_as(form: Form, site: Site, lanes: Lanes, request: Request) -> Response:
    """`GET /api/albums/UID/zip` and `/page`."""
    asked = Asked(request.path_params)
    return await _sent(site, lanes, lambda: _album(site, asked, form))


class _Parts(StreamingResponse):
    """Files that are open are closed when who asked has gone."""

    def __init__(self, pieces: Pieces, lanes: Lanes, first: bytes, headers: dict[str, str]) -> None:
        super().__init__(_with_first(first, pieces, lanes), media_type="application/zip", headers=headers)
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._pieces.close()


async def _with_first(first: bytes, pieces: Pieces, lanes: Lanes) -> AsyncIterator[bytes]:
    piece: bytes | None = first
    while piece is not None:
        yield piece
        piece = await lanes.run("export", partial(next, pieces, None))


async def _sent(site: Site, lanes: Lanes, find_parcel: Callable[[], Parcel]) -> Response:
    def begin() -> tuple[str, Pieces, bytes]:
        from gallery.export import export_name

        parcel = find_parcel()
        pieces = _pieces(site, parcel)
        return f"{export_name(parcel.title)}.zip", pieces, next(pieces)

    name, pieces, first = await lanes.run("export", begin)
    disposition = f"attachment; filename*=UTF-8''{quote(name.encode(errors='replace'))}"
    headers = {"content-disposition": disposition, "cache-control": "no-store"}
    return _Parts(pieces, lanes, first, headers)


def _pieces(site: Site, parcel: Parcel) -> Pieces:
    # What a guest may see no more isn't sent, whenever it was asked for.
    photos = _records(site, site.seen(parcel.numbers))
    if parcel.form == "zip":
        from gallery.export.streaming import stream_archive

        return stream_archive(photos, for_guests=site.is_guest)
    from gallery.export import Heading
    from gallery.export.page.streamed import stream_page

    heading = Heading(parcel.title, parcel.note, parcel.cover)
    return stream_page(list(photos), heading, site.settings, for_guests=site.is_guest)


def _records(site: Site, numbers: Sequence[int]) -> Iterator[PhotoRecord]:
    """What is known of the photos, a few at a time: there may be more of them than memory for all."""
    content = schema.content.c
    for some in chunked(numbers):
        with site.reading() as connection:
            there = set(connection.execute(select(content.id).where(content.id.in_(some))).scalars())
            found = photo_rows.records(connection, [number for number in some if number in there], site.gate)
        yield from found


def _heading(site: Site, text: str) -> tuple[str, str]:
    """Title and note: of the album that is asked for and nothing else, or what is asked for."""
    query = Query.parse(text)
    if isinstance(query.where, InAlbum):
        with site.reading() as connection:
            album = album_of(connection, query)
        if album is not None:
            return album.name, album.note
    return text or _UNNAMED, ""


def _newest(site: Site, photos: Sequence[int]) -> Sequence[int]:
    site.check_seen(photos)
    with site.reading() as connection:
        found = matching_ids(connection, among(photos), site.settings)
    if missing := set(photos) - set(found):
        raise NotFoundError(f"there is no photo {min(missing)}")
    return found


def _album(site: Site, asked: Asked, form: Form) -> Parcel:
    row = album_asked(site, asked)
    with site.reading() as connection:
        numbers = ids_in(connection, row, site.settings)
    album = read_album(site.reader, row.name, site.settings)
    return _checked(Parcel(form, numbers, album.name, album.note, album.cover))


def _checked(parcel: Parcel) -> Parcel:
    if parcel.form == "page" and len(parcel.numbers) > MOST_ON_A_PAGE:
        told = f"these are {len(parcel.numbers):,} photos; allowed on a page: {MOST_ON_A_PAGE:,}"
        raise BadRequestError(told, "form")
    return parcel

"""Albums: those there are, made, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, select

from gallery.curation import albums as kept
from gallery.curation.album_covers import cover_of
from gallery.curation.album_order import move_photos, order_album
from gallery.curation.album_rows import AlbumRow, find
from gallery.db import schema
from gallery.query.query import Query
from gallery.query.terms import quoted
from gallery.store import photo_rows
from gallery.store.store import Store
from gallery.web.answers import NotFoundError
from gallery.web.asked import Asked, BadRequestError
from gallery.web.site import Site
from gallery.web.turned import picture_keys
from gallery.web.which import Id, Named, among, query_of
from gallery.web.words import done


class NewAlbumBody(msgspec.Struct, forbid_unknown_fields=True):
    """An album of these photos, or of those that a query finds: now, or if it is smart, at any time."""

    name: str
    photos: list[Id] | None = None
    query: str | None = None
    smart: bool = False
    note: str = ""


class Move(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """These photos of an album go before that one, in this order; null: to its end."""

    photos: list[Id]
    before: Id | None = None


class AlbumBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be different about an album.

    `order` names the photos that come first, `sort` an order for all. A `cover` of null: its first photo. `freeze`: a
    smart album becomes a manual one with the photos that it has now.
    """

    name: str | None = None
    note: str | None = None
    cover: Id | msgspec.UnsetType | None = msgspec.UNSET
    query: str | None = None
    add: list[Id] | Named | None = None
    remove: list[Id] | Named | None = None
    order: list[Id] | None = None
    move: Move | None = None
    sort: Literal["newest", "oldest", "path"] | None = None
    freeze: bool = False


def listed(site: Site, _: Asked) -> list[dict[str, Any]]:
    """`GET /api/albums`."""
    return site.lately("albums", make=lambda: _listed(site))


def create(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/albums`."""
    body = asked.body(NewAlbumBody)
    with site.writing() as store:
        if body.smart:
            if body.query is None:
                raise BadRequestError("a smart album is made of a query", "query")
            album = kept.create_smart_album(store, body.name, site.query(body.query), site.settings, note=body.note)
        else:
            what = query_of(site, body.photos, body.query)
            album = kept.create_album(store, body.name, what, site.settings, note=body.note)
        return {**done(site, f"album {album.name}: {album.count:,} photos"), "id": album.uid}


def change(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/albums/UID`."""
    body = asked.body(AlbumBody)
    with site.writing() as store:
        album = album_asked(site, asked)
        said = list(_changed(site, store, album, body))
        if not said:
            raise BadRequestError("nothing is to be changed")
        return done(site, "; ".join(said))


def delete(site: Site, asked: Asked) -> dict[str, Any]:
    """`DELETE /api/albums/UID`."""
    with site.writing() as store:
        album = album_asked(site, asked)
        asking = kept.delete_album(store, album.name)
        hint = f"; without an answer now: {', '.join(asking)}" if asking else ""
        return done(site, f"album {album.name} deleted{hint}")


def _listed(site: Site) -> list[dict[str, Any]]:
    found = [one for one in kept.list_albums(site.reader, site.settings) if site.access.scope.shows_album(one.name)]
    answers = []
    with site.reading() as connection:
        for album in found:
            count = album.count
            if site.is_guest:
                count = site.reader.count(site.query(f"album:{quoted(album.name)}"), settings=site.settings)
            answers.append(
                {
                    "id": album.uid,
                    "name": album.name,
                    "count": count,
                    "missing": 0 if site.is_guest else album.missing,
                    "cover": _cover(connection, site, find(connection, album.name)),
                    "has_chosen_cover": album.cover is not None and not site.is_guest,
                    "query": None if site.is_guest else album.query,
                    "note": album.note,
                    "problem": None if site.is_guest else album.problem,
                }
            )
    return answers


def _cover(connection: Connection, site: Site, album: AlbumRow) -> str | None:
    """By what the pictures of the photo are asked for."""
    number = cover_of(connection, album, site.settings)
    if number is None or number not in site.seen([number]):
        return None
    content = schema.content.c
    digest: str | None = connection.execute(select(content.hash).where(content.id == number)).scalar()
    return None if digest is None else picture_keys(connection, {number: digest})[number]


def album_asked(site: Site, asked: Asked) -> AlbumRow:
    """The album that an address names. Raises NotFoundError, also for one that a guest mustn't know of."""
    album, uid = schema.album.c, asked.text("uid")
    with site.store.read() as connection:
        name = connection.execute(select(album.name).where(album.uid == uid)).scalar()
        if name is None or not site.access.scope.shows_album(name):
            raise NotFoundError("no such album")
        return find(connection, name)


def _changed(site: Site, store: Store, album: AlbumRow, body: AlbumBody) -> Iterator[str]:
    """Makes the changes one by one, and says of each what was done."""
    name = album.name
    if body.name is not None and body.name.strip() != name:
        name = kept.rename_album(store, name, body.name, site.settings).name
        yield f"album {album.name} is called {name}"
    if body.note is not None and body.note.strip() != album.note:
        kept.set_album_note(store, name, body.note)
        yield f"note of album {name} changed"
    if body.query is not None and body.query != album.query:
        kept.set_album_query(store, name, site.query(body.query), site.settings)
        yield f"query of album {name} changed"
    if not isinstance(body.cover, msgspec.UnsetType):
        path = None if body.cover is None else _path_of(store, body.cover)
        kept.set_album_cover(store, name, path, site.settings)
        yield f"cover of album {name} changed"
    if body.add is not None:
        count = kept.add_to_album(store, name, _photos(site, body.add), site.settings)
        yield f"{_photos_counted(count)} added to album {name}"
    if body.remove is not None:
        count = kept.remove_from_album(store, name, _photos(site, body.remove), site.settings)
        yield f"{_photos_counted(count)} taken out of album {name}"
    yield from _arranged(site, store, name, body)


def _arranged(site: Site, store: Store, name: str, body: AlbumBody) -> Iterator[str]:
    if body.freeze:
        count = kept.freeze_album(store, name, site.settings).count
        yield f"album {name} keeps its {_photos_counted(count)}"
    if body.sort is not None:
        kept.sort_album(store, name, body.sort, site.settings)
        yield f"album {name} sorted by {body.sort}"
    if body.order is not None:
        order_album(store, name, body.order)
        yield f"album {name} put in order"
    if body.move is not None:
        count = move_photos(store, name, body.move.photos, body.move.before)
        yield f"{_photos_counted(count)} moved in album {name}"


def _photos(site: Site, what: list[int] | Named) -> Query:
    return site.query(what.query) if isinstance(what, Named) else among(what)


def _path_of(store: Store, number: int) -> str:
    content = schema.content.c
    with store.read() as connection:
        if connection.execute(select(content.id).where(content.id == number)).first() is None:
            raise NotFoundError("no such photo")
        [files] = photo_rows.files(connection, [number])
        return files.paths[0]


def _photos_counted(count: int) -> str:
    return f"{count:,} photo{'' if count == 1 else 's'}"

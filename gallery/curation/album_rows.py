"""The rows of albums, inside the transaction of whoever calls: names, what is known of an album, what is in it."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from gallery.curation import kept_queries
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.errors import AlbumError, UsageError
from gallery.query import terms
from gallery.query.query import Query, album_key
from gallery.search import matches
from gallery.search.chosen import copies_meant
from gallery.search.conditions import unwanted
from gallery.settings import Settings
from gallery.store import photo_rows
from gallery.store.homes import homes
from gallery.system.paths import AnyPath, absolute

LONGEST_NAME: Final = 200
"""In characters."""
LONGEST_NOTE: Final = 10_000
"""In characters."""

_GARBLING: Final = ("Cc", "Cs", "Zl", "Zp")
"""Control characters, halves of surrogate pairs, line and paragraph separators: they garble lists and files."""
_UNSEEN: Final = frozenset(
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e"
) | frozenset("\u2066\u2067\u2068\u2069")
"""What turns the reading direction or can't be seen: two names would look the same. Joiners are needed for emoji."""

Photos = Query | Iterable[AnyPath | Query]
"""The photos of a query, or those at paths and of queries, one after the other."""


@dataclass(frozen=True, slots=True)
class Album:
    """An album; `count` includes the `missing` photos, of which no file exists any more."""

    name: str
    count: int
    missing: int
    created_at: datetime
    note: str
    query: str | None = None
    """Of a smart album, in the search language; None for a manual one."""
    cover: str | None = None
    """The path of the photo that was chosen; None: the first."""
    waiting: int = 0
    """Photos that aren't in the database and aren't counted: they are in their places again when they are indexed."""
    problem: str | None = None
    """Why the query of a smart album has no answer, for example that it asks for an album that was deleted."""
    uid: str = field(default="", compare=False)
    """What the album is known by outside of the database, whatever it is called."""

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "name": self.name,
            "count": self.count,
            "missing": self.missing,
            "created_at": self.created_at.isoformat(),
            "note": self.note,
            "query": self.query,
            "cover": self.cover,
            "waiting": self.waiting,
            "problem": self.problem,
        }


@dataclass(frozen=True, slots=True)
class AlbumRow:
    """An album as it stands in the database."""

    id: int
    name: str
    note: str
    created_at: datetime
    query: str | None
    cover_hash: str | None
    uid: str


def check_name(name: str) -> str:
    """The name without surrounding space, in one line of 1 to 200 characters that can be seen. Raises AlbumError."""
    stripped = name.strip()
    if not 1 <= len(stripped) <= LONGEST_NAME:
        raise AlbumError(name, f"a name has 1 to {LONGEST_NAME} characters")
    if any(unicodedata.category(character) in _GARBLING for character in stripped):
        raise AlbumError(name, "a name has no control characters, line breaks or broken letters")
    if not _UNSEEN.isdisjoint(stripped) or not stripped.strip("\u200c\u200d"):
        raise AlbumError(name, "a name has no invisible characters, such as marks for the reading direction")
    return stripped


def check_note(name: str, note: str) -> str:
    """The note without surrounding space; it may have lines. Raises AlbumError."""
    stripped = note.replace("\r\n", "\n").strip()
    if len(stripped) > LONGEST_NOTE:
        raise AlbumError(name, f"a note has at most {LONGEST_NOTE} characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in stripped if character not in "\n\t"):
        raise AlbumError(name, "a note has no control characters or broken letters")
    return stripped


def check_free(connection: Connection, name: str) -> None:
    """Raises AlbumError where an album of this name exists, whatever its case."""
    album = schema.album.c
    taken = connection.execute(select(album.name).where(album.key == album_key(name))).scalar()
    if taken is not None:
        raise AlbumError(name, "exists already" + ("" if taken == name else f" as {taken!r}"))


def find(connection: Connection, name: str) -> AlbumRow:
    """The album of this name, whatever its case. Raises AlbumError."""
    album = schema.album.c
    columns = select(album.id, album.name, album.note, album.created_at, album.query, album.cover_hash, album.uid)
    row = connection.execute(columns.where(album.key == album_key(name))).first()
    if row is None:
        raise matches.no_album(connection, name)
    return AlbumRow(*row)


def find_manual(connection: Connection, name: str) -> AlbumRow:
    """The same for an album that isn't smart. Raises AlbumError."""
    row = find(connection, name)
    if row.query is not None:
        raise AlbumError(
            row.name,
            f"is smart: its photos are what {row.query!r} finds; `gallery album query` changes that, "
            "`gallery album freeze` makes the album a manual one",
        )
    return row


def ids_in(connection: Connection, album: AlbumRow, settings: Settings) -> Sequence[int]:
    """The numbers of the contents in the album, in its order; without photos that wait, or that nobody wants."""
    if album.query is not None:
        return matches.matching_ids(connection, Query.parse(album.query), settings)
    place = schema.album_photo.c
    within = select(place.content_id).where(place.album_id == album.id, *_is_shown(place))
    found = connection.execute(within.order_by(place.position, place.hash)).scalars()
    # Of two photos that proved to be one, the first place counts.
    return list(dict.fromkeys(number for number in found if number is not None))


def narrowed(album: AlbumRow, query: Query) -> Query:
    """What the query asks for, in this album alone."""
    inside: list[terms.Term] = [terms.InAlbum(album.name), *([] if query.where is None else [query.where])]
    # Whether a smart album holds photos without a file was for its own query to say.
    return replace(query, where=terms.joined(terms.And, inside), missing=query.missing or album.query is not None)


def narrowed_ids(connection: Connection, album: AlbumRow, query: Query, settings: Settings) -> Sequence[int]:
    """Those of the album that the query finds, at most `query.limit`, in its order or else that of the album."""
    asked = narrowed(album, query)
    if query.sort is not None:
        return matches.matching_ids(connection, asked, settings)
    found = set(matches.matching_ids(connection, replace(asked, limit=None), settings))
    return [number for number in ids_in(connection, album, settings) if number in found][: query.limit]


def chosen_ids(
    connection: Connection, what: Photos, settings: Settings, *, within: AlbumRow | None = None
) -> list[int]:
    """The numbers of these contents, each once; queries look `within` an album, or among all photos.

    Raises NotIndexedError for a path that isn't known.
    """
    several = [what] if isinstance(what, Query | str | os.PathLike) else what
    parts = [part if isinstance(part, Query) else absolute(part) for part in several]
    at_paths = photo_rows.contents_at(connection, [part for part in parts if isinstance(part, str)])
    found: dict[int, None] = {}
    for part in parts:
        if isinstance(part, str):
            found[at_paths[part]] = None
        elif within is not None:
            found |= dict.fromkeys(narrowed_ids(connection, within, part, settings))
        else:
            found |= dict.fromkeys(matches.matching_ids(connection, part, settings))
    return list(found)


def describe(connection: Connection, settings: Settings, album_id: int | None = None) -> list[Album]:
    """What is known of this album, or of all by name."""
    album = schema.album.c
    statement = _described().order_by(album.key)
    if album_id is not None:
        statement = statement.where(album.id == album_id)
    rows = connection.execute(statement).all()
    covers = _covers(connection, [row.cover for row in rows if row.cover])
    return [_album(connection, {**row._mapping, "cover": covers.get(row.cover)}, settings) for row in rows]


def _covers(connection: Connection, hashes: Sequence[str]) -> dict[str, str]:
    """A path of each photo that was made a cover, by the hash by which the album knows it."""
    path, numbers, files = schema.path.c, homes(connection, hashes), dict[int, str]()
    for some in chunked(sorted(set(numbers.values()))):
        columns = select(path.content_id, path.path).where(path.content_id.in_(some))
        for number, file in connection.execute(columns.order_by(path.missing_since.is_not(None), path.path)):
            files.setdefault(number, file)
    return {digest: files[number] for digest, number in numbers.items() if number in files}


def _described() -> Any:
    album, place, path = schema.album.c, schema.album_photo.c, schema.path.c
    rows_of = select(func.count()).where(place.album_id == album.id)
    inside = select(func.count(place.content_id.distinct())).where(place.album_id == album.id, *_is_shown(place))
    present = select(path.id).where(path.content_id == place.content_id, path.missing_since.is_(None)).exists()
    return select(
        album.name,
        inside.scalar_subquery().label("count"),
        inside.where(~present).scalar_subquery().label("missing"),
        album.created_at,
        album.note,
        album.query,
        album.cover_hash.label("cover"),
        rows_of.where(place.content_id.is_(None)).scalar_subquery().label("waiting"),
        album.uid,
    )


def _is_shown(place: Any) -> tuple[ColumnElement[bool], ...]:
    return place.content_id.is_not(None), place.content_id.not_in(unwanted())


def _album(connection: Connection, known: dict[str, Any], settings: Settings) -> Album:
    found = Album(**known)
    if found.query is None:
        return found
    try:
        query = Query.parse(found.query)
        count, missing = kept_queries.count(connection, query, settings)
        cover = found.cover and _path_meant(connection, found.cover, query, settings)
    except UsageError as error:
        return replace(found, problem=str(error))
    return replace(found, count=count, missing=missing, cover=cover)


def _path_meant(connection: Connection, path: str, query: Query, settings: Settings) -> str:
    """Of the files of the photo at this path, the one that is shown of it where the query finds it."""
    copies = copies_meant(connection, query, settings)
    [photo] = photo_rows.files(connection, list(photo_rows.contents_at(connection, [path]).values()), copies)
    return photo.paths[0]

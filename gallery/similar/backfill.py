"""The looks of photos that were indexed before the program kept any: read from the files, and stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.errors import ImageError
from gallery.query.query import Query
from gallery.search import matches
from gallery.search.chosen import copies_meant
from gallery.settings import Settings
from gallery.store import photo_rows, versions
from gallery.store.store import Store
from gallery.system.ahead import in_threads

BATCH: Final = 64
"""Photos per transaction."""


@dataclass(frozen=True, slots=True)
class Looked:
    """How far it is: `done` of the `total` photos without a look, and those that couldn't be read this time."""

    done: int
    total: int
    failed: tuple[ImageError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Photo:
    content_id: int
    hashes: frozenset[str]
    """Of the bytes that its files have."""
    paths: tuple[str, ...]


def fill_looks(store: Store, query: Query | None = None, settings: Settings | None = None) -> Iterator[Looked]:
    """Reads the photos of a query that have no look yet, at the size faces are looked for, and stores their looks.

    Yields where it is, first before any photo, then after each committed batch; nothing where none is missing. An
    interrupted run is gone on with by the next. A photo of which no file can be read stays without a look and is tried
    again the next time; one that is missing is left out.
    """
    settings = settings or Settings()
    photos = _without_look(store, query or Query(), settings)
    if not photos:
        return
    done = 0
    yield Looked(done, len(photos))
    with closing(in_threads(partial(_look_at, settings=settings), photos, BATCH)) as batches:
        for batch in batches:
            of_batch = photos[done : done + len(batch)]
            found = {p.content_id: look for p, look in zip(of_batch, batch, strict=True) if isinstance(look, int)}
            _store_looks(store, found)
            done += len(batch)
            yield Looked(done, len(photos), tuple(error for error in batch if isinstance(error, ImageError)))


def _without_look(store: Store, query: Query, settings: Settings) -> list[_Photo]:
    with store.read() as connection:
        hashes = _hashes_without_look(connection, matches.matching_ids(connection, query, settings))
        copies = copies_meant(connection, query, settings)
        files = zip(hashes.items(), photo_rows.files(connection, list(hashes), copies), strict=True)
        others = versions.hashes_at_paths(connection, list(hashes))
        return [
            _Photo(number, frozenset(others.get(path, digest) for path in found.paths), found.paths)
            for (number, digest), found in files
            if not (found.missing or found.unwanted)
        ]


def _hashes_without_look(connection: Connection, content_ids: Sequence[int]) -> dict[int, str]:
    content = schema.content.c
    columns = select(content.id, content.hash).where(content.look.is_(None))
    found: dict[int, str] = {}
    for chunk in chunked(content_ids):
        found |= dict(connection.execute(columns.where(content.id.in_(chunk))).all())
    return found


def _look_at(photo: _Photo, settings: Settings) -> int | ImageError:
    """Of the first file that still holds the photo; else why there is none."""
    from gallery.images.decode import read_new
    from gallery.images.look import look_of

    def is_another(digest: str) -> bool:
        return digest not in photo.hashes

    problem: ImageError | None = None
    for path in photo.paths:
        try:
            _, decoded = read_new(
                path, is_another, long_side=settings.long_side, max_megapixels=settings.max_megapixels, quick=True
            )
        except ImageError as error:
            problem = error
            continue
        if decoded is not None:
            return look_of(decoded.image)
    return problem or ImageError(photo.paths[0], "has changed since it was indexed; run `gallery index` on its folder")


def _store_looks(store: Store, looks: dict[int, int]) -> None:
    content = schema.content
    change = update(content).where(content.c.id == bindparam("number")).values(look=bindparam("seen"))
    if looks:
        with store.write_connection() as connection:
            connection.execute(change, [{"number": number, "seen": look} for number, look in looks.items()])

"""Photos that are there more than once: the same file in several places, or pictures that look the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.images.look import distance
from gallery.query.query import Query
from gallery.search import matches
from gallery.search.chosen import copies_meant
from gallery.search.copies import Copies
from gallery.settings import Settings
from gallery.similar.clusters import groups_alike
from gallery.store import photo_rows
from gallery.store.store import Store

NEAR: Final = 6
"""Bits of the look. Each of 100 real photos was as near to its own version of half the size, at JPEG quality 40,
blurred, or with 2 % cut off. Of 2,825 pairs of unrelated ones none was within 12; of 496 pairs of portraits from one
studio one was within 7, the same person twice."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A photo of a group, in one or more files of `size` bytes; its look is `bits` away from that of the first photo.

    `width` and `height` are pixels of the upright picture. Where a query speaks of paths, the files that it means come
    first in `paths`.
    """

    paths: tuple[str, ...]
    hash: str
    width: int
    height: int
    size: int
    bits: int

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "paths": list(self.paths),
            "hash": self.hash,
            "width": self.width,
            "height": self.height,
            "bytes": self.size,
            "bits": self.bits,
        }


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Photos that are the same or look the same: the one with the most pixels first, of equals that with most bytes."""

    photos: tuple[Duplicate, ...]

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {"photos": [photo.as_json() for photo in self.photos]}

    @property
    def paths(self) -> tuple[str, ...]:
        """All files, in the order of the photos."""
        return tuple(path for photo in self.photos for path in photo.paths)


@dataclass(frozen=True, slots=True)
class _Candidate:
    content_id: int
    hash: str
    width: int
    height: int
    look: int | None


def exact_duplicates(
    store: Store, query: Query | None = None, settings: Settings | None = None
) -> list[DuplicateGroup]:
    """The photos of a query that lie in several files, in the query's order. No file is opened."""
    query, settings = query or Query(), settings or Settings()
    path = schema.path.c
    several = select(path.content_id).where(path.missing_since.is_(None))
    several = several.group_by(path.content_id).having(func.count() > 1)
    with store.read() as connection:
        here = set(connection.execute(several).scalars())
        numbers = [number for number in matches.matching_ids(connection, query, settings) if number in here]
        candidates = _candidates(connection, numbers)
        copies = copies_meant(connection, query, settings)
        return _described(connection, [[candidate] for candidate in candidates], copies)


def near_duplicates(
    store: Store, query: Query | None = None, settings: Settings | None = None, within: int = NEAR
) -> list[DuplicateGroup]:
    """The photos of a query that lie in several files or look like another, at most `within` bits (0 to 11) from it.

    A group is held together by such pairs, and stands where its first photo stands in the query's order. Photos without
    a look (see `gallery.similar.backfill`) and flat pictures are like no other.
    """
    query, settings = query or Query(), settings or Settings()
    path = schema.path.c
    counts = select(path.content_id, func.count()).where(path.missing_since.is_(None)).group_by(path.content_id)
    with store.read() as connection:
        candidates = _candidates(connection, matches.matching_ids(connection, query, settings))
        files: dict[int, int] = dict(connection.execute(counts).all())
        alike = groups_alike([candidate.look or 0 for candidate in candidates], within)
        grouped = {place for group in alike for place in group}
        alone = ([n] for n, c in enumerate(candidates) if n not in grouped and files.get(c.content_id, 0) > 1)
        places = sorted([*alike, *alone])
        copies = copies_meant(connection, query, settings)
        return _described(connection, [[candidates[place] for place in group] for group in places], copies)


def _candidates(connection: Connection, numbers: Sequence[int]) -> list[_Candidate]:
    content = schema.content.c
    columns = select(content.id, content.hash, content.width, content.height, content.look)
    found: dict[int, _Candidate] = {}
    for chunk in chunked(numbers):
        found |= {row.id: _Candidate(*row) for row in connection.execute(columns.where(content.id.in_(chunk)))}
    return [found[number] for number in numbers]


def _described(
    connection: Connection, groups: Sequence[Sequence[_Candidate]], copies: Copies | None
) -> list[DuplicateGroup]:
    numbers = [candidate.content_id for group in groups for candidate in group]
    files = dict(zip(numbers, photo_rows.files(connection, numbers, copies), strict=True))
    sizes = _sizes(connection, numbers)
    described = []
    for group in groups:
        ordered = sorted(group, key=lambda one: (-one.width * one.height, -sizes[one.content_id]))
        described.append(
            DuplicateGroup(
                tuple(
                    Duplicate(
                        files[one.content_id].paths,
                        one.hash,
                        one.width,
                        one.height,
                        sizes[one.content_id],
                        0 if one is ordered[0] else distance(one.look or 0, ordered[0].look or 0),
                    )
                    for one in ordered
                )
            )
        )
    return described


def _sizes(connection: Connection, numbers: Sequence[int]) -> dict[int, int]:
    path = schema.path.c
    columns = select(path.content_id, func.max(path.size)).group_by(path.content_id)
    sizes: dict[int, int] = dict.fromkeys(numbers, 0)
    for chunk in chunked(numbers):
        sizes |= dict(connection.execute(columns.where(path.content_id.in_(chunk))).all())
    return sizes

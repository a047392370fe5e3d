"""Photos that are there more than once: the same content in several files, or pictures that look the same.

People keep the first of each group and remove the others. So what is listed is there, holds what was indexed, and is no
second way to what is listed already: a link, a hard link, a folder by its other name.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.images.look import distance
from gallery.query.query import Query
from gallery.records import FileStamp
from gallery.search import matches
from gallery.search.chosen import copies_meant
from gallery.search.copies import Copies
from gallery.settings import Settings
from gallery.similar.clusters import groups_alike
from gallery.store import photo_rows, versions
from gallery.store.store import Store
from gallery.system.same_file import FileIds, each_file_once

NEAR: Final = 6
"""Bits of the look. Each of 100 real photos was as near to its own version of half the size, at JPEG quality 40,
blurred, or with 2 % cut off. Of 2,825 pairs of unrelated ones none was within 12; of 496 pairs of portraits from one
studio one was within 7, the same person twice."""


LeftOut = Callable[[str], None]
"""Told of each path that can't be listed: nothing is there, or something else than what was indexed."""


@dataclass(frozen=True, slots=True)
class Link:
    """Another path to a file that is listed: a link, a hard link, a folder that has two names."""

    path: str
    file: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A photo of a group, in one or more files of `size` bytes; its look is `bits` away from that of the first photo.

    `paths` has one for each file, and where a query speaks of paths, first those that it means; `links` are the other
    ways to these. `width` and `height` are pixels of the upright picture.
    """

    paths: tuple[str, ...]
    hash: str
    width: int
    height: int
    size: int
    bits: int
    links: tuple[Link, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "paths": list(self.paths),
            "hash": self.hash,
            "width": self.width,
            "height": self.height,
            "bytes": self.size,
            "bits": self.bits,
            "links": [{"path": link.path, "file": link.file} for link in self.links],
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
    """The files with the same bytes: a photo has several such where one of its files was given a star or a date."""

    content_id: int
    hash: str
    paths: tuple[str, ...]
    missing: bool
    width: int
    height: int
    look: int | None


def exact_duplicates(
    store: Store, query: Query | None = None, settings: Settings | None = None, left_out: LeftOut | None = None
) -> list[DuplicateGroup]:
    """The photos of a query that lie in several files, in the query's order. No file is opened."""
    query, settings = query or Query(), settings or Settings()
    path = schema.path.c
    several = select(path.content_id).where(path.missing_since.is_(None))
    several = several.group_by(path.content_id).having(func.count() > 1)
    with store.read() as connection:
        here = set(connection.execute(several).scalars())
        numbers = [number for number in matches.matching_ids(connection, query, settings) if number in here]
        copies = copies_meant(connection, query, settings)
        candidates = _candidates(connection, numbers, copies)
        return _FilesNow(left_out).described(connection, [[one] for one in candidates if len(one.paths) > 1])


def near_duplicates(
    store: Store,
    query: Query | None = None,
    settings: Settings | None = None,
    within: int = NEAR,
    left_out: LeftOut | None = None,
) -> list[DuplicateGroup]:
    """The photos of a query that lie in several files or look like another, at most `within` bits (0 to 11) from it.

    A group is held together by such pairs, and stands where its first photo stands in the query's order. Photos without
    a look (see `gallery.similar.backfill`) and flat pictures are like no other.
    """
    query, settings = query or Query(), settings or Settings()
    with store.read() as connection:
        copies = copies_meant(connection, query, settings)
        candidates = _candidates(connection, matches.matching_ids(connection, query, settings), copies)
        alike = groups_alike([candidate.look or 0 for candidate in candidates], within)
        grouped = {place for group in alike for place in group}
        alone = ([n] for n, c in enumerate(candidates) if n not in grouped and len(c.paths) > 1 and not c.missing)
        places = sorted([*alike, *alone])
        return _FilesNow(left_out).described(connection, [[candidates[place] for place in group] for group in places])


def _candidates(connection: Connection, numbers: Sequence[int], copies: Copies | None) -> list[_Candidate]:
    content = schema.content.c
    columns = select(content.id, content.hash, content.width, content.height, content.look)
    found: dict[int, Any] = {}
    for chunk in chunked(numbers):
        found |= {row.id: row for row in connection.execute(columns.where(content.id.in_(chunk)))}
    others = versions.hashes_at_paths(connection, numbers)
    candidates = []
    for number, files in zip(numbers, photo_rows.files(connection, numbers, copies), strict=True):
        row = found[number]
        by_hash: dict[str, list[str]] = {}
        for path in files.paths:
            by_hash.setdefault(others.get(path, row.hash), []).append(path)
        candidates += [
            _Candidate(number, digest, tuple(paths), files.missing, row.width, row.height, row.look)
            for digest, paths in by_hash.items()
        ]
    return candidates


@dataclass(frozen=True, slots=True)
class _Files:
    """The files that hold a content now, each by one path, and the other ways to them."""

    size: int
    paths: tuple[str, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class _FilesNow:
    """Looks at the files."""

    left_out: LeftOut | None

    def described(self, connection: Connection, groups: Sequence[Sequence[_Candidate]]) -> list[DuplicateGroup]:
        """The groups as they are on the disk now; those of which not two files are there are none."""
        files = self._found(connection, [one for group in groups for one in group])
        described = (_described_group([one for one in group if one.hash in files], files) for group in groups)
        return [group for group in described if len(group.paths) > 1]

    def _found(self, connection: Connection, candidates: Sequence[_Candidate]) -> dict[str, _Files]:
        """By the hash of their bytes; those of which nothing is there aren't among them."""
        ids, stamps = FileIds(), _stamps(connection, [one.content_id for one in candidates])
        found: dict[str, _Files] = {}
        for one in candidates:
            there = [path for path in one.paths if self._is_there(path, stamps)]
            if there:
                found[one.hash] = _sorted_out(there, stamps[there[0]].size, ids)
        return found

    def _is_there(self, path: str, stamps: dict[str, FileStamp]) -> bool:
        try:
            if path in stamps and stamps[path].unchanged_since(FileStamp.of(path, os.stat(path))):  # noqa: PTH116
                return True
        except (OSError, ValueError):
            pass
        if self.left_out is not None:
            self.left_out(path)
        return False


def _described_group(group: Sequence[_Candidate], files: dict[str, _Files]) -> DuplicateGroup:
    ordered = sorted(group, key=lambda one: (-one.width * one.height, -files[one.hash].size))
    photos = []
    for one in ordered:
        found, bits = files[one.hash], distance(one.look or 0, ordered[0].look or 0)
        apart = 0 if one is ordered[0] else bits
        photos.append(Duplicate(found.paths, one.hash, one.width, one.height, found.size, apart, found.links))
    return DuplicateGroup(tuple(photos))


def _stamps(connection: Connection, numbers: Sequence[int]) -> dict[str, FileStamp]:
    """What is known of the files that aren't missing."""
    path = schema.path.c
    columns = select(path.path, path.size, path.mtime_ns).where(path.missing_since.is_(None))
    found: dict[str, FileStamp] = {}
    for chunk in chunked(numbers):
        found |= {row.path: FileStamp(*row) for row in connection.execute(columns.where(path.content_id.in_(chunk)))}
    return found


def _sorted_out(paths: Sequence[str], size: int, ids: FileIds) -> _Files:
    # Where a file is known by links alone, it comes last: of two files rather the link is removed.
    found = sorted(each_file_once(paths, ids), key=lambda one: (os.path.islink(one[0]), paths.index(one[0])))  # noqa: PTH114
    links = tuple(Link(other, path) for path, others in found for other in others)
    return _Files(size, tuple(path for path, _ in found), links)

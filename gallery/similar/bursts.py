"""Bursts: photos taken in quick succession that look alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.images.look import distance
from gallery.query.query import Query
from gallery.search import matches
from gallery.settings import Settings
from gallery.similar.clusters import Clusters
from gallery.similar.duplicates import NEAR
from gallery.store.store import Store

GAP_SECONDS: Final = 10.0
ALIKE: Final = 20
"""Bits of the look. Two shots of a drawn burst, the camera moving by 6 % of the picture, by 1.5 degrees and 15 % of
exposure, are as near in 95 of 100 cases; of 2,825 pairs of unrelated real photos 0.9 in 100 are."""
_LOOKED_BACK: Final = 100
"""So many earlier shots are compared with each one: 50,000 files may all bear the time of one copying."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo with a time and a look; `by_clock` where the time is that of a camera, not of the file."""

    content_id: int
    taken_at: datetime
    by_clock: bool
    look: int


def find_bursts(
    store: Store,
    query: Query | None = None,
    settings: Settings | None = None,
    *,
    gap_seconds: float = GAP_SECONDS,
    alike: int = ALIKE,
) -> list[list[Shot]]:
    """The bursts among the photos of a query, as `bursts_among` tells them; photos without a look are in none.

    Photos that were indexed before there were looks get one from `gallery.similar.backfill`.
    """
    shots = _matching_shots(store, query or Query(), settings or Settings())
    return bursts_among(shots, gap_seconds=gap_seconds, alike=alike)


def bursts_among(shots: Sequence[Shot], *, gap_seconds: float = GAP_SECONDS, alike: int = ALIKE) -> list[list[Shot]]:
    """The bursts, oldest first, each in the order of time; shots that stand alone are left out.

    Two shots belong together where at most `gap_seconds` lie between them and at most `alike` bits of their looks
    differ; a burst is held together by such pairs, so it may last longer. Where a time is only that of the file, the
    looks must be those of near duplicates: a folder may have been copied in seconds.
    """
    ordered = sorted(shots, key=lambda shot: (shot.taken_at, shot.content_id))
    clusters = Clusters(len(ordered))
    for place, shot in enumerate(ordered):
        for before in range(place - 1, max(-1, place - 1 - _LOOKED_BACK), -1):
            other = ordered[before]
            if (shot.taken_at - other.taken_at).total_seconds() > gap_seconds:
                break
            limit = alike if shot.by_clock and other.by_clock else min(alike, NEAR)
            if distance(shot.look, other.look) <= limit:
                clusters.join(place, before)
    return [[ordered[place] for place in group] for group in clusters.groups()]


def _matching_shots(store: Store, query: Query, settings: Settings) -> list[Shot]:
    """The photos of a query that have a time and a look."""
    content = schema.content.c
    columns = select(content.id, content.taken_at, content.taken_source == "exif", content.look)
    known = columns.where(content.taken_at.is_not(None), content.look.is_not(None))
    with store.read() as connection:
        numbers = matches.matching_ids(connection, query, settings)
        return [
            Shot(number, taken_at, bool(by_clock), look)
            for chunk in chunked(numbers)
            for number, taken_at, by_clock, look in connection.execute(known.where(content.id.in_(chunk)))
        ]

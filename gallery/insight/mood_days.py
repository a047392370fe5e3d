"""The faces of each day by what they show, and the moods of months made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, select

from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.insight.breakdown import MIN_FACES
from gallery.insight.facts import SHOWN, Facts
from gallery.query.query import Query
from gallery.search.chosen import chosen
from gallery.search.conditions import is_counted, shown_emotion
from gallery.search.gate import Gate
from gallery.search.order import Order
from gallery.settings import Settings

WIDEST_POOL: Final = 6
"""Periods on either side that are taken together with one that has too few faces for shares."""

_LENGTHS: Final = {"day": 10, "month": 7, "year": 4}


@dataclass(frozen=True, slots=True)
class Mood:
    """The faces of a day, month or year, as `2023-06-14`, `2023-06` or `2023`: `counts` by EMOTIONS, uncertain last."""

    key: str
    counts: tuple[int, ...]

    @property
    def faces(self) -> int:
        """All that count."""
        return sum(self.counts)

    @property
    def foremost(self) -> str | None:
        """The most frequent emotion, of equals the first of EMOTIONS; None where no face is shown as any."""
        most = max(self.counts[:-1])
        return EMOTIONS[self.counts.index(most)] if most else None


@dataclass(frozen=True, slots=True)
class Shares:
    """A period and the share of each emotion among its faces, in the order of EMOTIONS, uncertain last.

    Where it has fewer than MIN_FACES they are those of `pooled` periods together, this one in the middle; None where
    even so there are too few.
    """

    mood: Mood
    shares: tuple[float, ...] | None
    pooled: int


def mood_days(connection: Connection, query: Query, settings: Settings) -> list[Mood]:
    """The days on which faces of the photos that match were taken, the first first."""
    face, gate = schema.face.c, Gate.of(query, settings)
    among = chosen(connection, query, settings)
    day, shown = func.substr(face.taken_at, 1, _LENGTHS["day"]), shown_emotion(face, gate)
    counted = select(day, shown, func.count()).where(face.taken_at.is_not(None), *is_counted(face, gate))
    counts: dict[str, list[int]] = {}
    for date, emotion, count in connection.execute(counted.where(*among(face.content_id)).group_by(day, shown)):
        counts.setdefault(str(date), [0] * len(SHOWN))[SHOWN.index(emotion)] += count
    return [Mood(date, tuple(counts[date])) for date in sorted(counts)]


def mood_days_of(order: Order, facts: Facts) -> list[Mood]:
    """The same of a result in an order by days, from what is known of all photos: milliseconds for a million."""
    import numpy as np

    if not order.days:
        return []
    shown = np.zeros((len(order.numbers), len(SHOWN)), dtype=np.uint8)
    is_known = order.numbers < len(facts.shown)
    shown[is_known] = facts.shown[order.numbers[is_known]]
    counts = np.array([day.count for day in order.days])
    sums = np.add.reduceat(shown, np.cumsum(counts) - counts, axis=0, dtype=np.int64)
    days = zip(order.days, sums.tolist(), strict=True)
    moods = [Mood(day.date, tuple(faces)) for day, faces in days if day.date and any(faces)]
    return sorted(moods, key=lambda mood: mood.key)


def by_period(days: Sequence[Mood], by: str) -> list[Mood]:
    """The same by "month" or "year", without those of which there is no face."""
    counts: dict[str, list[int]] = {}
    for day in days:
        total = counts.setdefault(day.key[: _LENGTHS[by]], [0] * len(SHOWN))
        total[:] = [one + other for one, other in zip(total, day.counts, strict=True)]
    return [Mood(key, tuple(counts[key])) for key in sorted(counts)]


def pooled(periods: Sequence[Mood]) -> list[Shares]:
    """The periods with shares: where one has too few faces, its neighbours are taken in until there are enough."""
    return [_pooled(periods, place) for place in range(len(periods))]


def _pooled(periods: Sequence[Mood], place: int) -> Shares:
    for width in range(WIDEST_POOL + 1):
        around = periods[max(0, place - width) : place + width + 1]
        total = [sum(counts) for counts in zip(*(one.counts for one in around), strict=True)]
        faces = sum(total)
        if faces >= MIN_FACES:
            return Shares(periods[place], tuple(count / faces for count in total), len(around))
    return Shares(periods[place], None, 1)

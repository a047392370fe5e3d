"""Months or years in a row, those without photos among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gallery.errors import UsageError
from gallery.insight.breakdown import Breakdown, Group, breakdown
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.store.store import Store

MOST_MONTHS: Final = 240
"""A timeline of more is by year, unless months are asked for."""

_MONTHS_NAMED_ALL: Final = 24
_NAMES: Final = 13
"""As many names as find room under a picture."""


@dataclass(frozen=True, slots=True)
class Period:
    """A month (`2023-06`) or year (`2023`); without photos there is no `group`."""

    name: str
    group: Group | None

    @property
    def faces(self) -> int:
        """All faces that count."""
        return self.group.faces if self.group else 0

    @property
    def shares(self) -> dict[str, float] | None:
        """As `Group.shares`."""
        return self.group.shares() if self.group else None


@dataclass(frozen=True, slots=True)
class Timeline:
    """All periods from the first to the last with a photo, without a hole; `undated` photos are in none."""

    by: str
    periods: tuple[Period, ...]
    undated: int

    @property
    def photos(self) -> int:
        """Those that have a date."""
        return sum(period.group.photos for period in self.periods if period.group)

    @property
    def faces(self) -> int:
        """Those in photos that have a date."""
        return sum(period.faces for period in self.periods)

    def named(self) -> list[tuple[int, str]]:
        """Places and names of the periods to write under a picture: few enough to be read."""
        names = [period.name for period in self.periods]
        if self.by == "month" and len(names) > _MONTHS_NAMED_ALL:
            starts = [(place, name[:4]) for place, name in enumerate(names) if name.endswith("-01")]
        else:
            starts = list(enumerate(names))
        return starts[:: max(1, -(-len(starts) // _NAMES))]


def timeline(
    store: Store, by: str | None = None, query: Query | None = None, settings: Settings | None = None
) -> Timeline:
    """The photos that match by "month" or "year"; None: by month where those are not too many to see."""
    if by not in (None, "month", "year"):
        raise UsageError(f"a timeline is by month or year, not by {by}")
    if by is None:
        found = timeline(store, "month", query, settings)
        return found if len(found.periods) <= MOST_MONTHS else timeline(store, "year", query, settings)
    return in_a_row(breakdown(store, by, query, settings))


def in_a_row(groups: Breakdown) -> Timeline:
    """A timeline of groups by month or year."""
    found = {group.key: group for group in groups.groups}
    undated = found.pop(None, None)
    periods = (Period(name, found.get(name)) for name in _names([key for key in found if key is not None]))
    return Timeline(groups.by, tuple(periods), undated.photos if undated else 0)


def gap(before: str, after: str) -> int:
    """How many months, or years, lie between two of them: 0 between neighbours."""
    return _number(after) - _number(before) - 1


def _names(keys: Sequence[str]) -> Iterator[str]:
    """The keys, which are in order, and all between them."""
    if keys:
        is_month = len(keys[0]) > 4
        for number in range(_number(keys[0]), _number(keys[-1]) + 1):
            yield f"{number // 12:04}-{number % 12 + 1:02}" if is_month else f"{number:04}"


def _number(key: str) -> int:
    """Years, or months, since the year 0."""
    year, _, month = key.partition("-")
    return int(year) * 12 + int(month) - 1 if month else int(year)

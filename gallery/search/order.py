"""The order of a result, as a whole: the numbers of all its photos, and the days that they lie in.

For a page that can show any place of a result at once: a million numbers are 8 MB. They come from SQLite as one text,
which takes a third of the time of a million rows, and other threads go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import CompoundSelect, Connection, Select, case, func, select

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.query.query import Query
from gallery.search.matches import expand, plan, statement_for
from gallery.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.int64]]

_UNDATED: Final = "----------"
"""In place of a day, and as long as one."""
_AT_ONCE: Final = 200_000
"""Characters that are read as numbers in one go, during which no other thread runs: a millisecond or two."""
NARROWEST, WIDEST = 0.4, 4.0
"""As which a picture counts whose width / height is less or more: on a wall it is cropped, or it would be a thread."""
_MANY: Final = 20_000
"""Photos of which it is quicker to read the sizes of all there are."""


@dataclass(frozen=True, slots=True)
class Day:
    """Photos side by side in a result that were taken on one day; `date` as `2023-06-14`, None where nobody knows.

    `aspects` is the sum of width / height over them, each from NARROWEST to WIDEST: how wide they are in rows of
    height 1. `guessed`: the date of one at least is only that of its file.
    """

    date: str | None
    count: int
    aspects: float
    guessed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """All photos of a result: their numbers in its order, and its days; in an order that isn't by date one without."""

    numbers: Numbers
    days: tuple[Day, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def day_of(self, rank: int) -> int:
        """Which of the days the photo at this place lies in."""
        first = 0
        for place, day in enumerate(self.days):
            first += day.count
            if rank < first:
                return place
        raise IndexError(rank)

    def rank(self, number: int) -> int | None:
        """The place of this photo, from 0 on; None where it isn't among them."""
        places = (self.numbers == number).nonzero()[0]
        return int(places[0]) if len(places) else None


def whole_order(connection: Connection, query: Query, settings: Settings) -> Order:
    """All photos that match, at most `query.limit`, in the order asked for."""
    query = expand(connection, query, settings)
    found = _dated(statement_for(query, settings, plan(connection, query, settings))).limit(query.limit)
    numbers, days = _read(connection, found)
    widths, guessed = _shapes(connection, numbers)
    if not len(numbers):
        return Order(numbers, ())
    if query.sort not in (None, "newest", "oldest"):
        return Order(numbers, (Day(None, len(numbers), _rounded(widths.sum()), guessed=False),))
    return Order(numbers, tuple(_days(days, widths, guessed)))


def _dated(found: Select[Any] | CompoundSelect[Any]) -> Select[Any] | CompoundSelect[Any]:
    """The same search with two columns, content and time."""
    if isinstance(found, Select) and len(found.selected_columns) == 1:
        return found.add_columns(schema.content.c.taken_at)
    return found


def _read(connection: Connection, found: Select[Any] | CompoundSelect[Any]) -> tuple[Numbers, str]:
    """Of two columns, content and time: the numbers, and the days as one text."""
    number, taken_at = found.subquery().c
    day = func.coalesce(func.substr(taken_at, 1, len(_UNDATED)), _UNDATED)
    row = connection.execute(select(func.group_concat(number), func.group_concat(day, ""))).one()
    return numbers_in(row[0] or ""), row[1] or ""


def numbers_in(text: str) -> Numbers:
    """The whole numbers in a text with commas between them."""
    import numpy as np

    pieces = [np.fromstring(piece, dtype=np.int64, sep=",") for piece in _pieces(text)]
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.int64)


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find(",", start + _AT_ONCE)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def _shapes(connection: Connection, numbers: Numbers) -> tuple[Any, Any]:
    """Of each photo how wide it is at height 1, and 1 where its time is only that of its file, else 0."""
    import numpy as np

    content = schema.content.c
    is_guess = case((content.taken_source == "file", 1), else_=0)
    columns = (content.id, content.width * 1000 // content.height, is_guess)
    texts = select(*(func.group_concat(column) for column in columns))
    if len(numbers) > _MANY:
        chosen = [texts]
    else:
        chosen = [texts.where(content.id.in_(some)) for some in chunked(numbers.tolist())]
    read = [[numbers_in(text or "") for text in connection.execute(one).one()] for one in chosen]
    if not read:
        return np.zeros(0), np.zeros(0, dtype=np.int64)
    found, widths, guesses = (np.concatenate(column) for column in zip(*read, strict=True))
    place = np.zeros(int(max(found.max(initial=0), numbers.max(initial=0))) + 1, dtype=np.int64)
    place[found] = np.arange(len(found))
    held = np.clip(widths[place[numbers]] / 1000, NARROWEST, WIDEST)
    return held, guesses[place[numbers]]


def _days(text: str, widths: Any, guessed: Any) -> Iterator[Day]:
    import numpy as np

    dates = np.frombuffer(text.encode(), dtype=f"S{len(_UNDATED)}")
    starts = np.concatenate(([0], (dates[1:] != dates[:-1]).nonzero()[0] + 1))
    counts = np.diff(np.append(starts, len(dates)))
    sums, guesses = np.add.reduceat(widths, starts), np.add.reduceat(guessed, starts)
    for date, count, width, guess in zip(dates[starts], counts, sums, guesses, strict=True):
        known = None if date.decode() == _UNDATED else date.decode()
        yield Day(known, int(count), _rounded(width), bool(guess))


def _rounded(width: Any) -> float:
    return round(float(width), 3)

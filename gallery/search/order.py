"""The order of a result, as a whole: the numbers of all its photos, and the days that they lie in.

For a page that can show any place of a result at once: a million numbers are 8 MB. They come from SQLite as one text,
which takes a third of the time of a million rows, and other threads go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import CompoundSelect, Connection, Select, case, func, select

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.query.query import Query
from gallery.search.counting import few_are_gone, without_file
from gallery.search.matches import expand, passes_many, plan, statement_for
from gallery.settings import Settings

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[np.int64]]
    Dates = np.ndarray[Any, np.dtype[np.bytes_]]

_UNDATED: Final = "----------"
"""In place of a day, and as long as one."""
_AT_ONCE: Final = 200_000
"""Characters that are read as numbers in one go, during which no other thread runs: a millisecond or two."""
_QUARTERS: Final = (6, 8)
"""The turns that swap width and height: see `gallery.images.turns`."""
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


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """By the numbers of photos: thousandths of width / height; 1 where the time is only that of the file, else 0."""

    widths: np.ndarray[Any, np.dtype[np.int32]]
    guessed: np.ndarray[Any, np.dtype[np.int32]]

    def of(self, numbers: Numbers) -> tuple[Any, Any] | None:
        """Those of these photos, the width held within bounds; None where one is newer than what was read."""
        import numpy as np

        if numbers.max(initial=0) >= len(self.widths):
            return None
        return np.clip(self.widths[numbers] / 1000, NARROWEST, WIDEST), self.guessed[numbers]


def whole_order(
    connection: Connection, query: Query, settings: Settings, shapes: Callable[[], Shapes] | None = None
) -> Order:
    """All photos that match, at most `query.limit`, in the order asked for.

    `shapes` gives what was read of all photos before, where there are many: that hardly changes.
    """
    query = expand(connection, query, settings)
    numbers, days = _found(connection, query, settings)
    if not len(numbers):
        return Order(numbers, ())
    known = shapes().of(numbers) if shapes is not None and len(numbers) > _MANY else None
    widths, guessed = known or _shapes_of(connection, numbers)
    if query.sort not in (None, "newest", "oldest"):
        return Order(numbers, (Day(None, len(numbers), _rounded(widths.sum()), guessed=False),))
    return Order(numbers, tuple(_days(days, widths, guessed)))


def read_shapes(connection: Connection, numbers: Sequence[int] | None = None) -> Shapes:
    """The shapes of these photos, or of all."""
    import numpy as np

    content = schema.content.c
    is_guess = case((content.taken_source == "file", 1), else_=0)
    columns = (content.id, content.width * 1000 // content.height, is_guess)
    texts = select(*(func.group_concat(column) for column in columns))
    few = None if numbers is None else chunked(numbers)
    chosen = [texts] if few is None else [texts.where(content.id.in_(some)) for some in few]
    read = [[numbers_in(text or "") for text in connection.execute(one).one()] for one in chosen]
    found, widths, guesses = (np.concatenate(column) for column in zip(*read, strict=True))
    shapes = Shapes(*(np.zeros(int(found.max(initial=0)) + 1, dtype=np.int32) for _ in range(2)))
    shapes.widths[found], shapes.guessed[found] = widths, guesses
    for number in _on_their_side(connection):
        if number < len(shapes.widths) and shapes.widths[number]:
            shapes.widths[number] = 1_000_000 // shapes.widths[number]
    return shapes


def _on_their_side(connection: Connection) -> list[int]:
    """The photos that a person turned by a quarter: few, if any."""
    turned = schema.turned.c
    said = select(turned.content_id, turned.turn).where(turned.content_id.is_not(None))
    last = dict(connection.execute(said.order_by(turned.said_at, turned.id)).all())
    return [number for number, turn in last.items() if turn in _QUARTERS]


def _shapes_of(connection: Connection, numbers: Numbers) -> tuple[Any, Any]:
    shapes = read_shapes(connection, None if len(numbers) > _MANY else numbers.tolist())
    found = shapes.of(numbers)
    assert found is not None, "they are read in the same state of the database"  # noqa: S101
    return found


def _found(connection: Connection, query: Query, settings: Settings) -> tuple[Numbers, Dates]:
    """The numbers of all matches of an expanded query, and the day of each.

    Nearly all photos have a file: as for counting, all that match are read, and the few without one taken out.
    """
    import numpy as np

    how = plan(connection, query, settings)
    is_quick = not query.missing and query.limit is None and passes_many(connection, query, how)
    if not is_quick or not few_are_gone(connection):
        return _read(connection, _dated(statement_for(query, settings, how)).limit(query.limit))
    numbers, days = _read(connection, _dated(statement_for(replace(query, missing=True), settings, how)))
    gone = without_file().subquery().c[0]
    there = ~np.isin(numbers, numbers_in(connection.execute(select(func.group_concat(gone))).scalar() or ""))
    return numbers[there], days[there]


def _dated(found: Select[Any] | CompoundSelect[Any]) -> Select[Any] | CompoundSelect[Any]:
    """The same search with two columns, content and time."""
    if isinstance(found, Select) and len(found.selected_columns) == 1:
        return found.add_columns(schema.content.c.taken_at)
    return found


def _read(connection: Connection, found: Select[Any] | CompoundSelect[Any]) -> tuple[Numbers, Dates]:
    """Of two columns, content and time: the numbers and the days."""
    import numpy as np

    number, taken_at = found.subquery().c
    day = func.coalesce(func.substr(taken_at, 1, len(_UNDATED)), _UNDATED)
    row = connection.execute(select(func.group_concat(number), func.group_concat(day, ""))).one()
    return numbers_in(row[0] or ""), np.frombuffer((row[1] or "").encode(), dtype=f"S{len(_UNDATED)}")


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


def _days(dates: Dates, widths: Any, guessed: Any) -> Iterator[Day]:
    import numpy as np

    starts = np.concatenate(([0], (dates[1:] != dates[:-1]).nonzero()[0] + 1))
    counts = np.diff(np.append(starts, len(dates)))
    sums, guesses = np.add.reduceat(widths, starts), np.add.reduceat(guessed, starts)
    for date, count, width, guess in zip(dates[starts], counts, sums, guesses, strict=True):
        known = None if date.decode() == _UNDATED else date.decode()
        yield Day(known, int(count), _rounded(width), bool(guess))


def _rounded(width: Any) -> float:
    return round(float(width), 3)

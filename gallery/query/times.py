"""Times as people type them: what `2023-06`, `yesterday` and `-3w` mean."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta
from typing import Final

from gallery.errors import UsageError

_UNITS: Final = ("year", "month", "day", "minute", "second")
_WHEN: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?)?)?"
)
_AGO: Final = re.compile(r"-([0-9]{1,5})([dwmy])")
_DAYS_AGO: Final = {"today": 0, "yesterday": 1}


def parse_when(text: str) -> tuple[datetime, datetime]:
    """The first moment of what is named, and the first after it.

    | input            | result                                     |
    |------------------|--------------------------------------------|
    | 2023             | 2023-01-01 00:00:00 to 2024-01-01 00:00:00 |
    | 2023-12          | 2023-12-01 00:00:00 to 2024-01-01 00:00:00 |
    | 2024-02-29       | 2024-02-29 00:00:00 to 2024-03-01 00:00:00 |
    | 2023-06-01T12:30 | 2023-06-01 12:30:00 to 2023-06-01 12:31:00 |
    | 2023-06-01 12:30 | 2023-06-01 12:30:00 to 2023-06-01 12:31:00 |
    | 2023-02-30       | UsageError                                 |
    | 2023-6-1         | UsageError                                 |
    | yesterday        | UsageError                                 |
    """
    found = _WHEN.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"time {text!r} isn't understood; allowed: 2023, 2023-06, 2023-06-01 or 2023-06-01T12:30")
    given = {name: int(value) for name, value in found.groupdict().items() if value is not None}
    try:
        start = datetime(**{"month": 1, "day": 1, **given})  # type: ignore[arg-type]
    except ValueError as error:
        raise UsageError(f"time {text!r} doesn't exist ({error}); allowed: a date of the calendar") from None
    return start, _end(start, [unit for unit in _UNITS if unit in given][-1])


def span(text: str, now: datetime) -> tuple[datetime, datetime]:
    """As `parse_when`, and besides a day counted back from `now`; days before the calendar begins are its first.

    | input     | result, at noon of 2024-03-31              |
    |-----------|--------------------------------------------|
    | 2023      | 2023-01-01 00:00:00 to 2024-01-01 00:00:00 |
    | today     | 2024-03-31 00:00:00 to 2024-04-01 00:00:00 |
    | yesterday | 2024-03-30 00:00:00 to 2024-03-31 00:00:00 |
    | -0d       | 2024-03-31 00:00:00 to 2024-04-01 00:00:00 |
    | -3w       | 2024-03-10 00:00:00 to 2024-03-11 00:00:00 |
    | -1m       | 2024-02-29 00:00:00 to 2024-03-01 00:00:00 |
    | -13m      | 2023-02-28 00:00:00 to 2023-03-01 00:00:00 |
    | -1y       | 2023-03-31 00:00:00 to 2023-04-01 00:00:00 |
    | -9999y    | 0001-01-01 00:00:00 to 0001-01-02 00:00:00 |
    | tomorrow  | UsageError                                 |
    """
    ago = _ago(text)
    if ago is None:
        return parse_when(text)
    day = _back(now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None), *ago)
    return day, _end(day, "day")


def is_relative(text: str) -> bool:
    """Whether the text is understood, and means another time tomorrow. Raises UsageError for what isn't understood."""
    if _ago(text) is not None:
        return True
    parse_when(text)
    return False


def is_before(first: str, last: str) -> bool:
    """Whether a range from the one to the other is empty, today and ever; for texts that are understood."""
    ago = _ago(first), _ago(last)
    if ago[0] and ago[1]:
        return ago[0][1] == ago[1][1] and ago[0][0] < ago[1][0]
    return not (ago[0] or ago[1]) and parse_when(last)[1] <= parse_when(first)[0]


def _ago(text: str) -> tuple[int, str] | None:
    """How many of which unit back; None for a time of the calendar."""
    if text in _DAYS_AGO:
        return _DAYS_AGO[text], "d"
    found = _AGO.fullmatch(text)
    return None if found is None else (int(found[1]), found[2])


def _back(day: datetime, count: int, unit: str) -> datetime:
    try:
        if unit in "dw":
            return day - timedelta(days=count * (7 if unit == "w" else 1))
        months = day.year * 12 + day.month - 1 - count * (12 if unit == "y" else 1)
        year, month = months // 12, months % 12 + 1
        return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
    except (ValueError, OverflowError):
        return datetime.min


def _end(start: datetime, unit: str) -> datetime:
    try:
        if unit == "year":
            return start.replace(year=start.year + 1)
        if unit == "month":
            return (start + timedelta(days=31)).replace(day=1)
        return start + timedelta(**{f"{unit}s": 1})
    except (ValueError, OverflowError):
        return datetime.max

"""Dates as programs and cameras write them into texts, read as far as they are legible."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

MAX_OFFSET_MINUTES: Final = 14 * 60
"""Kiribati, the farthest from UTC."""

DAY, MINUTE, SECOND = 3, 5, 6

_DATE: Final = re.compile(
    r"(\d{4})(?:(\d\d)(\d\d)(?=\D|$|\d{4}(?:\d\d)?(?!\d))|(?: ?[:./-] ?(\d{1,2})?(?: ?[:./-] ?(\d{1,2})?)?)?(?!\d))",
    re.ASCII,
)
_TIME: Final = re.compile(
    r"[ T:]*(?:(\d{1,2}) ?[:.] ?(\d{1,2})(?: ?[:.] ?(\d{1,2}))?|(\d\d)(\d\d)(\d\d)?)(?!\d)(?:[.,](\d+))?", re.ASCII
)
_HALF_OF_DAY: Final = re.compile(r" ?([AP])\.?M\b\.?", re.ASCII | re.IGNORECASE)
_ZONE: Final = re.compile(
    r" ?(?:(?:UTC|GMT|Z)\b|(?=[+-])|(?:UTC|GMT)(?=[+-]))(?:([+-]) ?(\d\d?)(?::?(\d\d))?)?$", re.ASCII
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date on the clock at the place, and how many of year, month, day, hour, minute and second were legible.

    What wasn't is its first: 1 January, midnight. `is_odd`: it is all there, but no clock shows it so.
    """

    moment: datetime
    legible: int = SECOND
    offset_minutes: int | None = None
    is_odd: bool = False

    def agrees(self, other: WrittenDate) -> bool:
        """Whether the other, of which as much or more is legible, says the same as far as this one goes."""
        ours, theirs = (one.moment.timetuple()[: self.legible] for one in (self, other))
        return other.legible >= self.legible and ours == theirs


def parse_date(text: str) -> WrittenDate | None:
    """What is legible of a date; None where not even a year is, or where there is no such day.

    | text | date |
    |---|---|
    | `2012:03:04 10:11:12` | 2012-03-04 10:11:12 |
    | `2012-03-04T10:11:12.5+02:00` | 2012-03-04 10:11:12.5, 120 minutes east of UTC |
    | `2012/3/4 10.11.12 UTC` | 2012-03-04 10:11:12, 0 minutes |
    | `20120304 101112GMT-3` | 2012-03-04 10:11:12, -180 minutes |
    | `2012:03:04 10:11:12 pm` | 2012-03-04 22:11:12 |
    | `2012:03:04 24:11:12` | 2012-03-04 00:11:12, odd |
    | `2012:03:04 23:59:60` | 2012-03-04 23:59:59, odd |
    | `2012: 3: 4  9: 5` | 2012-03-04 09:05, 5 parts |
    | `2012:03:04 25:00:00` | 2012-03-04, 3 parts |
    | `2012:03:00` | 2012-03, 2 parts |
    | `2012` | 2012, 1 part |
    | `2012:13:01 00:00:00` | none |
    | `2012:02:30` | none |

    Android once wrote hour 24 for hour 0 of the same day.
    """
    text = " ".join(text.split())
    found = _DATE.match(text)
    if not found:
        return None
    numbers = [int(part or 0) for part in (found[1], found[2] or found[4], found[3] or found[5])]
    known = 1 if not numbers[1] else 2 if not numbers[2] else DAY
    try:
        day = datetime(*[*numbers[:known], 1, 1][:DAY])  # type: ignore[arg-type]
    except ValueError:
        return None
    if known < DAY:
        return WrittenDate(day, known)
    return _with_time(day, text[found.end() :])


def _with_time(day: datetime, text: str) -> WrittenDate:
    found = _TIME.match(text)
    if not found:
        return WrittenDate(day, DAY)
    hour, minute = int(found[1] or found[4]), int(found[2] or found[5])
    seconds = found[3] or found[6]
    second = 60 if seconds is None else int(seconds)
    if hour > 24 or minute > 59:
        return WrittenDate(day, DAY)
    half = _HALF_OF_DAY.match(text, found.end())
    moment = day.replace(hour=_hour(hour, half), minute=minute)
    offset = parse_offset(text[half.end() if half else found.end() :])
    if seconds is None or second > 60:
        return WrittenDate(moment, MINUTE, offset)
    moment = moment.replace(second=min(second, 59), microsecond=microseconds(found[7] or ""))
    return WrittenDate(moment, SECOND, offset, hour == 24 or second == 60)


def _hour(hour: int, half: re.Match[str] | None) -> int:
    if half is None or hour > 12:
        return hour % 24
    return hour % 12 + (12 if half[1] in "pP" else 0)


def parse_offset(text: str) -> int | None:
    """Minutes east of UTC: of `Z`, `UTC`, `GMT+2`, `+02:00`, `-0330`; None for all else, and beyond the date line."""
    found = _ZONE.fullmatch(text.strip())
    if not found:
        return None
    hours, minutes = int(found[2] or 0), int(found[3] or 0)
    distance = hours * 60 + minutes
    if minutes > 59 or distance > MAX_OFFSET_MINUTES:
        return None
    return -distance if found[1] == "-" else distance


def microseconds(digits: str) -> int:
    """What the digits behind the point say: `25` is a quarter of a second."""
    return int(f"{digits:0<6.6}")

"""When, where and with what a picture was taken, as far as its EXIF tells.

EXIF comes from strangers: any tag may hold any type, and nothing here raises. Tags as in Exif 2.32 (CIPA DC-008).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from numbers import Real
from typing import Any

from PIL import ExifTags, Image

from gallery.images.written_dates import SECOND, WrittenDate, microseconds, parse_date, parse_offset
from gallery.records import Capture

FIRST_PHOTOGRAPH = 1826
"""Niépce's view from Le Gras; earlier years are clocks that were never set."""

MAX_CAMERA_LENGTH = 100

_Base = ExifTags.Base

_TIME_TAGS = (
    (_Base.DateTimeOriginal, _Base.SubsecTimeOriginal, _Base.OffsetTimeOriginal),
    (_Base.DateTimeDigitized, _Base.SubsecTimeDigitized, _Base.OffsetTimeDigitized),
    (_Base.DateTime, _Base.SubsecTime, _Base.OffsetTime),
)

_Tags = Mapping[int, Any]
_When = tuple[datetime | None, int | None, str | None]


@dataclass(frozen=True, slots=True)
class DateNote:
    """A date in a photo that is passed over, or taken as far as it is legible: its text, and which of both."""

    text: str
    why: str

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {"text": self.text, "why": self.why}


@dataclass(frozen=True, slots=True)
class _Date:
    """A date as it stands in a file: which of them, its text, and what of that is legible."""

    source: str
    text: str
    written: WrittenDate | None
    too_late: bool = False

    @property
    def problem(self) -> str | None:
        """Why it is passed over; None for one that will do."""
        if self.written is None:
            return "no such day" if self.text[:4].isdigit() else "not legible"
        if self.too_late:
            return "in the future"
        return "older than photography" if self.written.moment.year < FIRST_PHOTOGRAPH else None


def read_capture(exif: Image.Exif, mtime_ns: int, now: datetime | None = None) -> Capture:
    """What `exif` says; without a date in it, the file's time `mtime_ns` (since 1970, UTC) on the local clock.

    A date that is blank, impossible, older than photography or later than tomorrow is passed over for the next kind:
    taken, digitised, changed, GPS's. Of a date that is legible in part the rest is its first: midnight, 1 January;
    where a later kind agrees with it, that is taken. An impossible offset is dropped alone, since the wall clock it
    stands beside is still right. `now` is on the local clock.
    """
    tags = _all_tags(exif)
    end = _end_of_tomorrow(now)
    taken_at, offset, source = _taken(_dates(exif, end)) or _file_time(mtime_ns, end)
    latitude, longitude = _position(_tags(exif, ExifTags.IFD.GPSInfo))
    return Capture(
        taken_at=taken_at,
        taken_offset_minutes=offset,
        taken_source=source,
        camera=_camera(tags),
        latitude=latitude,
        longitude=longitude,
    )


def notes_on_dates(exif: Image.Exif, now: datetime | None = None) -> tuple[DateNote, ...]:
    """Which dates `read_capture` passes over, and which it takes in part; a clock that was never set is none."""
    notes = []
    dates = _dates(exif, _end_of_tomorrow(now))
    for date in dates:
        if date.problem:
            notes.append(DateNote(date.text, date.problem))
            continue
        if date.written and (date.written.legible < SECOND or date.written.is_odd):
            notes.append(DateNote(date.text, "taken as far as it is legible"))
        break
    return tuple(notes)


def _end_of_tomorrow(now: datetime | None) -> datetime:
    today = (now or datetime.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=2)


def _all_tags(exif: Image.Exif) -> _Tags:
    return {**_tags(exif), **_tags(exif, ExifTags.IFD.Exif)}


def _tags(exif: Image.Exif, ifd: int | None = None) -> dict[int, Any]:
    try:
        return dict(exif if ifd is None else exif.get_ifd(ifd))
    except Exception:  # damaged EXIF makes Pillow raise a dozen kinds of errors
        return {}


def _taken(dates: Sequence[_Date]) -> _When | None:
    usable = [(date.source, date.written) for date in dates if date.written and not date.problem]
    if not usable:
        return None
    source, written = usable[0]
    finer = [other for of, other in usable if of == source and written.agrees(other)]
    written = max(finer, key=lambda other: other.legible)
    is_whole = source != "exif" or written.legible == SECOND
    return written.moment, written.offset_minutes, source if is_whole else "exif part"


def _dates(exif: Image.Exif, end: datetime) -> list[_Date]:
    """All that are written, the best first."""
    tags = _all_tags(exif)
    found = [_date_in(tags, *kind) for kind in _TIME_TAGS]
    found.append(_gps_date(_tags(exif, ExifTags.IFD.GPSInfo)))
    is_set = [date for date in found if re.search("[1-9]", date.text)]
    return [replace(one, too_late=one.written is not None and one.written.moment >= end) for one in is_set]


def _date_in(tags: _Tags, time_tag: int, fraction_tag: int, offset_tag: int) -> _Date:
    value = tags.get(time_tag)
    text = "" if isinstance(value, int) else _text(value)
    written = parse_date(text)
    if written is None or written.legible < SECOND:
        return _Date("exif", text, written)
    fraction, offset = _text(tags.get(fraction_tag)), parse_offset(_text(tags.get(offset_tag)))
    if re.fullmatch(r"\d+", fraction, re.ASCII):
        written = replace(written, moment=written.moment.replace(microsecond=microseconds(fraction)))
    return _Date("exif", text, written if offset is None else replace(written, offset_minutes=offset))


def _gps_date(gps: _Tags) -> _Date:
    """On UTC's clock, which receivers have from their satellites."""
    day = _text(gps.get(ExifTags.GPS.GPSDateStamp))
    value = gps.get(ExifTags.GPS.GPSTimeStamp)
    parts = [number(part) for part in value] if isinstance(value, tuple | list) else []
    if len(parts) != 3 or not all(0 <= part <= 60 for part in parts):
        return _Date("gps", day, parse_date(day))
    hour, minute, second = (int(part) for part in parts)
    text = f"{day} {hour:02}:{minute:02}:{second:02}Z"
    return _Date("gps", text if day else "", parse_date(text) if day else None)


def _file_time(mtime_ns: int, end: datetime) -> _When:
    seconds, rest = divmod(mtime_ns, 1_000_000_000)
    try:
        local = datetime.fromtimestamp(seconds, UTC).astimezone().replace(microsecond=rest // 1000)
    except (OverflowError, ValueError, OSError):
        return None, None, None
    if local.replace(tzinfo=None) >= end:
        return None, None, None
    offset = local.utcoffset()
    minutes = None if offset is None else math.floor(offset.total_seconds() / 60)
    return local.replace(tzinfo=None), minutes, "file"


def _camera(tags: _Tags) -> str | None:
    make, model = _text(tags.get(_Base.Make)), _text(tags.get(_Base.Model))
    brand = make.partition(" ")[0]
    starts_with_brand = f"{model} ".casefold().startswith((make.casefold(), f"{brand} ".casefold()))
    name = model if make and starts_with_brand else f"{make} {model}"
    return name.strip()[:MAX_CAMERA_LENGTH].strip() or None


def _position(gps: _Tags) -> tuple[float, float] | tuple[None, None]:
    """Decimal degrees, north and east positive; both or none. Exactly 0, 0 is a receiver without a fix."""
    tag = ExifTags.GPS
    latitude = _degrees(gps.get(tag.GPSLatitude), _text(gps.get(tag.GPSLatitudeRef)), "S", 90)
    longitude = _degrees(gps.get(tag.GPSLongitude), _text(gps.get(tag.GPSLongitudeRef)), "W", 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None
    return latitude, longitude


def _degrees(value: object, ref: str, negative: str, limit: int) -> float | None:
    """North or east where no letter says otherwise, as ExifTool has it."""
    parts = value if isinstance(value, tuple | list) else (value,)
    sign = -1 if ref[:1].upper() == negative else 1
    if not 1 <= len(parts) <= 3:
        return None
    numbers = [number(part) for part in parts]
    if not all(number >= 0 for number in numbers) or any(number > 60 for number in numbers[1:]):
        return None
    degrees = sum(number / 60**power for power, number in enumerate(numbers))
    return sign * degrees if degrees <= limit else None


def number(value: object) -> float:
    """NaN for what is no number; Pillow's rationals with a denominator of 0 are NaN of themselves."""
    try:
        return float(value) if isinstance(value, Real) else math.nan
    except (OverflowError, ValueError, ZeroDivisionError):
        return math.nan


def _text(value: object) -> str:
    """One clean line: up to the first NUL, no control characters, runs of blanks as one. Empty for what is no text."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    elif isinstance(value, int):
        value = str(value)
    if not isinstance(value, str):
        return ""
    line = value.partition("\0")[0]
    return " ".join("".join(c if c.isprintable() else " " for c in line).split())

"""When, where and with what a picture was taken, as far as its EXIF tells.

EXIF comes from strangers: any tag may hold any type, and nothing here raises. Tags as in Exif 2.32 (CIPA DC-008).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from numbers import Real
from typing import Any

from PIL import ExifTags, Image

from gallery.records import Capture

FIRST_PHOTOGRAPH = 1826
"""Niépce's view from Le Gras; earlier years are clocks that were never set."""

MAX_CAMERA_LENGTH = 100

MAX_OFFSET_MINUTES = 14 * 60
"""Kiribati, the farthest from UTC."""

_Base = ExifTags.Base

_TIME_TAGS = (
    (_Base.DateTimeOriginal, _Base.SubsecTimeOriginal, _Base.OffsetTimeOriginal),
    (_Base.DateTimeDigitized, _Base.SubsecTimeDigitized, _Base.OffsetTimeDigitized),
    (_Base.DateTime, _Base.SubsecTime, _Base.OffsetTime),
)

_TIME = re.compile(
    r"(\d{4})[:./-](\d{1,2})[:./-](\d{1,2})[ T]+(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d+))? ?(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)

_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)

_Tags = Mapping[int, Any]


def read_capture(exif: Image.Exif, mtime_ns: int) -> Capture:
    """What `exif` says; without a date in it, the file's time `mtime_ns` (since 1970, UTC) on the local clock.

    A date that is blank, impossible or older than photography is passed over for the next kind: taken, digitised,
    changed. An impossible offset is dropped alone, since the wall clock it stands beside is still right.
    """
    tags = {**_tags(exif), **_tags(exif, ExifTags.IFD.Exif)}
    gps = _tags(exif, ExifTags.IFD.GPSInfo)
    taken_at, offset, source = _taken(tags) or _file_time(mtime_ns)
    latitude, longitude = _position(gps)
    return Capture(
        taken_at=taken_at,
        taken_offset_minutes=offset,
        taken_source=source,
        camera=_camera(tags),
        latitude=latitude,
        longitude=longitude,
    )


def _tags(exif: Image.Exif, ifd: int | None = None) -> dict[int, Any]:
    try:
        return dict(exif if ifd is None else exif.get_ifd(ifd))
    except Exception:  # damaged EXIF makes Pillow raise a dozen kinds of errors
        return {}


_When = tuple[datetime | None, int | None, str | None]


def _taken(tags: _Tags) -> _When | None:
    for time_tag, fraction_tag, offset_tag in _TIME_TAGS:
        match = _TIME.fullmatch(_text(tags.get(time_tag)))
        moment = match and _moment(match, _text(tags.get(fraction_tag)))
        if match and moment:
            offset = _offset(_text(tags.get(offset_tag)))
            return moment, _offset(match[8] or "") if offset is None else offset, "exif"
    return None


def _moment(match: re.Match[str], fraction: str) -> datetime | None:
    numbers = [int(part) for part in match.groups()[:6]]
    if not re.fullmatch(r"\d+", fraction, re.ASCII):
        fraction = match[7] or "0"
    try:
        moment = datetime(*numbers, microsecond=int(f"{fraction:0<6.6}"))  # type: ignore[misc,arg-type]
    except ValueError:
        return None
    return moment if moment.year >= FIRST_PHOTOGRAPH else None


def _offset(text: str) -> int | None:
    """Minutes east of UTC."""
    if text == "Z":
        return 0
    match = _OFFSET.fullmatch(text)
    if not match or int(match[3]) > 59:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes > MAX_OFFSET_MINUTES:
        return None
    return -minutes if match[1] == "-" else minutes


def _file_time(mtime_ns: int) -> _When:
    seconds, rest = divmod(mtime_ns, 1_000_000_000)
    try:
        local = datetime.fromtimestamp(seconds, UTC).astimezone().replace(microsecond=rest // 1000)
    except (OverflowError, ValueError, OSError):
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
    latitude = _degrees(gps.get(tag.GPSLatitude), _text(gps.get(tag.GPSLatitudeRef)), "N", "S", 90)
    longitude = _degrees(gps.get(tag.GPSLongitude), _text(gps.get(tag.GPSLongitudeRef)), "E", "W", 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None
    return latitude, longitude


def _degrees(value: object, ref: str, positive: str, negative: str, limit: int) -> float | None:
    parts = value if isinstance(value, tuple | list) else (value,)
    sign = {positive: 1, negative: -1}.get(ref[:1].upper())
    if sign is None or not 1 <= len(parts) <= 3:
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

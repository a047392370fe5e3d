"""Reads single values of a dump, each checked: ValueError says what is wrong with one, in words for its owner."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from typing import Any, Final

from gallery.curation.album_rows import check_name
from gallery.errors import AlbumError, QueryError
from gallery.query.query import Query
from gallery.records import Picture

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_UID: Final = re.compile(r"[0-9a-f]{32}")
_PICTURE: Final = re.compile(r"([0-9a-f]{32}):([1-8])")


def read_box(value: object) -> tuple[float, ...]:
    """Four numbers in pixels: left, top, right, bottom."""
    if not isinstance(value, list) or len(value) != 4 or any(type(side) not in (int, float) for side in value):
        raise ValueError(f"box is {shown(value)}; it is four numbers: left, top, right, bottom")
    left, top, right, bottom = box = tuple(float(side) for side in value)
    if left > right or top > bottom:
        raise ValueError(f"box is {shown(value)}; left is at most right, and top at most bottom")
    return box


def read_hash(given: dict[str, Any], field: str) -> str:
    """A SHA-256 in hexadecimal digits."""
    value = given[field]
    if not isinstance(value, str) or _HASH.fullmatch(value) is None:
        raise ValueError(f"{field} is {shown(value)}; it is 64 digits 0-9 and a-f")
    return value


def read_uid(value: object) -> str | None:
    """The random id of an album; None where there is none."""
    if value is not None and (not isinstance(value, str) or _UID.fullmatch(value) is None):
        raise ValueError(f"uid is {shown(value)}; it is 32 digits 0-9 and a-f")
    return value


def read_picture(given: dict[str, Any], field: str) -> Picture | None:
    """The hash of a picture and its orientation; None where there is none."""
    value = given.get(field)
    if value is None:
        return None
    found = _PICTURE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{field} is {shown(value)}; it is 32 digits 0-9 and a-f, a colon, and 1 to 8")
    return Picture(found[1], int(found[2]))


def read_name(given: dict[str, Any], field: str) -> str:
    """A name that an album or a query may have."""
    try:
        return check_name(read_text(given, field))
    except AlbumError as error:
        raise ValueError(f"{field} is {shown(given[field])}: {error.reason}") from None


def read_query(given: dict[str, Any], field: str) -> str:
    """A text in the search language."""
    text = read_text(given, field)
    try:
        text.encode()
        Query.parse(text)
    except UnicodeEncodeError:
        raise ValueError(f"{field} is {shown(text)}: it has broken letters") from None
    except QueryError as error:
        raise ValueError(f"{field} is {shown(text)}: {error.reason}, at {error.position}") from None
    return text


def read_moment(given: dict[str, Any], field: str) -> datetime:
    """A moment, in UTC."""
    text = read_text(given, field)
    try:
        moment = datetime.fromisoformat(text)
        # In a year that can be shown in every zone; a computer whose clock was lost begins in 1970.
        if moment.tzinfo is not None and 1900 <= moment.year < 3000:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{field} is {shown(text)}; it is a time with its zone, such as 2024-12-31T18:00:00+00:00")


def read_folder(given: dict[str, Any], field: str) -> str:
    """The absolute path of a folder, which need not be there."""
    text = read_text(given, field)
    try:
        if os.path.isabs(text) and b"\0" not in os.fsencode(text):  # noqa: PTH117
            return text
    except UnicodeEncodeError:
        pass
    raise ValueError(f"{field} is {shown(text)}; it is the whole path of a folder")


def read_names(given: dict[str, Any], field: str) -> tuple[str, ...]:
    """An array of names."""
    value = given[field]
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"{field} is {shown(value)}; it is an array of names")
    return tuple(value)


def read_text(given: dict[str, Any], field: str) -> str:
    """A text of whatever kind."""
    value = given[field]
    if not isinstance(value, str):
        raise ValueError(f"{field} is {shown(value)}; it is a text")
    return value


def shown(value: object) -> str:
    """A value from the file in a message, of a length that people read."""
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

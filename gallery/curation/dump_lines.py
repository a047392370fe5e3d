"""Reads the lines that `dump` writes; they may have been damaged or made up, so every field is checked."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from gallery.curation.album_rows import check_name, check_note
from gallery.curation.dump import HEADER, VERSION, version_of
from gallery.emotions import EMOTIONS
from gallery.errors import AlbumError, DumpError, QueryError
from gallery.query.query import Query
from gallery.records import Picture
from gallery.system.paths import AnyPath, expanded

LONGEST_LINE: Final = 1_000_000
"""In bytes."""

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_UID: Final = re.compile(r"[0-9a-f]{32}")
_PICTURE: Final = re.compile(r"([0-9a-f]{32}):([1-8])")
_LAST_POSITION: Final = 2**31 - 1
_KINDS: Final = ("emotion", "not_face")


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of a dump that can't be restored, counted from 1, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class LabelFact:
    """What a person said of the face in this box (left, top, right, bottom)."""

    hash: str
    box: tuple[float, ...]
    kind: str
    emotion: str | None
    said_at: datetime
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class AlbumFact:
    """An album without its photos; one with a query is smart."""

    name: str
    note: str
    created_at: datetime
    cover: str | None
    query: str | None
    uid: str | None = None
    """None in a dump of version 1."""
    cover_picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class PhotoFact:
    """A place in a manual album."""

    album: str
    position: int
    hash: str
    added_at: datetime
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class QueryFact:
    """A saved query."""

    name: str
    text: str
    created_at: datetime


Fact = LabelFact | AlbumFact | PhotoFact | QueryFact


@dataclass(frozen=True, slots=True)
class Dump:
    """What could be read of a dump: the facts by the number of their line, and what couldn't."""

    path: str
    facts: tuple[tuple[int, Fact], ...]
    problems: tuple[Problem, ...]


def read_dump(path: AnyPath, file: BinaryIO | None = None) -> Dump:
    """Reads a dump, from an open `file` if given, which then is only called `path`.

    Raises DumpError for a file that can't be read, is no dump, or is of a newer version.
    """
    path = expanded(path)
    try:
        with path.open("rb") if file is None else nullcontext(file) as lines:
            promised = _check_header(path, lines.readline(LONGEST_LINE))
            return _read(path, lines, promised)
    except OSError as error:
        raise DumpError(path, f"can't be read: {error.strerror or error}") from error


def _check_header(path: Path, line: bytes) -> int | None:
    """How many facts follow, where the header says so."""
    try:
        # An editor may have put a byte order mark in front.
        header = _decoded(line.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        header = None
    version = version_of(header)
    if version is None or version < 1:
        reason = f'is no dump: its first line isn\'t {{"{HEADER}": {VERSION}, ...}}; name a file that '
        raise DumpError(path, f"{reason}`gallery dump` wrote")
    if version > VERSION:
        raise DumpError(path, f"was written by a newer gallery (dump version {version}); update gallery to restore it")
    promised = header.get("facts") if isinstance(header, dict) else None
    return promised if type(promised) is int else None


def _read(path: Path, file: BinaryIO, promised: int | None) -> Dump:
    facts: list[tuple[int, Fact]] = []
    problems: list[Problem] = []
    last = 1
    for last, line in enumerate(_lines(file), start=2):
        if line is not None and not line.strip():
            continue
        try:
            facts.append((last, _fact(line)))
        except ValueError as error:
            problems.append(Problem(last, str(error)))
    came = len(facts) + len(problems)
    if promised is not None and came < promised:
        reason = f"the dump ends here, but its first line tells of {promised} facts and only {came} came: it was cut "
        problems.append(Problem(last, f"{reason}short, unless you took lines out yourself"))
    return Dump(str(path), tuple(facts), tuple(problems))


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """None for a line that is too long, of which no more than that is ever held."""
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)
        yield None


def _decoded(line: bytes) -> object:
    try:
        return json.loads(line.rstrip().decode(), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise ValueError("isn't UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"isn't JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise ValueError("isn't JSON that gallery wrote: it is nested too deeply") from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number that a box or position can have")


def _fact(line: bytes | None) -> Fact:
    """Raises ValueError with a reason for people."""
    if line is None:
        raise ValueError(f"is longer than {LONGEST_LINE} bytes")
    given = _decoded(line)
    if not isinstance(given, dict):
        raise ValueError("is no JSON object")
    kind = given.pop("fact", None)
    if not isinstance(kind, str) or kind not in _READERS:
        raise ValueError(f"fact is {_shown(kind)}; known are {', '.join(_READERS)}")
    fields, optional, read = _READERS[kind]
    if missing := [name for name in fields if name not in given]:
        raise ValueError(f"has no {missing[0]}")
    if strange := [name for name in given if name not in (*fields, *optional)]:
        raise ValueError(f"has an unknown field: {_shown(strange[0])}")
    return read(given)


def _label(given: dict[str, Any]) -> LabelFact:
    kind, emotion = given["kind"], given["emotion"]
    if kind not in _KINDS:
        raise ValueError(f"kind is {_shown(kind)}; allowed: {', '.join(_KINDS)}")
    if kind == "emotion" and emotion not in EMOTIONS:
        raise ValueError(f"emotion is {_shown(emotion)}; allowed: {', '.join(EMOTIONS)}")
    if kind == "not_face" and emotion is not None:
        raise ValueError(f"emotion is {_shown(emotion)}, but what is no face shows none")
    box, said_at = _box(given["box"]), _moment(given, "said_at")
    return LabelFact(_hash(given, "hash"), box, kind, emotion, said_at, _picture(given, "picture"))


def _album(given: dict[str, Any]) -> AlbumFact:
    name = _name(given, "name")
    try:
        note = check_note(name, _text(given, "note"))
    except AlbumError as error:
        raise ValueError(f"note: {error.reason}") from None
    cover = None if given["cover"] is None else _hash(given, "cover")
    query = None if given["query"] is None else _query(given, "query")
    pictured = _picture(given, "cover_picture")
    return AlbumFact(name, note, _moment(given, "created_at"), cover, query, _uid(given.get("uid")), pictured)


def _photo(given: dict[str, Any]) -> PhotoFact:
    position = given["position"]
    if type(position) is not int or not 0 <= position <= _LAST_POSITION:
        raise ValueError(f"position is {_shown(position)}; it is a whole number up to {_LAST_POSITION}")
    added_at, picture = _moment(given, "added_at"), _picture(given, "picture")
    return PhotoFact(_name(given, "album"), position, _hash(given, "hash"), added_at, picture)


def _saved(given: dict[str, Any]) -> QueryFact:
    return QueryFact(_name(given, "name"), _query(given, "text"), _moment(given, "created_at"))


def _box(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != 4 or any(type(side) not in (int, float) for side in value):
        raise ValueError(f"box is {_shown(value)}; it is four numbers: left, top, right, bottom")
    try:
        left, top, right, bottom = box = tuple(float(side) for side in value)
    except OverflowError:
        raise ValueError("box has a number that is too large") from None
    if not all(map(math.isfinite, box)) or left > right or top > bottom:
        raise ValueError(f"box is {_shown(value)}; left is at most right, top at most bottom, and none is infinite")
    return box


def _hash(given: dict[str, Any], field: str) -> str:
    value = given[field]
    if not isinstance(value, str) or _HASH.fullmatch(value) is None:
        raise ValueError(f"{field} is {_shown(value)}; it is 64 digits 0-9 and a-f")
    return value


def _uid(value: object) -> str | None:
    if value is not None and (not isinstance(value, str) or _UID.fullmatch(value) is None):
        raise ValueError(f"uid is {_shown(value)}; it is 32 digits 0-9 and a-f")
    return value


def _picture(given: dict[str, Any], field: str) -> Picture | None:
    value = given.get(field)
    if value is None:
        return None
    found = _PICTURE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{field} is {_shown(value)}; it is 32 digits 0-9 and a-f, a colon, and 1 to 8")
    return Picture(found[1], int(found[2]))


def _name(given: dict[str, Any], field: str) -> str:
    try:
        return check_name(_text(given, field))
    except AlbumError as error:
        raise ValueError(f"{field} is {_shown(given[field])}: {error.reason}") from None


def _query(given: dict[str, Any], field: str) -> str:
    text = _text(given, field)
    try:
        text.encode()
        Query.parse(text)
    except UnicodeEncodeError:
        raise ValueError(f"{field} is {_shown(text)}: it has broken letters") from None
    except QueryError as error:
        raise ValueError(f"{field} is {_shown(text)}: {error.reason}, at {error.position}") from None
    return text


def _moment(given: dict[str, Any], field: str) -> datetime:
    text = _text(given, field)
    try:
        moment = datetime.fromisoformat(text)
        # In a year that can be shown in every zone; a computer whose clock was lost begins in 1970.
        if moment.tzinfo is not None and 1900 <= moment.year < 3000:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{field} is {_shown(text)}; it is a time with its zone, such as 2024-12-31T18:00:00+00:00")


def _text(given: dict[str, Any], field: str) -> str:
    value = given[field]
    if not isinstance(value, str):
        raise ValueError(f"{field} is {_shown(value)}; it is a text")
    return value


def _shown(value: object) -> str:
    """A value from the file in a message, of a length that people read."""
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


_READERS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[dict[str, Any]], Fact]]]] = {
    "label": (("hash", "box", "kind", "emotion", "said_at"), ("path", "picture"), _label),
    "album": (("name", "note", "created_at", "cover", "query"), ("uid", "cover_picture"), _album),
    "photo": (("album", "position", "hash", "added_at"), ("path", "picture"), _photo),
    "query": (("name", "text", "created_at"), (), _saved),
}
"""By the kind of fact: its fields, what may stand beside them, and what reads it."""

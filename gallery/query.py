"""What to search for. Pure: a Query knows no database; `gallery.search` turns it into SQL."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from gallery.emotions import EMOTIONS, parse_emotion
from gallery.errors import UsageError

SORTS: Final = ("newest", "oldest", "added", "score", "faces", "path")
"""Orders of results. Photos without a date come last by date; `score` and `faces` put the highest first."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which photos, in which order, and how many; the fields are joined by AND.

    A face counts when its detection is confident enough (setting `min_confidence`) and nobody rejected it. It is shown
    as its emotion when its score reaches the setting `min_score`, or what is asked for here where that is lower.
    """

    emotions: tuple[str, ...] = ()
    """Has a face shown as any of these, with a score of at least `min_score` where given."""
    all_emotions: tuple[str, ...] = ()
    """Has such a face for each of these."""
    not_emotions: tuple[str, ...] = ()
    """Has no face shown as one of these."""
    min_score: float | None = None
    """0 to 1. Without any emotion asked for: has a face of whatever emotion with at least this score."""
    min_scores: tuple[tuple[str, float | None], ...] = ()
    """In place of `min_score`, one for each emotion named; None: none is high enough, only a person's word counts.
    Emotions that aren't named keep the setting `min_score`."""
    faces: tuple[int | None, int | None] | None = None
    """Fewest and most faces that count, both included; None is open."""
    since: datetime | None = None
    """Taken at or after this time on the wall clock; photos without a date don't match."""
    until: datetime | None = None
    """Taken before this time; `Query.of` puts the end of the named year, month, day or minute here."""
    path: str | None = None
    """An absolute path: that file, or the files below that folder. Anything else: part of the path, ignoring case."""
    sort: str = "newest"
    limit: int | None = None
    missing: bool = False
    """Photos without any file left are found as well."""
    album: str | None = None

    def __post_init__(self) -> None:
        for emotion in (*self.emotions, *self.all_emotions, *self.not_emotions):
            _check(emotion in EMOTIONS, "emotion", emotion, ", ".join(EMOTIONS))
        if self.min_score is not None:
            _check(0 <= self.min_score <= 1, "--min-score", self.min_score, "0 to 1")
        if self.min_scores:
            _check_scores(self.min_scores, self.min_score)
        if self.limit is not None:
            _check(self.limit >= 1, "--limit", self.limit, "1 or more")
        if self.faces is not None:
            _check_faces(*self.faces)
        if self.since is not None and self.until is not None:
            _check(self.since < self.until, "--since", self.since.isoformat(" "), "a time before that of --until")
        _check(self.sort in SORTS, "--sort", self.sort, ", ".join(SORTS))

    @classmethod
    def of(
        cls,
        *,
        emotions: Iterable[str] = (),
        all_emotions: Iterable[str] = (),
        not_emotions: Iterable[str] = (),
        min_score: float | None = None,
        min_scores: Mapping[str, float | None] | None = None,
        faces: str | None = None,
        since: str | None = None,
        until: str | None = None,
        path: str | os.PathLike[str] | None = None,
        sort: str = "newest",
        limit: int | None = None,
        missing: bool = False,
        album: str | None = None,
    ) -> Query:
        """A query from what people type. Raises UsageError naming the value and what is allowed."""
        return cls(
            emotions=_parse_emotions(emotions),
            all_emotions=_parse_emotions(all_emotions),
            not_emotions=_parse_emotions(not_emotions),
            min_score=min_score,
            min_scores=tuple((min_scores or {}).items()),
            faces=None if faces is None else parse_faces(faces),
            since=None if since is None else parse_when(since)[0],
            until=None if until is None else parse_when(until)[1],
            path=None if path is None else parse_path(path),
            sort=sort.strip().lower(),
            limit=limit,
            missing=missing,
            album=album,
        )


def parse_faces(text: str) -> tuple[int | None, int | None]:
    """Fewest and most faces, both included.

    | input | result       |
    |-------|--------------|
    | 3     | (3, 3)       |
    | 2..4  | (2, 4)       |
    | 2..   | (2, None)    |
    | ..4   | (None, 4)    |
    | 0     | (0, 0)       |
    | 4..2  | UsageError   |
    | ..    | UsageError   |
    | two   | UsageError   |
    """
    found = re.fullmatch(r"([0-9]{1,9})?(?:(\.\.)([0-9]{1,9})?)?", text.strip())
    if found is None or found[1] is found[3] is None:
        raise UsageError(f"--faces is {text!r}; allowed: a number or a range such as 3, 2..4, 2.. or ..4")
    least = None if found[1] is None else int(found[1])
    most = None if found[3] is None else int(found[3])
    if found[2] is None:
        most = least
    _check_faces(least, most)
    return least, most


_UNITS: Final = ("year", "month", "day", "minute", "second")
_WHEN: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?)?)?)?"
)


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


def parse_path(text: str | os.PathLike[str]) -> str:
    """What `Query.path` holds: an absolute path for a place, the text itself for a part of a path.

    A place is what looks like one (`/…`, `~…`, `.`, `..`, `./…`, `../…`) and a folder or file that exists from here.
    Links are not resolved: photos are known by the path under which they were indexed.
    """
    given = os.fspath(text)
    if not given.strip():
        raise UsageError(f"--path is {given!r}; allowed: a folder, or a part of the path of a photo")
    place = os.path.expanduser(given)  # noqa: PTH111 - pathlib raises for a user that doesn't exist
    first = place.split(os.sep)[0]  # noqa: PTH206 - pathlib drops a leading "."
    if os.path.isabs(place) or first in (os.curdir, os.pardir) or _exists(place):  # noqa: PTH117
        return os.path.abspath(place)  # noqa: PTH100 - pathlib's would resolve links
    return given


def album_key(name: str) -> str:
    """The name as albums are told apart: ignoring case and how accents are encoded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())


def _parse_emotions(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parse_emotion(name) for name in names))


def _exists(place: str) -> bool:
    try:
        return Path(place).exists()
    except (OSError, ValueError):
        return False


def _end(start: datetime, unit: str) -> datetime:
    try:
        if unit == "year":
            return start.replace(year=start.year + 1)
        if unit == "month":
            return (start + timedelta(days=31)).replace(day=1)
        return start + timedelta(**{f"{unit}s": 1})
    except (ValueError, OverflowError):
        return datetime.max


def _check_scores(min_scores: tuple[tuple[str, float | None], ...], min_score: float | None) -> None:
    if min_score is not None:
        raise UsageError("one least score for all emotions and one for each exclude each other; give either")
    for emotion, score in min_scores:
        _check(emotion in EMOTIONS, "emotion", emotion, ", ".join(EMOTIONS))
        _check(score is None or 0 <= score <= 1, f"least score of {emotion}", score, "0 to 1, or none")


def _check_faces(least: int | None, most: int | None) -> None:
    shown = f"{'' if least is None else least}..{'' if most is None else most}"
    sensible = (least is None or least >= 0) and (most is None or most >= (least or 0))
    _check(sensible, "--faces", shown, "0 or more, the smaller number first, such as 2..4")


def _check(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise UsageError(f"{name} is {value!r}; allowed: {allowed}")

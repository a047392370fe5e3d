"""What to search for. Pure: a Query knows no database; `gallery.search.matches` turns it into SQL."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from gallery.emotions import EMOTIONS, parse_emotion
from gallery.errors import UsageError
from gallery.query import terms
from gallery.query.fields import SORTS
from gallery.query.grammar import parse
from gallery.query.paths import parse_path
from gallery.query.terms import Term
from gallery.query.times import parse_when

__all__ = ["SORTS", "Query", "album_key", "parse_faces", "parse_path", "parse_when"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Query:
    """Which photos, in which order, and how many; the fields are joined by AND.

    A face counts when its detection is confident enough (setting `min_confidence`), or a person said what it shows, and
    nobody rejected it. It is shown as its emotion when its score reaches the setting `min_score`, or what is asked for
    here where that is lower. Emotions that are asked for, in whatever way, are found from `min_score` or `min_scores`
    on, where given; those that aren't wanted, from where they are shown.
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
    """In the album of this name."""
    where: Term | None = None
    """What was said in the search language: see `gallery.query.grammar`."""
    now: datetime | None = None
    """The moment from which days such as `-3w` are counted back; None: that of the search."""

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
        sort: str | None = None,
        limit: int | None = None,
        missing: bool = False,
        album: str | None = None,
        where: str = "",
        now: datetime | None = None,
    ) -> Query:
        """A query from what people type; `where` is in the search language, and joined to the rest by AND.

        Raises UsageError naming the value and what is allowed.
        """
        said = parse(where)
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
            sort=_once("sort", said.sort, None if sort is None else sort.strip().lower()) or "newest",
            limit=_once("limit", said.limit, limit),
            missing=missing,
            album=album,
            where=said.where,
            now=now,
        )

    @classmethod
    def parse(cls, text: str, *, now: datetime | None = None) -> Query:
        """A query from a text in the search language; an empty one finds every photo.

        The table in `gallery.query.grammar` says what is understood. Raises QueryError, and no other error.
        """
        return cls.of(where=text, now=now)

    @property
    def term(self) -> Term | None:
        """All conditions as one term of the search language; None where there is none."""
        found: list[Term] = [terms.HasEmotion((emotion,)) for emotion in self.all_emotions]
        if self.emotions:
            found.append(terms.HasEmotion(self.emotions))
        if self.not_emotions:
            found.append(terms.Not(terms.HasEmotion(self.not_emotions)))
        if self.faces is not None:
            found.append(terms.Faces(*self.faces))
        if self.since is not None or self.until is not None:
            found.append(terms.Between("date", self.since, self.until))
        if self.album is not None:
            found.append(terms.InAlbum(self.album))
        if self.path is not None:
            found.append(terms.Path(self.path))
        if self.where is not None:
            found.append(self.where)
        if (self.min_score is not None or self.min_scores) and not self._names_emotions():
            found.append(terms.HasEmotion(EMOTIONS))
        return terms.joined(terms.And, found) if found else None

    def _names_emotions(self) -> bool:
        said = (leaf for leaf, _ in terms.leaves(self.where))
        return bool(self.emotions or self.all_emotions or self.not_emotions) or any(
            isinstance(leaf, terms.HasEmotion | terms.AllFaces | terms.MostFaces) for leaf in said
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


def album_key(name: str) -> str:
    """The name as albums are told apart: ignoring case and how accents are encoded."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())


def _once(name: str, said: T | None, flag: T | None) -> T | None:
    if said is not None and flag is not None:
        raise UsageError(f"{name}: and --{name} exclude each other; give either")
    return flag if said is None else said


def _parse_emotions(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(parse_emotion(name) for name in names))


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

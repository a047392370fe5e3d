"""What to search for. Pure: a Query knows no database; `gallery.search.matches` turns it into SQL."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from gallery.emotions import EMOTIONS, parse_emotion
from gallery.errors import UsageError
from gallery.folding import folded
from gallery.query import terms
from gallery.query.fields import SORTS, whole_range
from gallery.query.grammar import parse
from gallery.query.paths import parse_path
from gallery.query.terms import Term
from gallery.query.times import parse_when

__all__ = ["SORTS", "Query", "album_key", "parse_faces", "parse_path", "parse_when"]

T = TypeVar("T")


LARGEST_LIMIT: Final = 999_999_999
"""As in `limit:999999999`, the largest number that the language reads."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which photos, in which order, and how many.

    A face counts when its detection is confident enough (setting `min_confidence`), or a person said what it shows, and
    nobody rejected it. It is shown as its emotion when its score reaches the setting `min_score`, or what is asked for
    here where that is lower. Emotions that are asked for, in whatever way, are found from `min_score` or `min_scores`
    on, where given; those that aren't wanted, from where they are shown.
    """

    where: Term | None = None
    """The conditions, as one term of the search language; None finds every photo. See `gallery.query.grammar`."""
    min_score: float | None = None
    """0 to 1: the score from which emotions that are wanted are found, in place of the setting `min_score`."""
    min_scores: tuple[tuple[str, float | None], ...] = ()
    """In place of `min_score`, one for each emotion named; None: none is high enough, only a person's word counts.
    Emotions that aren't named keep the setting `min_score`."""
    sort: str | None = None
    """One of SORTS; None: newest first, of the photos of an album as they stand in it."""
    limit: int | None = None
    missing: bool = False
    """Photos without any file left are found as well."""
    now: datetime | None = None
    """The moment from which days such as `-3w` are counted back; None: that of the search."""

    def __post_init__(self) -> None:
        for leaf, _ in terms.leaves(self.where):
            for emotion in leaf.asked():
                _check(emotion in EMOTIONS, "emotion", emotion, ", ".join(EMOTIONS))
        if self.min_score is not None:
            _check(0 <= self.min_score <= 1, "--min-score", self.min_score, "0 to 1")
        if self.min_scores:
            _check_scores(self.min_scores, self.min_score)
        if self.limit is not None:
            _check(1 <= self.limit <= LARGEST_LIMIT, "--limit", self.limit, f"1 to {LARGEST_LIMIT}")
        _check(self.sort in (None, *SORTS), "--sort", self.sort, ", ".join(SORTS))

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
        """A query from what people type: photos for which all of this holds.

        `emotions`: a face shown as any of these; `all_emotions`: one for each of these; `not_emotions`: none of these.
        `min_score` or `min_scores` alone: a face of whatever emotion with at least that score. `faces`,
        `since`, `until` and `path`: see `parse_faces`, `parse_when`, `parse_path`; `until` includes all of what it
        names. `where` is in the search language. Raises UsageError naming the value and what is allowed.
        """
        said = parse(where)
        conditions = [
            *(terms.HasEmotion((emotion,)) for emotion in _parse_emotions(all_emotions)),
            _any_of(emotions),
            _none_of(not_emotions),
            None if faces is None else terms.Faces(*parse_faces(faces)),
            _taken(since, until),
            None if album is None else terms.InAlbum(album),
            None if path is None else terms.Path(parse_path(path)),
            said.where,
        ]
        found = [term for term in conditions if term is not None]
        if (min_score is not None or min_scores) and not any(map(_names_emotions, found)):
            found.append(terms.HasEmotion(EMOTIONS))
        return cls(
            where=terms.joined(terms.And, found) if found else None,
            min_score=min_score,
            min_scores=tuple((min_scores or {}).items()),
            sort=_once("sort", said.sort, None if sort is None else sort.strip().lower()),
            limit=_once("limit", said.limit, limit),
            missing=missing,
            now=now,
        )

    @classmethod
    def parse(cls, text: str, *, now: datetime | None = None) -> Query:
        """A query from a text in the search language; an empty one finds every photo.

        The table in `gallery.query.grammar` says what is understood. Raises QueryError, and no other error.
        """
        return cls.of(where=text, now=now)


def _any_of(emotions: Iterable[str]) -> Term | None:
    named = _parse_emotions(emotions)
    return terms.HasEmotion(named) if named else None


def _none_of(emotions: Iterable[str]) -> Term | None:
    unwanted = _any_of(emotions)
    return None if unwanted is None else terms.Not(unwanted)


def _taken(since: str | None, until: str | None) -> Term | None:
    if since is None and until is None:
        return None
    first = None if since is None else parse_when(since)[0]
    end = None if until is None else parse_when(until)[1]
    if first is not None and end is not None:
        _check(first < end, "--since", first.isoformat(" "), "a time before that of --until")
    return terms.Between("date", first, end)


def _names_emotions(term: Term) -> bool:
    """Whether a least score is said of emotions in it; one with a range has its own score."""
    return any(leaf.asked() and not isinstance(leaf, terms.Score) for leaf, _ in terms.leaves(term))


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
    found = whole_range(text.strip())
    if found is None:
        raise UsageError(f"--faces is {text!r}; allowed: a number or a range such as 3, 2..4, 2.. or ..4")
    least, most = found
    shown = f"{'' if least is None else least}..{'' if most is None else most}"
    _check(most is None or most >= (least or 0), "--faces", shown, "0 or more, the smaller number first, such as 2..4")
    return found


def album_key(name: str) -> str:
    """The name as albums and queries are told apart: see `gallery.folding`."""
    return folded(name.strip())


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


def _check(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise UsageError(f"{name} is {value!r}; allowed: {allowed}")

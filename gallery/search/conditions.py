"""Conditions on photos, faces and files, of which the meaning of terms is made. What people typed is bound, not pasted.

Each condition is true or false, never NULL: under a `not`, NULL would lose the photos of which nothing is known.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, case, distinct, func, not_, or_, select, true

from gallery.db import schema
from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.folding import folded, spellings
from gallery.query import terms
from gallery.query.query import album_key
from gallery.search.gate import Gate

Condition = ColumnElement[bool]

# The tables as conditions see them, under other names than what is walked. None of these conditions lies within another
# one, so that each can have the same; making a name for each took a third of the time of a search for few photos.
_FACE: Final = schema.face.alias()
_SAID: Final = schema.face.alias()
_PATH: Final = schema.path.alias()
_CONTENT: Final = schema.content.alias()


@dataclass(frozen=True, slots=True)
class Photo:
    """The photo that a search has come to: the columns that hold its number and time.

    `content` are the other columns of its row, None where the search walks faces and hasn't read it.
    """

    id: ColumnElement[int]
    taken_at: Any
    content: Any = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What terms mean in one search.

    `gone`: files that don't exist any more count as files. `wanted` is false within a `not`: what isn't wanted is
    excluded from the score at which it is shown, what is wanted is found from the score asked for. `file` is the column
    of a path: places are asked of this file alone, not of whichever the photo has.
    """

    gate: Gate
    gone: bool = False
    wanted: bool = True
    file: Any = None

    def negated(self) -> Conditions:
        """For what stands within a `not`."""
        return replace(self, wanted=not self.wanted)

    def by_face(self, term: terms.HasEmotion | terms.Score, face: Any) -> Condition:
        """Whether the face makes the term hold; a rejected one never does, for it has no emotion."""
        matches = _scored(face, term) if isinstance(term, terms.Score) else reaches(face, term.emotions, self._least)
        return and_(matches, is_sure(face, self.gate))

    def by_counted_face(self, term: terms.HasEmotion | terms.Score, face: Any) -> Condition:
        """The same, told by a smaller index without an order where the usual settings count."""
        if isinstance(term, terms.HasEmotion) and self.gate.is_usual:
            return and_(_is_any(face, term.emotions), schema.usually_shown(face))
        return self.by_face(term, face)

    @property
    def _least(self) -> Mapping[str, float | None]:
        return self.gate.match_from if self.wanted else self.gate.shown_from

    def number_of_faces(self, photo: Photo) -> ColumnElement[int]:
        """How many faces of the photo count."""
        face = _FACE.c
        return select(func.count()).select_from(face.id.table).where(*self._counts(face, photo)).scalar_subquery()

    def _counts(self, face: Any, photo: Photo) -> tuple[Condition, ...]:
        return face.content_id == photo.id, *is_counted(face, self.gate)

    def has_any_face(self, photo: Photo, matches: Callable[[Any], Condition]) -> Condition:
        """Whether any face of the photo matches, whether it counts or not."""
        face = _FACE.c
        return select(face.id).where(face.content_id == photo.id, matches(face)).exists()

    def has_face(self, photo: Photo, matches: Callable[[Any], Condition]) -> Condition:
        """Whether a face that counts matches."""
        face = _FACE.c
        return select(face.id).where(*self._counts(face, photo), matches(face)).exists()

    def judge_faces(self, photo: Photo, verdict: Callable[[Any], Condition]) -> Condition:
        """One look at all faces that count: the verdict is made of aggregates over them."""
        face = _FACE.c
        counted = select(verdict(face)).select_from(face.id.table).where(*self._counts(face, photo))
        return counted.scalar_subquery()

    def shown_as(self, face: Any, emotions: Sequence[str]) -> ColumnElement[int]:
        """How many of the faces looked at are one of these emotions."""
        return func.count(case((reaches(face, emotions, self._least), 1)))


def has_file(content_id: ColumnElement[int]) -> Condition:
    """Whether a file of the photo with this number exists."""
    path = _PATH.c
    return select(path.id).where(path.content_id == content_id, path.missing_since.is_(None)).exists()


def unwanted() -> Select[Any]:
    """Selects the contents of which no file is there, and one isn't wanted any more: ignored, in a bin, and so on."""
    path = schema.path.alias().c
    return select(path.content_id).where(path.unwanted.is_not(None), ~has_file(path.content_id))


def any_unwanted(connection: Connection) -> bool:
    """Whether there is any such file; mostly there is none, and nothing need be looked up."""
    path = schema.path.c
    return connection.execute(select(path.id).where(path.unwanted.is_not(None)).limit(1)).first() is not None


def is_counted(face: Any, gate: Gate) -> tuple[Condition, ...]:
    """The conditions under which a face counts."""
    return is_sure(face, gate), ~face.rejected


def is_sure(face: Any, gate: Gate) -> Condition:
    """The detector is confident enough that it is a face, or a person said what it shows."""
    # Asked of the row apart from the index that covers the rest: only few faces get so far, see `_reaches`.
    said = _SAID.c
    by_person = select(said.id).where(said.id == face.id, said.source == "person").exists()
    return or_(face.confidence >= gate.confidence, and_(face.score >= 1, by_person))


def reaches(face: Any, emotions: Sequence[str], least: Mapping[str, float | None]) -> Condition:
    """The face is one of these emotions, with the score needed for it; those that need the same are asked together."""
    alike: dict[float | None, list[str]] = {}
    for emotion in emotions:
        alike.setdefault(least[emotion], []).append(emotion)
    return or_(*(_reaches(face, group, score) for score, group in alike.items()))


def _reaches(face: Any, emotions: Sequence[str], score: float | None) -> Condition:
    which = _is_any(face, emotions)
    if score is None:
        # What a person said has the score 1, which the index knows: few rows are looked up for their source.
        return and_(which, face.score >= 1, face.source == "person")
    return and_(which, face.score >= score)


def _is_any(face: Any, emotions: Sequence[str]) -> Condition:
    which: Condition = face.emotion == emotions[0] if len(emotions) == 1 else face.emotion.in_(emotions)
    return which


def _scored(face: Any, asked: terms.Score) -> Condition:
    return and_(face.emotion == asked.emotion, *_bounds(face.score, asked.least, asked.most))


def shown_emotion(face: Any, gate: Gate) -> ColumnElement[str]:
    """What a face is shown as: one of EMOTIONS or `uncertain`."""
    return case((reaches(face, EMOTIONS, gate.shown_from), face.emotion), else_=UNCERTAIN)


def is_uncertain(face: Any, gate: Gate) -> Condition:
    """The face is shown as uncertain."""
    return or_(face.emotion.is_(None), not_(reaches(face, EMOTIONS, gate.shown_from)))


def number_of_emotions(face: Any, gate: Gate) -> ColumnElement[int]:
    """As how many different emotions the faces looked at are shown."""
    return func.count(distinct(case((reaches(face, EMOTIONS, gate.shown_from), face.emotion))))


def within(number: ColumnElement[int], least: int | None, most: int | None) -> Condition:
    """The number lies within these bounds, both included; None is open."""
    return and_(true(), *_bounds(number, least, most))


def _bounds(value: Any, least: float | None, most: float | None) -> list[Condition]:
    bounds = [] if least is None else [value >= least]
    return bounds if most is None else [*bounds, value <= most]


def between(time: Any, since: datetime | None, until: datetime | None) -> Condition:
    """The time is at or after `since` and before `until`; None is open."""
    bounds = [] if since is None else [time >= since]
    bounds += [] if until is None else [time < until]
    return and_(time.is_not(None), *bounds)


def instant(local: datetime | None) -> datetime | None:
    """A time on this computer's clock in UTC; held within the years that every system can convert."""
    if local is None:
        return None
    return min(max(local, datetime(1971, 1, 1)), datetime(2999, 1, 1)).astimezone(UTC)


def in_row(photo: Photo, holds: Callable[[Any], Condition]) -> Condition:
    """A condition on other columns of the photo's row."""
    if photo.content is not None:
        return holds(photo.content)
    row = _CONTENT.c
    return select(row.id).where(row.id == photo.id, holds(row)).exists()


def lies_in(path: ColumnElement[Any], place: str) -> Condition:
    """Whether the path is in the place, in whichever way accents are encoded in either, and on Windows in any case."""
    if not os.path.isabs(place):  # noqa: PTH117
        return contains(path, place)
    if os.path.normcase("A") != "A":
        return func.lies_in_folded(path, os.fsencode(folded(place)))
    return or_(*(lies_at(path, spelled) for spelled in spellings(place)))


def lies_at(path: ColumnElement[Any], place: str) -> Condition:
    """Whether the path is the absolute one, or below it, to the byte.

    Bytes compare by value, so a folder is a range of paths: no LIKE, whose wildcards may stand in names.
    """
    folder = place.rstrip(os.sep)
    return or_(path == place, and_(path > folder + os.sep, path < folder + chr(ord(os.sep) + 1)))


def contains(text: ColumnElement[Any], part: str) -> Condition:
    """Whether the text, given as bytes, has the part in it, as `gallery.folding.folded` compares. Never of NULL."""
    return func.contains_folded(text, os.fsencode(folded(part)))


def album_number(name: str) -> Select[Any]:
    """Selects the number of the album of this name, whatever its case."""
    album = schema.album.c
    return select(album.id).where(album.key == album_key(name))

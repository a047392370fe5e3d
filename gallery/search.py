"""Turns a Query into SQL: which photos match, in which order.

Newest first with an emotion, the common case, walks the index that covers it and stops at the limit: one ordered walk
per emotion, merged. Every other condition is an EXISTS on the photo that the walk has come to.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, and_, func, or_, select, union

from gallery import schema
from gallery.emotions import EMOTIONS
from gallery.errors import AlbumError
from gallery.query import Query, album_key
from gallery.settings import Settings

_COMMON: Final = 2000
"""Of so many faces or files there are enough: no need to count further when choosing what to walk."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to find the matches quickly. Whatever the plan, the same photos are found.

    `emotions`: a match has a face of at least one of these; their faces are walked. `place_first`: so few files lie in
    the place asked for that all of them are listed first.
    """

    emotions: tuple[str, ...] = ()
    place_first: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """Which faces count, and for each emotion from which score they are shown as it, and from which score they match.

    None: no score is high enough, only what a person said matches.
    """

    confidence: float
    shown_from: Mapping[str, float]
    match_from: Mapping[str, float | None]

    @classmethod
    def of(cls, query: Query, settings: Settings) -> Gate:
        """The gate of a search with these settings."""
        usual = settings.min_score
        asked: dict[str, float | None] = dict.fromkeys(EMOTIONS, usual if query.min_score is None else query.min_score)
        asked |= dict(query.min_scores)
        shown = {emotion: usual if score is None else min(score, usual) for emotion, score in asked.items()}
        return cls(settings.min_confidence, shown, asked)

    def shows(self, emotion: str | None, score: float | None) -> bool:
        """Whether a face of which this is kept is shown as its emotion, not as uncertain."""
        return emotion is not None and score is not None and score >= self.shown_from[emotion]


def matching_ids(connection: Connection, query: Query, settings: Settings) -> list[int]:
    """The numbers of the contents that match, in the order asked for, at most `query.limit`."""
    _check_album(connection, query.album)
    statement = statement_for(query, settings, plan(connection, query))
    return list(connection.execute(statement.limit(query.limit)).scalars())


def count(connection: Connection, query: Query, settings: Settings) -> int:
    """How many contents match, whatever the limit."""
    found = matching_anywhere(connection, query, settings).subquery()
    return int(connection.execute(select(func.count()).select_from(found)).scalar_one())


def matching_anywhere(connection: Connection, query: Query, settings: Settings) -> Select[Any] | CompoundSelect[Any]:
    """Columns content_id and taken_at of every match, once each, in no order and whatever the limit."""
    _check_album(connection, query.album)
    return matching(query, settings, plan(connection, query))


def statement_for(query: Query, settings: Settings, how: Plan) -> Select[Any] | CompoundSelect[Any]:
    """The ordered search."""
    content = schema.content.c
    found = matching(query, settings, how)
    if how.emotions and query.sort in _BY_DATE:
        walked = found.selected_columns
        return found.order_by(*_dated(query.sort, walked.taken_at, walked.content_id))
    ordered = select(content.id).order_by(*_order(query, Gate.of(query, settings)))
    if how.emotions:
        return ordered.where(content.id.in_(select(found.subquery().c.content_id)))
    return ordered.where(*_conditions(query, Gate.of(query, settings), content.id, content.taken_at, how))


def matching(query: Query, settings: Settings, how: Plan) -> Select[Any] | CompoundSelect[Any]:
    """Columns content_id and taken_at of every match, once each, in no order."""
    gate, content = Gate.of(query, settings), schema.content.c
    if not how.emotions:
        every = select(content.id.label("content_id"), content.taken_at)
        return every.where(*_conditions(query, gate, content.id, content.taken_at, how))
    walks = [_walk(query, gate, emotion, how) for emotion in how.emotions]
    return walks[0] if len(walks) == 1 else union(*walks)


def plan(connection: Connection, query: Query) -> Plan:
    """Looks at how common the emotions and the place are."""
    emotions = query.emotions
    if query.all_emotions:
        # The rarest: walking the photos with `happy` in search of one that has `fear` as well is slow.
        emotions = (min(query.all_emotions, key=lambda emotion: _faces_of(connection, emotion)),)
    return Plan(emotions, query.path is not None and _files_in(connection, query.path) < _COMMON)


def _faces_of(connection: Connection, emotion: str) -> int:
    face = schema.face.c
    return _count_some(connection, select(face.content_id).where(face.emotion == emotion))


def _files_in(connection: Connection, place: str) -> int:
    path = schema.path.c
    return _count_some(connection, select(path.id).where(_lies_in(path.path, place)))


def _count_some(connection: Connection, rows: Select[Any]) -> int:
    return int(connection.execute(select(func.count()).select_from(rows.limit(_COMMON).subquery())).scalar_one())


def _walk(query: Query, gate: Gate, emotion: str, how: Plan) -> Select[Any]:
    face = schema.face.alias().c
    return (
        select(face.content_id, face.taken_at)
        .where(_is_any(face, (emotion,), gate.match_from, gate))
        .where(*_conditions(query, gate, face.content_id, face.taken_at, how))
        .distinct()
    )


def reaches(face: Any, emotions: Sequence[str], least: Mapping[str, float | None]) -> ColumnElement[bool]:
    """The face is one of these emotions, with the score needed for it; those that need the same are asked together."""
    alike: dict[float | None, list[str]] = {}
    for emotion in emotions:
        alike.setdefault(least[emotion], []).append(emotion)
    return or_(*(_reaches(face, group, score) for score, group in alike.items()))


def _reaches(face: Any, emotions: Sequence[str], score: float | None) -> ColumnElement[bool]:
    which = face.emotion == emotions[0] if len(emotions) == 1 else face.emotion.in_(emotions)
    if score is None:
        # What a person said has the score 1, which the index knows: few rows are looked up for their source.
        return and_(which, face.score >= 1, face.source == "person")
    return and_(which, face.score >= score)


def _is_any(face: Any, emotions: Sequence[str], least: Mapping[str, float | None], gate: Gate) -> ColumnElement[bool]:
    return and_(reaches(face, emotions, least), face.confidence >= gate.confidence)


def _conditions(
    query: Query, gate: Gate, photo_id: ColumnElement[int], taken_at: Any, how: Plan
) -> list[ColumnElement[bool]]:
    """All conditions on the photo `photo_id`, except that it has one of the emotions walked."""
    wanted: list[tuple[str, ...]] = [(emotion,) for emotion in query.all_emotions]
    if query.emotions:
        wanted.append(query.emotions)
    found = [_has_face(photo_id, emotions, gate.match_from, gate) for emotions in wanted if emotions != how.emotions]
    if query.not_emotions:
        found.append(~_has_face(photo_id, query.not_emotions, gate.shown_from, gate))
    asks_for_score = query.min_score is not None or query.min_scores
    if asks_for_score and not (wanted or query.not_emotions):
        found.append(_has_face(photo_id, EMOTIONS, gate.match_from, gate))
    if query.faces is not None:
        found += _has_faces(photo_id, *query.faces, gate)
    if query.since is not None:
        found.append(taken_at >= query.since)
    if query.until is not None:
        found.append(taken_at < query.until)
    if query.album is not None:
        found.append(_in_album(photo_id, query.album))
    return found + _in_place(photo_id, query, how)


def _has_face(
    photo_id: ColumnElement[int], emotions: Sequence[str], least: Mapping[str, float | None], gate: Gate
) -> ColumnElement[bool]:
    face = schema.face.alias().c
    return select(face.id).where(face.content_id == photo_id, _is_any(face, emotions, least, gate)).exists()


def _has_faces(
    photo_id: ColumnElement[int], least: int | None, most: int | None, gate: Gate
) -> list[ColumnElement[bool]]:
    number = _number_of_faces(photo_id, gate)
    bounds = [] if least is None else [number >= least]
    return bounds if most is None else [*bounds, number <= most]


def _number_of_faces(photo_id: ColumnElement[int], gate: Gate) -> ColumnElement[int]:
    face = schema.face.alias().c
    counted = (face.content_id == photo_id, face.confidence >= gate.confidence, ~face.rejected)
    return select(func.count()).select_from(face.id.table).where(*counted).scalar_subquery()


def _in_place(photo_id: ColumnElement[int], query: Query, how: Plan) -> list[ColumnElement[bool]]:
    """Has a file that exists, in the place asked for; with `missing`, a file in that place or none at all."""
    path = schema.path.alias().c
    conditions: list[ColumnElement[bool]] = [] if query.missing else [path.missing_since.is_(None)]
    if query.path is not None:
        conditions.append(_lies_in(path.path, query.path))
    if not conditions:
        return []
    if how.place_first:
        return [photo_id.in_(select(path.content_id).where(*conditions))]
    return [select(path.id).where(path.content_id == photo_id, *conditions).exists()]


def _lies_in(path: ColumnElement[Any], place: str) -> ColumnElement[bool]:
    """Bytes compare by value, so a folder is a range of paths: no LIKE, whose wildcards may stand in names."""
    if not os.path.isabs(place):  # noqa: PTH117
        return func.contains_folded(path, os.fsencode(place.casefold()))
    folder = place.rstrip(os.sep)
    return or_(path == place, and_(path > folder + os.sep, path < folder + chr(ord(os.sep) + 1)))


def album_id(connection: Connection, name: str) -> int | None:
    """The number of the album of this name, whatever its case."""
    return connection.execute(_album_number(name)).scalar()


def no_album(name: str) -> AlbumError:
    """The error for a name that no album has."""
    return AlbumError(name, "doesn't exist; `gallery album list` names those that do")


def _album_number(name: str) -> Select[Any]:
    album = schema.album.c
    return select(album.id).where(album.key == album_key(name))


def _in_album(photo_id: ColumnElement[int], name: str) -> ColumnElement[bool]:
    place = schema.album_photo.c
    number = _album_number(name).scalar_subquery()
    return select(place.content_id).where(place.album_id == number, place.content_id == photo_id).exists()


_BY_DATE: Final = ("newest", "oldest")


def _dated(sort: str, taken_at: Any, photo_id: Any) -> tuple[Any, ...]:
    if sort == "oldest":
        return taken_at.asc().nulls_last(), photo_id.asc()
    return taken_at.desc().nulls_last(), photo_id.desc()


def _order(query: Query, gate: Gate) -> tuple[Any, ...]:
    content = schema.content.c
    newest = _dated("newest", content.taken_at, content.id)
    match query.sort:
        case "added":
            return content.added_at.desc(), content.id.desc()
        case "score":
            return _best_score(query, gate).desc().nulls_last(), *newest
        case "faces":
            return _number_of_faces(content.id, gate).desc(), *newest
        case "path":
            return _first_path(query).asc().nulls_last(), content.id
    return _dated(query.sort, content.taken_at, content.id)


def _best_score(query: Query, gate: Gate) -> ColumnElement[float]:
    """Of the emotions asked for, else of all."""
    face = schema.face.alias().c
    asked = query.emotions + query.all_emotions
    counted = [face.content_id == schema.content.c.id, face.confidence >= gate.confidence]
    if asked:
        counted.append(face.emotion.in_(asked))
    return select(func.max(face.score)).where(*counted).scalar_subquery()


def _first_path(query: Query) -> ColumnElement[Any]:
    path = schema.path.alias().c
    counted = [path.content_id == schema.content.c.id]
    if not query.missing:
        counted.append(path.missing_since.is_(None))
    return select(func.min(path.path)).where(*counted).scalar_subquery()


def _check_album(connection: Connection, name: str | None) -> None:
    if name is not None and album_id(connection, name) is None:
        raise no_album(name)

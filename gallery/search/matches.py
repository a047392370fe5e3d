"""Finds the photos that a Query describes: which match, in which order.

Newest first with an emotion, the common case, walks the index that covers it and stops at the limit: one ordered walk
per emotion, merged. Every other condition is looked up for the photo that the walk has come to, unless a table lists
the few photos for which it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Select, func, select, union

from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.query import terms
from gallery.query.query import Query
from gallery.query.terms import Term
from gallery.search.conditions import Conditions, Photo, has_file, is_sure, reaches
from gallery.search.copies import Copies
from gallery.search.expansion import album_row, expanded, no_album
from gallery.search.gate import Gate
from gallery.search.meaning import holds, listed
from gallery.search.untold import untold
from gallery.settings import Settings

__all__ = [
    "Gate",
    "Plan",
    "album_id",
    "among",
    "expand",
    "matching",
    "matching_anywhere",
    "matching_ids",
    "no_album",
    "plan",
    "reaches",
    "statement_for",
]

_COMMON: Final = 2000
"""Of so many faces or files there are enough: no need to count further when choosing what to walk."""

MANY: Final = 20_000
"""Faces of an emotion that are many: looking something up for each takes longer than an answer may."""

_Step = terms.HasEmotion | terms.Score
"""What a walk over the faces of one emotion looks for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to find the matches quickly. Whatever the plan, the same photos are found.

    `walk`: one of the terms that must hold; the faces that make it hold are walked. `listed`: terms that must hold, and
    hold for so few photos that all of them are listed first. `ordered`: the walk goes by date; else, for mere counting,
    in whatever order is quickest. `untold`: selects photos that would be found, and mustn't be.
    """

    walk: Term | None = None
    listed: tuple[Term, ...] = ()
    ordered: bool = True
    untold: tuple[Select[Any], ...] = ()


def matching_ids(connection: Connection, query: Query, settings: Settings) -> list[int]:
    """The numbers of the contents that match, in the order asked for, at most `query.limit`."""
    query = expand(connection, query, settings)
    statement = statement_for(query, settings, plan(connection, query, settings))
    return list(connection.execute(statement.limit(query.limit)).scalars())


def matching_anywhere(
    connection: Connection, query: Query, settings: Settings, *, followed_too: bool = False
) -> Select[Any] | CompoundSelect[Any]:
    """Columns content_id and taken_at of every match, once each, in no order and whatever the limit.

    With `followed_too` also those for which another picture stands: see `gallery.search.untold`.
    """
    query = expand(connection, query, settings)
    how = plan(connection, query, settings)
    if followed_too:
        how = replace(how, untold=untold(connection, followed_too=False))
    return matching(query, settings, how)


def expand(connection: Connection, query: Query, settings: Settings) -> Query:
    """The same search without names of albums and saved queries in it."""

    return expanded(connection, query, lambda named: among(connection, named, settings))


def among(connection: Connection, query: Query, settings: Settings) -> Select[Any]:
    """Selects the numbers of the contents that an expanded query finds, at most `query.limit`."""
    # A common table expression stands before the statement: nested in it, a few of them overflow SQLite's parser.
    found = statement_for(query, settings, plan(connection, query, settings)).limit(query.limit).cte()
    return select(found.c[0])


def statement_for(query: Query, settings: Settings, how: Plan) -> Select[Any] | CompoundSelect[Any]:
    """The ordered search for an expanded query."""
    content = schema.content.c
    found = matching(query, settings, how)
    if how.walk is not None and query.sort in _BY_DATE:
        walked = found.selected_columns
        return found.order_by(*_dated(query.sort, walked.taken_at, walked.content_id))
    conditions = _meaning(query, settings)
    ordered = select(content.id).order_by(*_order(query, conditions))
    if how.walk is not None:
        return ordered.where(content.id.in_(select(found.subquery().c.content_id)))
    return ordered.where(*_conditions(query, conditions, _ROW, how))


def matching(query: Query, settings: Settings, how: Plan) -> Select[Any] | CompoundSelect[Any]:
    """Columns content_id and taken_at of every match of an expanded query, once each, in no order."""
    conditions = _meaning(query, settings)
    if how.walk is None:
        every = select(_ROW.id.label("content_id"), _ROW.taken_at)
        return every.where(*_conditions(query, conditions, _ROW, how))
    walks = [_walk(query, conditions, step, how) for step in _steps(how.walk)]
    if len(walks) == 1:
        return walks[0]
    # An order lets several walks be merged as they go, without a table of all that was found.
    return union(*walks) if how.ordered else union(*walks).order_by("content_id")


_ROW: Final = Photo(schema.content.c.id, schema.content.c.taken_at, schema.content.c)


def _meaning(query: Query, settings: Settings) -> Conditions:
    return Conditions(Gate.of(query, settings), gone=query.missing)


def plan(connection: Connection, query: Query, settings: Settings) -> Plan:
    """Looks at how common the emotions, places and so on of an expanded query are."""
    must = needed(query)
    walks = [term for term in must if 0 < len(_steps(term)) < len(EMOTIONS)]
    if len(walks) > 1:
        walks = [_rarest(connection, walks)]
    conditions = _meaning(query, settings)
    few = (term for term in must if (found := listed(term, conditions)) is not None and _is_rare(connection, found))
    return Plan(walks[0] if walks else None, tuple(few), untold=untold(connection) if query.missing else ())


def needed(query: Query) -> Sequence[Term]:
    """The terms that must hold, every one of them."""
    if query.where is None:
        return ()
    return query.where.terms if isinstance(query.where, terms.And) else (query.where,)


def _steps(term: Term) -> list[_Step]:
    """A term for each walk over the faces of one emotion that together pass every photo for which the term holds."""
    match term:
        case terms.HasEmotion(emotions) | terms.AllFaces(emotions) | terms.MostFaces(emotions):
            return [terms.HasEmotion((emotion,)) for emotion in emotions]
        case terms.Score():
            return [term]
        case terms.Or(inner):
            steps = [_steps(one) for one in inner]
            return [step for some in steps for step in some] if all(steps) else []
    return []


def passes_many(connection: Connection, query: Query, how: Plan) -> bool:
    """Whether an expanded query asks nothing of the photos beyond what its walk tells, and that is told of many."""
    must = tuple(needed(query))
    if how.walk is None:
        return not must
    return must == (how.walk,) and _is_told_by_walk(how.walk) and _faces_of(connection, how.walk, MANY) >= MANY


def _is_told_by_walk(term: Term) -> bool:
    """Whether the term holds for every photo that its walks pass, so that it needn't be looked up again."""
    if isinstance(term, terms.Or):
        return all(map(_is_told_by_walk, term.terms))
    return isinstance(term, terms.HasEmotion | terms.Score)


def _rarest(connection: Connection, walks: Sequence[Term]) -> Term:
    """The one with the fewest faces: walking the photos with `happy` in search of one that has `fear` too is slow."""
    for enough in (_COMMON, MANY):
        faces = {term: _faces_of(connection, term, enough) for term in walks}
        if min(faces.values()) < enough:
            break
    return min(walks, key=faces.__getitem__)


def _faces_of(connection: Connection, term: Term, enough: int) -> int:
    """How many faces its walks pass; of each emotion, no more are counted than are enough."""
    emotions = {step.emotion if isinstance(step, terms.Score) else step.emotions[0] for step in _steps(term)}
    face = schema.face.c
    walks = (select(face.content_id).where(face.emotion == one) for one in emotions)
    return sum(count_some(connection, walk, enough) for walk in walks)


def _is_rare(connection: Connection, rows: Select[Any]) -> bool:
    return count_some(connection, rows, _COMMON) < _COMMON


def count_some(connection: Connection, rows: Select[Any], enough: int) -> int:
    """How many rows there are, up to so many."""
    return int(connection.execute(select(func.count()).select_from(rows.limit(enough).subquery())).scalar_one())


def _walk(query: Query, conditions: Conditions, step: _Step, how: Plan) -> Select[Any]:
    face = schema.face.c
    photo = Photo(face.content_id, face.taken_at)
    if how.ordered:
        found: Select[Any] = select(face.content_id, face.taken_at).where(conditions.by_face(step, face))
    else:
        found = select(face.content_id).where(conditions.by_counted_face(step, face))
    return found.where(*_conditions(query, conditions, photo, how)).distinct()


def _conditions(query: Query, conditions: Conditions, photo: Photo, how: Plan) -> list[ColumnElement[bool]]:
    """All conditions on the photo, except what its being walked tells."""
    must = needed(query)
    told = how.walk if how.walk is not None and _is_told_by_walk(how.walk) else None
    found = [_condition(term, conditions, photo, how) for term in must if term is not told]
    # What lies in a place has a file there.
    if not query.missing and not any(isinstance(term, terms.Path) for term in must):
        found.append(has_file(photo.id))
    return found + [photo.id.not_in(one) for one in how.untold]


def _condition(term: Term, conditions: Conditions, photo: Photo, how: Plan) -> ColumnElement[bool]:
    few = listed(term, conditions) if term in how.listed else None
    return holds(term, photo, conditions) if few is None else photo.id.in_(few)


def album_id(connection: Connection, name: str) -> int | None:
    """The number of the album of this name, whatever its case."""
    row = album_row(connection, name)
    return None if row is None else row[0]


_BY_DATE: Final = (None, "newest", "oldest")


def _dated(sort: str | None, taken_at: Any, photo_id: Any) -> tuple[Any, ...]:
    if sort == "oldest":
        return taken_at.asc().nulls_last(), photo_id.asc()
    return taken_at.desc().nulls_last(), photo_id.desc()


def _order(query: Query, conditions: Conditions) -> tuple[Any, ...]:
    content = schema.content.c
    newest = _dated("newest", content.taken_at, content.id)
    match query.sort:
        case "added":
            return content.added_at.desc(), content.id.desc()
        case "score":
            return _best_score(query, conditions.gate).desc().nulls_last(), *newest
        case "faces":
            return conditions.number_of_faces(_ROW).desc(), *newest
        case "path":
            return _path_shown(query, conditions).asc().nulls_last(), content.id
    return _dated(query.sort, content.taken_at, content.id)


def _best_score(query: Query, gate: Gate) -> ColumnElement[float]:
    """Of the emotions asked for, else of all."""
    face = schema.face.alias().c
    counted = [face.content_id == schema.content.c.id, is_sure(face, gate)]
    asked = {emotion for leaf, wanted in terms.leaves(query.where) if wanted for emotion in _asked(leaf)}
    if asked:
        counted.append(face.emotion.in_(sorted(asked)))
    return select(func.max(face.score)).where(*counted).scalar_subquery()


def _asked(leaf: Term) -> Sequence[str]:
    match leaf:
        case terms.HasEmotion(emotions) | terms.AllFaces(emotions) | terms.MostFaces(emotions):
            return emotions
        case terms.Score(emotion):
            return (emotion,)
    return ()


def _path_shown(query: Query, conditions: Conditions) -> ColumnElement[Any]:
    """As `gallery.store.photo_rows.files` chooses it."""
    path, content = schema.path.alias(), schema.content.c
    files = select(path.c.path).where(path.c.content_id == content.id)
    if query.missing:
        files = files.order_by(path.c.missing_since.is_not(None))
    else:
        files = files.where(path.c.missing_since.is_(None))
    best_first = Copies.of(query.where, conditions).best_first(files, path)
    return func.coalesce(best_first.order_by(path.c.path).limit(1).scalar_subquery(), content.former_path)

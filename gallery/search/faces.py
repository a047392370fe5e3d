"""Finds the faces that a Query is about: for whoever says something of faces that a search found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, and_, or_, select

from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.query import terms
from gallery.query.query import Query
from gallery.query.terms import Term
from gallery.search.conditions import Condition, Conditions, Photo, is_counted, reaches
from gallery.search.gate import Gate
from gallery.search.matches import among, expand, needed
from gallery.search.meaning import asked_of, met
from gallery.settings import Settings

_FACE: Final = schema.face.c
_PHOTO: Final = Photo(_FACE.content_id, _FACE.taken_at)
"""That of the face which is looked at."""


def matched_faces(connection: Connection, query: Query, settings: Settings) -> frozenset[int]:
    """The numbers of the faces that the query is about, in the photos that it finds, limit included.

    Where it asks for emotions, also by the name of a query or smart album: the faces for which one of these terms
    holds; of alternatives, only those that hold for the photo tell. Where it asks for none: all faces that count. A
    least score given besides, as by --min-score, is asked of every face.
    """
    expanded = expand(connection, query, settings)
    gate = Gate.of(query, settings)
    found = among(connection, expanded, settings)
    meant = [_FACE.content_id.in_(found), *is_counted(_FACE, gate)]
    must = needed(expanded)
    if query.min_score is not None or query.min_scores:
        meant.append(reaches(_FACE, EMOTIONS, gate.match_from))
        # That says all of a face of any emotion; where others are asked for by name, it mustn't mean all faces.
        must = [term for term in must if term != terms.HasEmotion(EMOTIONS)]
    conditions = Conditions(gate, gone=expanded.missing)
    asked = [face for term in must for face in _asked(term, conditions, settings)]
    if asked:
        meant.append(or_(*asked))
    return frozenset(connection.execute(select(_FACE.id).where(*meant)).scalars())


def _asked(term: Term | None, conditions: Conditions, settings: Settings) -> Iterator[Condition]:
    """Whether a face is asked for, by each term that asks for emotions; the term holds for its photo."""
    match term:
        case terms.Not(one):
            yield from _asked(one, conditions.negated(), settings)
        case terms.And(inner) | terms.Or(inner):
            # As one knows from logic: `not (a b)` is `not a or not b`, and `not (a or b)` is `not a not b`.
            choice = isinstance(term, terms.Or) is conditions.wanted
            for one in inner:
                faces = _asked(one, conditions, settings)
                yield from (and_(met(one, _PHOTO, conditions), face) for face in faces) if choice else faces
        case terms.Among(_, Query() as named):
            own = Conditions(Gate.of(named, settings), named.missing, conditions.wanted)
            yield from _asked(named.where, own, settings)
        case None:
            return
        case _ if conditions.wanted and (face := asked_of(term, _FACE, conditions)) is not None:
            yield face

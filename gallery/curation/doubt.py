"""The faces whose emotion is most in doubt.

Doubt is the margin: how far the likeliest emotion is ahead of the next one. A small margin says that the model
hesitates between two answers, which a person decides with one key, and where a word is most likely to change what is
shown. The best score alone would put a face first of which six emotions are equally unlikely, though its likeliest is
far ahead; entropy would mostly weigh how the last few percent are spread over emotions that nobody believes in.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Integer, Select, cast, func, or_, select

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.emotions import EMOTIONS
from gallery.faces import Box
from gallery.query.query import Query
from gallery.records import rounded_down
from gallery.search.chosen import chosen, copies_meant
from gallery.search.conditions import is_counted
from gallery.search.copies import Copies
from gallery.search.gate import Gate
from gallery.search.order import numbers_in
from gallery.settings import Settings
from gallery.store.photo_rows import files
from gallery.store.shown import clamped
from gallery.store.store import Store

_Scored = tuple[int, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class DoubtfulFace:
    """A face of which no person has spoken.

    `number` is its own in the photo at `path`, as in PHOTO#2: see `gallery.store.numbering`. `box` is in pixels of the
    upright photo, `scores` are the probabilities in the order of EMOTIONS, `taken_at` is the wall clock at the place.
    """

    id: int
    path: str
    number: int
    box: Box
    scores: tuple[float, ...]
    taken_at: datetime | None
    replaced: bool = False
    """At `path` lies another photo now: PHOTO#2 would be a face of that one, so this face goes by its id."""

    def __str__(self) -> str:
        return str(self.id) if self.replaced else f"{self.path}#{self.number}"

    @property
    def emotion(self) -> str:
        """The likeliest emotion, however low its score."""
        return self.likeliest(1)[0][0]

    @property
    def score(self) -> float:
        """The probability of `emotion`."""
        return self.likeliest(1)[0][1]

    @property
    def margin(self) -> float:
        """By how much the likeliest emotion is ahead of the next: the less, the more doubtful."""
        return margin(self.scores)

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "id": self.id,
            "path": self.path,
            "number": self.number,
            "place": self.number,
            "box": self.box.as_json(),
            "emotion": self.emotion,
            "score": rounded_down(self.score),
            "margin": rounded_down(self.margin),
            "scores": {emotion: rounded_down(score) for emotion, score in zip(EMOTIONS, self.scores, strict=True)},
            "taken_at": self.taken_at and self.taken_at.isoformat(),
            "replaced": self.replaced,
        }

    def likeliest(self, count: int) -> list[tuple[str, float]]:
        """So many emotions with their probabilities, the likeliest first; on a tie in the order of EMOTIONS."""
        shares = ((emotion, clamped(score)) for emotion, score in zip(EMOTIONS, self.scores, strict=True))
        return sorted(shares, key=itemgetter(1), reverse=True)[:count]


def margin(scores: Sequence[float]) -> float:
    """The difference between the highest and the second highest score."""
    best, second = heapq.nlargest(2, scores)
    return best - second


_PARTS: Final = 16
SMALL: Final = 0.2
"""A margin below which there are mostly enough faces."""


def doubtful_faces(
    store: Store,
    query: Query | None = None,
    settings: Settings | None = None,
    limit: int | None = None,
    *,
    likeliest: str | None = None,
    min_size: int = 0,
) -> list[DoubtfulFace]:
    """The faces that count and of which no person has spoken, in photos that match, the most doubtful first.

    Scores are those of the current model, for a face it hasn't seen those of the newest one that has. At most `limit`
    faces, however many photos the query is limited to; only those for which an emotion is `likeliest`, where given, and
    none with fewer than `min_size` pixels on its longer side in the photo. Photos whose files are gone only where the
    query asks for them.
    """
    query, settings = query or Query(), settings or Settings()
    gate = Gate.of(query, settings)
    with store.read() as connection:
        among = chosen(connection, query, settings)
        face = schema.face.c
        unspoken = or_(face.source.is_(None), face.source != "person")
        large = or_(face.right - face.left >= min_size, face.bottom - face.top >= min_size)
        asked = _scores().where(unspoken, large, *is_counted(face, gate), *among(face.content_id))
        if likeliest is not None:
            asked = asked.where(face.emotion == likeliest)
        few = _most_doubtful(connection, asked, limit)
        return located(connection, few, gate, copies_meant(connection, query, settings))


def _most_doubtful(connection: Connection, asked: Select[Any], limit: int | None) -> list[_Scored]:
    if limit is None:
        return sorted(_scored(connection, asked), key=_doubt)
    # Where the likeliest emotion has more than (1 + SMALL) / 2, the next one has less than (1 - SMALL) / 2.
    is_unsure: ColumnElement[bool] = schema.face.c.score <= (1 + SMALL) / 2
    if connection.dialect.name != "sqlite":
        few = heapq.nsmallest(limit, _scored(connection, asked.where(is_unsure)), key=_doubt)
    else:
        # Told that they are few, SQLite looks for the scores of these faces, and not for the faces of all scores.
        few = _first(connection, asked.where(func.unlikely(is_unsure)), limit)
    if len(few) == limit and (not few or margin(few[-1][1]) <= SMALL):
        return few
    return heapq.nsmallest(limit, _scored(connection, asked), key=_doubt)


def _first(connection: Connection, asked: Select[Any], limit: int) -> list[_Scored]:
    """The most doubtful ones. Of all others only the margins are read: they may be some hundred thousand."""
    import numpy as np

    found = np.concatenate([np.zeros((2, 0)), *_margins(connection, asked)], axis=1)
    numbers = found[0, np.lexsort(found)[:limit]].astype(int).tolist()
    scored = {
        number: scores
        for some in chunked(numbers)
        for number, scores in _scored(connection, _scores().where(schema.face.c.id.in_(some)))
    }
    return [(number, scored[number]) for number in numbers]


def _margins(connection: Connection, asked: Select[Any]) -> Iterator[Any]:
    """In two rows, a part of the faces at a time: their numbers, and how far the likeliest emotion is ahead.

    Read as texts: for each row Python's lock would be let go and taken again, which takes longer than finding it.
    """
    import numpy as np

    rows = asked.order_by(None).subquery().c
    keys = (rows.id, rows.model_id, cast(rows.is_current, Integer))
    texts = select(*map(func.group_concat, keys), func.group_concat(func.hex(rows.scores), ""))
    for *some, scores in connection.execute(texts.group_by(rows.id % _PARTS)):
        ids, models, current = map(numbers_in, some)
        last = np.lexsort((models, current, ids))
        last = last[np.append(ids[last][1:] != ids[last][:-1], True)]
        sure = np.sort(np.frombuffer(bytes.fromhex(scores), dtype="<f8").reshape(len(ids), -1)[last], axis=1)
        yield np.array([ids[last], sure[:, -1] - sure[:, -2]])


def _doubt(face: _Scored) -> tuple[float, int]:
    return margin(face[1]), face[0]


def _scores() -> Select[Any]:
    """Rows of face, scores, whether by the current model, and model: all that was predicted of a face in a row."""
    face, said, model = schema.face.c, schema.prediction.c, schema.model.c
    return (
        select(face.id, said.scores, model.is_current, model.id.label("model_id"))
        .join_from(schema.face, schema.prediction, said.face_id == face.id)
        .join(schema.model, model.id == said.model_id)
        .order_by(face.id)
    )


def _scored(connection: Connection, statement: Select[Any]) -> Iterator[_Scored]:
    rows = connection.execution_options(yield_per=5000).execute(statement)
    for number, said in groupby(rows, key=itemgetter(0)):
        yield number, max(said, key=itemgetter(2, 3))[1]


def located(connection: Connection, scored: Sequence[_Scored], gate: Gate, copies: Copies | None) -> list[DoubtfulFace]:
    """The faces with all that a person needs to recognise them; those that don't count are left out."""
    face = schema.face.c
    columns = (face.id, face.content_id, face.number, face.taken_at, face.left, face.top, face.right, face.bottom)
    counted = select(*columns).where(*is_counted(face, gate))
    found = {
        row.id: row
        for chunk in chunked([face_id for face_id, _ in scored])
        for row in connection.execute(counted.where(face.id.in_(chunk)))
    }
    contents = list(dict.fromkeys(row.content_id for row in found.values()))
    found_files = zip(contents, files(connection, contents, copies), strict=True)
    where = dict(found_files)
    return [
        DoubtfulFace(face_id, at.paths[0], row.number, Box(*row[4:]), scores, row.taken_at, at.replaced)
        for face_id, scores in scored
        if (row := found.get(face_id)) is not None and (at := where[row.content_id])
    ]

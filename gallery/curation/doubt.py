"""The faces whose emotion is most in doubt, and a person's way through them.

Doubt is the margin: how far the likeliest emotion is ahead of the next one. A small margin says that the model
hesitates between two answers, which a person decides with one key, and where a word is most likely to change what is
shown. The best score alone would put a face first of which six emotions are equally unlikely, though its likeliest is
far ahead; entropy would mostly weigh how the last few percent are spread over emotions that nobody believes in.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from gallery.curation.history import Action, actions, undo
from gallery.curation.labels import label_faces, reject_faces
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.emotions import EMOTIONS
from gallery.errors import NotIndexedError
from gallery.faces import Box
from gallery.query.query import Query
from gallery.search.gate import Gate
from gallery.settings import Settings
from gallery.store.figures import chosen, is_counted
from gallery.store.photo_rows import files
from gallery.store.shown import clamped
from gallery.store.store import Store

_Scored = tuple[int, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class DoubtfulFace:
    """A face of which no person has spoken.

    `place` counts the faces of the photo at `path` as `gallery show` does, from 1. `box` is in pixels of the upright
    photo, `scores` are the probabilities in the order of EMOTIONS, `taken_at` is the wall clock at the place.
    """

    id: int
    path: str
    place: int
    box: Box
    scores: tuple[float, ...]
    taken_at: datetime | None

    def __str__(self) -> str:
        return f"{self.path}#{self.place}"

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

    def likeliest(self, count: int) -> list[tuple[str, float]]:
        """So many emotions with their probabilities, the likeliest first; on a tie in the order of EMOTIONS."""
        shares = ((emotion, clamped(score)) for emotion, score in zip(EMOTIONS, self.scores, strict=True))
        return sorted(shares, key=itemgetter(1), reverse=True)[:count]


def margin(scores: Sequence[float]) -> float:
    """The difference between the highest and the second highest score."""
    best, second = heapq.nlargest(2, scores)
    return best - second


def doubtful(
    store: Store, query: Query | None = None, settings: Settings | None = None, limit: int | None = None
) -> list[DoubtfulFace]:
    """The faces that count and of which no person has spoken, in photos that match, the most doubtful first.

    Scores are those of the current model, for a face it hasn't seen those of the newest one that has. At most `limit`
    faces, however many photos the query is limited to. Photos whose files are gone only where the query asks for them.
    """
    query, settings = query or Query(), settings or Settings()
    gate = Gate.of(query, settings)
    with store.read() as connection:
        among = chosen(connection, query, settings)
        face = schema.face.c
        unspoken = or_(face.source.is_(None), face.source != "person")
        scored = _scored(connection, _scores().where(unspoken, *is_counted(face, gate), *among(face.content_id)))
        # Only the few best are kept while all are read: a library has some hundred thousand faces.
        few = sorted(scored, key=_doubt) if limit is None else heapq.nsmallest(limit, scored, key=_doubt)
        return _located(connection, few, gate)


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


def _located(connection: Connection, scored: Sequence[_Scored], gate: Gate) -> list[DoubtfulFace]:
    """The faces with all that a person needs to recognise them; those that don't count are left out."""
    face = schema.face.c
    columns = select(face.id, face.content_id, face.taken_at, face.left, face.top, face.right, face.bottom)
    found = {
        row.id: row
        for chunk in chunked([number for number, _ in scored])
        for row in connection.execute(columns.where(face.id.in_(chunk)))
    }
    contents = list(dict.fromkeys(row.content_id for row in found.values()))
    paths = {number: file.paths[0] for number, file in zip(contents, files(connection, contents), strict=True)}
    places = _places(connection, contents, gate)
    return [
        DoubtfulFace(number, paths[row.content_id], places[number], Box(*row[3:]), scores, row.taken_at)
        for number, scores in scored
        if (row := found.get(number)) is not None and number in places
    ]


def _places(connection: Connection, content_ids: Sequence[int], gate: Gate) -> dict[int, int]:
    """Which of the faces of its photo that count each one is."""
    face = schema.face.c
    counted = select(face.content_id, face.id).where(*is_counted(face, gate)).order_by(face.id)
    seen: defaultdict[int, int] = defaultdict(int)
    places = {}
    for chunk in chunked(content_ids):
        for content_id, number in connection.execute(counted.where(face.content_id.in_(chunk))):
            seen[content_id] += 1
            places[number] = seen[content_id]
    return places


@dataclass(frozen=True, slots=True)
class _Answer:
    """Which of the faces was answered, and what the history says of it."""

    position: int
    action: Action


class Review:
    """A person's way through doubtful faces: at `position`, counted from 0, stands the face that is asked about.

    Every answer is one action of the history, and in the database when the method returns.
    """

    def __init__(self, store: Store, faces: Sequence[DoubtfulFace], settings: Settings | None = None) -> None:
        self._store = store
        self._faces = faces
        self._gate = Gate.of(Query(), settings or Settings())
        self._answers: list[_Answer] = []
        self.position = 0

    @property
    def total(self) -> int:
        """How many faces there were at the beginning."""
        return len(self._faces)

    @property
    def answered(self) -> int:
        """To how many faces an answer stands."""
        return len(self._answers)

    def current(self) -> DoubtfulFace | None:
        """The face asked about, as it is counted now; None at the end.

        Faces that are gone meanwhile, for someone else rejected them or their photo was overwritten, are passed over.
        """
        while self.position < self.total:
            face = self._faces[self.position]
            with self._store.read() as connection:
                # Anew: an answer "not a face" moves up the faces behind it in the same photo.
                now = _located(connection, [(face.id, face.scores)], self._gate)
            if now:
                return now[0]
            self.position += 1
        return None

    def label(self, emotion: str) -> bool:
        """Says that the face shows this emotion, and goes on; False where the face is gone."""
        return self._answer(lambda face: label_faces(self._store, [face], emotion))

    def reject(self) -> bool:
        """Says that this is no face, and goes on; False where it is gone."""
        return self._answer(lambda face: reject_faces(self._store, [face]))

    def skip(self) -> None:
        """Leaves the face as it is, and goes on."""
        self.position += 1

    def undo(self) -> bool:
        """Takes the last answer back and returns to its face.

        False, and nothing is changed, where there is none, or where something else was done since: that comes first.
        """
        if not self._answers or actions(self._store, limit=1) != [self._answers[-1].action]:
            return False
        undo(self._store)
        self.position = self._answers.pop().position
        return True

    def _answer(self, say: Callable[[int], int]) -> bool:
        position = self.position
        self.position += 1
        try:
            say(self._faces[position].id)
        except NotIndexedError:
            return False
        self._answers.append(_Answer(position, actions(self._store, limit=1)[0]))
        return True

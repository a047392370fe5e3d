"""What is shown of a face: the last word of a person, else the prediction of the current model, else the newest one.

The answer is kept in the columns `emotion, score, source, rejected` of `face`, where searches find it. Whoever changes
labels, predictions or the current model calls `refresh` in the same transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select, union_all, update

from gallery.db import schema
from gallery.db.engine import add_row
from gallery.faces import Box, Prediction
from gallery.store.overlap import owner
from gallery.store.succession import are_any
from gallery.store.words import Word, placed, words

_NAMED_AT_ONCE: Final = 400
_AT_ONCE: Final = 5000
_SIDES: Final = ("left", "top", "right", "bottom")

Chosen = Callable[[ColumnElement[int]], ColumnElement[bool]]
"""Which faces: the condition on a column that holds their numbers."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The shown columns of one face; all empty where nothing is known of it yet."""

    emotion: str | None = None
    score: float | None = None
    source: str | None = None
    rejected: bool = False


def refresh(connection: Connection, face_ids: Iterable[int] | None = None) -> None:
    """Brings the shown columns of these faces, or of all, in line with labels and predictions."""
    face = schema.face
    change = update(face).where(face.c.id == bindparam("face_id"))
    for stale in _stale(connection, face_ids):
        connection.execute(change, [{"face_id": number, **asdict(shown)} for number, shown in stale.items()])


def labels_on(connection: Connection, face_ids: Iterable[int]) -> list[int]:
    """The numbers of the labels that belong to these faces."""
    wanted = set(face_ids)
    found = (pair for chosen in _these_faces(wanted) for pair in _labels(connection, chosen))
    # Each once: the faces of a photo may be asked for in two parts.
    return list(dict.fromkeys(row.label_id for face, row in found if face in wanted))


def count_stale(connection: Connection) -> int:
    """How many faces show something else than they should: 0 in a sound database."""
    return sum(len(stale) for stale in _stale(connection, None))


def _stale(connection: Connection, face_ids: Iterable[int] | None) -> Iterator[dict[int, Shown]]:
    for chosen in _all_faces(connection) if face_ids is None else _these_faces(face_ids):
        current = _current(connection, chosen)
        wanted = {number: Shown() for number in current}
        wanted |= {number: _by_model(scores) for number, scores in _scores(connection, chosen)}
        wanted |= _by_person(connection, chosen)
        stale = {number: wanted[number] for number, shown in current.items() if shown != wanted[number]}
        if stale:
            yield stale


def _these_faces(face_ids: Iterable[int]) -> Iterator[Chosen]:
    numbers = sorted(set(face_ids))
    return (_among(numbers[i : i + _NAMED_AT_ONCE]) for i in range(0, len(numbers), _NAMED_AT_ONCE))


def _among(numbers: Sequence[int]) -> Chosen:
    return lambda face_id: face_id.in_(numbers)


def _all_faces(connection: Connection) -> Iterator[Chosen]:
    last = connection.execute(select(func.max(schema.face.c.id))).scalar() or 0
    return (_between(first, first + _AT_ONCE - 1) for first in range(1, last + 1, _AT_ONCE))


def _between(first: int, last: int) -> Chosen:
    return lambda face_id: face_id.between(first, last)


def _current(connection: Connection, chosen: Chosen) -> dict[int, Shown]:
    face = schema.face.c
    columns = select(face.id, face.emotion, face.score, face.source, face.rejected)
    return {row[0]: Shown(*row[1:]) for row in connection.execute(columns.where(chosen(face.id))).all()}


def scores_by_face(connection: Connection, face_ids: Sequence[int]) -> dict[int, tuple[float, ...]]:
    """The probabilities of the current model, for a face it hasn't seen those of the newest one that has.

    Faces without any prediction are left out. At most a few hundred faces.
    """
    return dict(_scores(connection, _among(face_ids)))


def _scores(connection: Connection, chosen: Chosen) -> Sequence[tuple[int, tuple[float, ...]]]:
    """Pairs of face and probabilities; of several for a face the last one counts."""
    said, model = schema.prediction.c, schema.model.c
    rows = connection.execute(
        select(said.face_id, said.scores)
        .join_from(schema.prediction, schema.model, model.id == said.model_id)
        .where(chosen(said.face_id))
        .order_by(said.face_id, model.is_current, model.id)
    )
    return rows.all()


def _by_model(scores: tuple[float, ...]) -> Shown:
    prediction = Prediction(scores)
    return Shown(prediction.emotion, clamped(prediction.score), "model")


def clamped(share: float) -> float:
    """Within 0 to 1, which rounding of 32-bit floats may leave by a hair."""
    return min(max(float(share), 0.0), 1.0)


def _by_person(connection: Connection, chosen: Chosen) -> dict[int, Shown]:
    """What people said of those faces that they spoke of, and of others in the same photos. The last word counts."""
    return {number: _word(label) for number, label in _labels(connection, chosen)}


def _labels(connection: Connection, chosen: Chosen) -> Iterator[tuple[int, Row[Any] | Word]]:
    """The labels of the photos of these faces, the first said first, each with the face that it belongs to."""
    face, label = schema.face.c, schema.label.c
    rows = connection.execute(
        select(
            label.id.label("label_id"),
            face.id.label("face_id"),
            label.kind,
            label.emotion,
            *(face[side].label(f"face_{side}") for side in _SIDES),
            *(label[side] for side in _SIDES),
        )
        .join_from(schema.face, schema.label, label.content_id == face.content_id)
        .where(face.content_id.in_(select(face.content_id).where(chosen(face.id))))
        .order_by(label.said_at, label.id, face.number)
    )
    for _, group in groupby(rows, key=attrgetter("label_id")):
        pairs = list(group)
        place = owner(_box(pairs[0]._mapping), [_box(row._mapping, "face_") for row in pairs])
        if place is not None:
            yield pairs[place].face_id, pairs[place]
    if are_any(connection):
        # These come again with what was said of others of the shot: whoever takes the last word gets it here.
        yield from _of_shots(connection, chosen)


def _of_shots(connection: Connection, chosen: Chosen) -> Iterator[tuple[int, Word]]:
    """The same of those photos that show the same shot as others."""
    face, content, follows = schema.face.c, schema.content.c, schema.succession.c
    tied = union_all(select(follows.old), select(follows.new))
    columns = select(content.hash, face.id, *(face[side] for side in _SIDES))
    photos = select(face.content_id).where(chosen(face.id))
    rows = columns.join_from(schema.face, schema.content).where(face.content_id.in_(photos), content.hash.in_(tied))
    faces: defaultdict[str, dict[int, Box]] = defaultdict(dict)
    for name, number, *sides in connection.execute(rows.order_by(content.hash, face.number)):
        faces[name][number] = Box(*sides)
    for name, said in words(connection, faces).items():
        numbers = list(faces[name])
        for place, word in placed(said, list(faces[name].values())):
            if place is not None:
                yield numbers[place], word


def _box(row: Mapping[Any, Any], prefix: str = "") -> Box:
    return Box(*(row[f"{prefix}{side}"] for side in _SIDES))


def _word(label: Row[Any] | Word) -> Shown:
    if label.kind == "not_face":
        return Shown(source="person", rejected=True)
    return Shown(label.emotion, 1.0, "person")


def use_model(connection: Connection, digest: str, name: str) -> None:
    """Registers the model where it is new, makes it the current one, and lets what is shown follow."""
    model = schema.model
    number = register_model(connection, digest, name)
    before = connection.execute(select(model.c.id).where(model.c.is_current)).scalars().all()
    if before == [number]:
        return
    connection.execute(update(model).values(is_current=model.c.id == number))
    refresh(connection)


def register_model(connection: Connection, digest: str, name: str) -> int:
    """The number of the model in the database; a new one is added without becoming the current one."""
    model = schema.model
    found = connection.execute(select(model.c.id).where(model.c.digest == digest)).scalar()
    if found is not None:
        return int(found)
    return add_row(connection, model, digest=digest, name=name, added_at=datetime.now(UTC), is_current=False)

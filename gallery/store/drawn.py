"""Faces that a person drew because no detector found them.

What was drawn is kept in `drawn_face`, beside the content of the photo, as a label is. A face is made of it, with a
number and a crop as others have, and `drawn` noted: a search for faces replaces it where it finds the face itself, and
else it is made again. So a drawn face needs making wherever no face overlaps its box by SAME_FACE_IOU.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select

from gallery.db import schema
from gallery.db.engine import add_row
from gallery.db.keyed import chunked
from gallery.faces import Box
from gallery.store import shown
from gallery.store.numbering import numbers_again
from gallery.store.overlap import owner

_SIDES: Final = tuple(side.name for side in fields(Box))


@dataclass(frozen=True, slots=True)
class DrawnFace:
    """Where a person drew a face in a photo that is in the database; `hash` as the photo was called then."""

    content_id: int
    hash: str
    box: Box


def any_drawn(connection: Connection) -> bool:
    """Whether any face was drawn at all."""
    return connection.execute(select(schema.drawn_face.c.id).limit(1)).first() is not None


def drawn_on(connection: Connection, content_ids: Collection[int] | None = None) -> list[DrawnFace]:
    """What was drawn on these photos, or on all, the first first."""
    drawn = schema.drawn_face.c
    columns = select(drawn.content_id, drawn.hash, *(drawn[side] for side in _SIDES))
    here = columns.where(drawn.content_id.is_not(None)).order_by(drawn.said_at, drawn.id)
    parts = (
        [here]
        if content_ids is None
        else [here.where(drawn.content_id.in_(some)) for some in chunked(sorted(content_ids))]
    )
    rows = [row for part in parts for row in connection.execute(part)]
    return [DrawnFace(content_id, digest, Box(*sides)) for content_id, digest, *sides in rows]


def without_face(connection: Connection, content_ids: Collection[int] | None = None) -> list[DrawnFace]:
    """Those drawn on these photos, or on all, of which there is no face."""
    drawn = drawn_on(connection, content_ids)
    boxes = {number: list(_boxes(connection, number).values()) for number in {face.content_id for face in drawn}}
    missing: list[DrawnFace] = []
    for face in drawn:
        if owner(face.box, boxes[face.content_id]) is None:
            missing.append(face)
            boxes[face.content_id].append(face.box)  # drawn twice, it is one face
    return missing


def make_face(connection: Connection, face: DrawnFace, crop: bytes) -> int:
    """Makes a face of what was drawn, of which there was none, and gives its number: the one it had, or the next."""
    lost_face = schema.lost_face
    lost = _boxes(connection, face.content_id, lost_face)
    [number] = numbers_again(_boxes(connection, face.content_id) | lost, [face.box])
    gone = (lost_face.c.content_id == face.content_id, lost_face.c.number == number)
    connection.execute(delete(lost_face).where(*gone))
    taken_at = select(schema.content.c.taken_at).where(schema.content.c.id == face.content_id)
    found = {"number": number, **asdict(face.box), "confidence": 1.0, "landmarks": (), "drawn": True}
    shown_later = {"rejected": False, "taken_at": connection.execute(taken_at).scalar()}
    face_id = add_row(connection, schema.face, content_id=face.content_id, **found, **shown_later)
    connection.execute(insert(schema.crop).values(face_id=face_id, jpeg=crop))
    shown.refresh(connection, [face_id])
    return number


def drop_undrawn(connection: Connection, content_ids: Iterable[int]) -> None:
    """Takes out the faces that were made of what nobody has drawn any more; their numbers wait for them."""
    face = schema.face
    numbers = sorted(set(content_ids))
    drawn: defaultdict[int, list[Box]] = defaultdict(list)
    for kept in drawn_on(connection, numbers):
        drawn[kept.content_id].append(kept.box)
    for some in chunked(numbers):
        columns = select(face.c.id, face.c.content_id, face.c.number, *(face.c[side] for side in _SIDES))
        for row in connection.execute(columns.where(face.c.content_id.in_(some), face.c.drawn)).all():
            if owner(_box(row), drawn[row.content_id]) is None:
                sides = {side: row._mapping[side] for side in _SIDES}
                lost = insert(schema.lost_face).values(content_id=row.content_id, number=row.number, **sides)
                connection.execute(delete(face).where(face.c.id == row.id))
                connection.execute(lost)


def face_at(connection: Connection, content_id: int, box: Box) -> int | None:
    """The number of the face that is there already; None where there is none."""
    boxes = _boxes(connection, content_id)
    place = owner(box, list(boxes.values()))
    return None if place is None else list(boxes)[place]


def _boxes(connection: Connection, content_id: int, table: Any = schema.face) -> dict[int, Box]:
    columns = select(table.c.number, *(table.c[side] for side in _SIDES)).where(table.c.content_id == content_id)
    return {number: Box(*sides) for number, *sides in connection.execute(columns.order_by(table.c.number))}


def _box(row: Any) -> Box:
    return Box(*(row._mapping[side] for side in _SIDES))

"""What people said of the faces of photos that show one shot: the words on all of them hold for each.

No label is ever moved: it stays with the photo and the box of which it was said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from gallery.db import schema
from gallery.db.keyed import chunked, contents_with
from gallery.faces import Box
from gallery.store.overlap import owner
from gallery.store.succession import Shots, are_any, hashes_of, names_of, shots

_SIDES: Final = ("left", "top", "right", "bottom")


@dataclass(frozen=True, slots=True)
class Word:
    """What was said of a face; of no face where `kind` is `not_face`.

    `box` is where it lies in the photo that is asked about, None where that isn't known; `said_box` in that of which it
    was said, which is another one with `of_other`.
    """

    label_id: int
    kind: str
    emotion: str | None
    said_at: datetime
    box: Box | None
    said_box: Box
    of_other: bool


def words(connection: Connection, names: Collection[str], known: Shots | None = None) -> dict[str, list[Word]]:
    """By the name of each photo what was said of it, and of photos that show the same shot, the first said first."""
    known = known or shots(connection, names)
    said = _labels(connection, known.names | set(names))
    found: dict[str, list[Word]] = {}
    for name in names:
        own = [_word(row, _box(row), of_other=False) for row in said[name]]
        others = [
            _word(row, other.move(_box(row)), of_other=True) for other in known.others(name) for row in said[other.name]
        ]
        found[name] = sorted([*own, *others], key=lambda word: (word.said_at, word.label_id))
    return found


def _labels(connection: Connection, names: Iterable[str]) -> defaultdict[str, list[Row[Any]]]:
    label = schema.label
    of = hashes_of(connection, names)
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for some in chunked(sorted(of)):
        for row in connection.execute(select(label).where(label.c.hash.in_(some))).all():
            found[of[row.hash]].append(row)
    return found


def _word(row: Row[Any], box: Box | None, *, of_other: bool) -> Word:
    return Word(row.id, row.kind, row.emotion, row.said_at, box, _box(row), of_other)


def _box(row: Row[Any]) -> Box:
    return Box(*(row._mapping[side] for side in _SIDES))


def placed(said: Sequence[Word], faces: Sequence[Box]) -> list[tuple[int | None, Word]]:
    """Each word with the place of the face that it belongs to; None for one that waits for its face to be found."""
    return [(None if word.box is None else owner(word.box, faces), word) for word in said]


def waiting(connection: Connection, name: str) -> list[Word]:
    """What was said of other photos of the shot, of faces that weren't found in this one."""
    face, content = schema.face.c, schema.content.c
    columns = select(*(face[side] for side in _SIDES)).join_from(schema.face, schema.content)
    boxes = [Box(*sides) for sides in connection.execute(columns.where(content.hash == name))]
    said = words(connection, [name])[name]
    return [word for place, word in placed(said, boxes) if place is None and word.of_other]


def faces_of_shots(connection: Connection, hashes: Iterable[str]) -> list[int]:
    """The ids of the faces of the photos with these bytes, and of all that show the same shots."""
    names = set(names_of(connection, hashes).values())
    if are_any(connection):
        names |= shots(connection, names).names
    face = schema.face.c
    return [
        number
        for some in chunked(sorted(set(contents_with(connection, names).values())))
        for number in connection.execute(select(face.id).where(face.content_id.in_(some))).scalars()
    ]


def words_of_shots(connection: Connection) -> tuple[set[int], set[int]]:
    """The labels of photos that followed each other: those that find a face, and those that find none.

    Looked for in each photo of the shot that has a path; of shots of which none has one nothing is told.
    """
    known = shots(connection)
    if not known.all:
        return set(), set()
    found: set[int] = set()
    lost: set[int] = set()
    boxes = _boxes(connection, known.names)
    for name, said in words(connection, boxes, known).items():
        for place, word in placed(said, boxes[name]):
            (lost if place is None else found).add(word.label_id)
    return found, lost - found


def _boxes(connection: Connection, names: Iterable[str]) -> dict[str, list[Box]]:
    """The faces of each of these photos that has a path."""
    face, content, path = schema.face.c, schema.content.c, schema.path.c
    found: dict[str, list[Box]] = {}
    somewhere = select(path.id).where(path.content_id == content.id).exists()
    columns = select(content.hash, *(face[side] for side in _SIDES))
    rows = columns.join_from(schema.content, schema.face, isouter=True).where(somewhere)
    for some in chunked(sorted(names)):
        for name, *sides in connection.execute(rows.where(content.hash.in_(some)).order_by(content.id, face.number)):
            found.setdefault(name, []).extend([Box(*sides)] if sides[0] is not None else [])
    return found

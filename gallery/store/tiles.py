"""What a wall of photos needs to know of each, and no more: a page asks for hundreds at a time."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.emotions import EMOTIONS
from gallery.search.conditions import is_counted, shown_emotion
from gallery.search.gate import Gate
from gallery.store.picks import words_on


@dataclass(frozen=True, slots=True)
class Tile:
    """A photo on a wall: `hash` is of the bytes of the file that is shown, `name` is its name without the folder.

    `colour` is its mean, a byte each for red, green and blue, None where nobody looked yet. `emotions` counts the faces
    that are shown as something, by emotion; `faces` are all that count. `word` is "pick" or "reject", where a person
    said so. `failed`: a file of it couldn't be read when it was last looked at.
    """

    id: int
    hash: str
    width: int
    height: int
    taken_at: datetime | None
    colour: int | None
    name: str
    emotions: dict[str, int]
    faces: int
    word: str | None
    failed: bool


_NO_FILE: Final = ("", None)


def tiles(connection: Connection, content_ids: Sequence[int], gate: Gate) -> list[Tile | None]:
    """The photos in the order of the numbers; None for one that isn't there any more."""
    found: dict[int, Tile] = {}
    for chunk in chunked(content_ids):
        found |= _tiles(connection, chunk, gate)
    return [found.get(number) for number in content_ids]


def names_of(connection: Connection, content_ids: Sequence[int]) -> dict[int, str]:
    """The names of their files; of several the first by path, one that exists before one that doesn't."""
    return {number: name for number, (name, _) in _shown_files(connection, content_ids).items()}


def _shown_files(connection: Connection, content_ids: Sequence[int]) -> dict[int, tuple[str, str | None]]:
    """The names of their files, chosen so, and the hashes of their bytes; None: those the photo was seen in first."""
    path, version = schema.path.c, schema.version.c
    joined = select(path.content_id, path.missing_since.is_not(None), func.hex(path.path), version.hash)
    chosen = joined.outerjoin_from(schema.path, schema.version, version.id == path.version_id)
    rows = _rows(connection, chosen.where(path.content_id.in_(content_ids)))
    # The first comes last, and stays.
    last_first = sorted(rows, key=itemgetter(1, 2), reverse=True)
    return {number: (_name(file), digest) for number, _, file, digest in last_first}


def _name(path: str) -> str:
    """Of a path in hexadecimal digits."""
    return os.path.basename(os.fsdecode(bytes.fromhex(path)))  # noqa: PTH119


def _tiles(connection: Connection, content_ids: Sequence[int], gate: Gate) -> dict[int, Tile]:
    content = schema.content.c
    columns = (content.id, content.hash, content.width, content.height, content.taken_at, content.colour)
    rows = _rows(connection, select(*columns).where(content.id.in_(content_ids)))
    files, failed = _shown_files(connection, content_ids), _failed(connection, content_ids)
    words = words_on(connection, content_ids)
    emotions = _emotions(connection, content_ids, gate)
    return {
        number: Tile(
            number,
            files.get(number, _NO_FILE)[1] or digest,
            width,
            height,
            None if taken_at is None else datetime.fromisoformat(taken_at),
            colour,
            name=files.get(number, _NO_FILE)[0],
            emotions={emotion: count for emotion, count in emotions[number].items() if emotion in EMOTIONS},
            faces=sum(emotions[number].values()),
            word=words.get(number),
            failed=number in failed,
        )
        for number, digest, width, height, taken_at, colour in rows
    }


def _rows(connection: Connection, statement: Select[Any]) -> list[Any]:
    """What the statement gives, read as one text.

    For each row Python's lock is let go and taken again: with several threads at work most of the time goes into that.
    """
    row = statement.subquery().c
    text = connection.execute(select(func.json_group_array(func.json_array(*row)))).scalar_one()
    rows: list[Any] = json.loads(text)
    return rows


def _failed(connection: Connection, content_ids: Sequence[int]) -> set[int]:
    path, failure = schema.path.c, schema.failure.c
    joined = select(path.content_id).join_from(schema.path, schema.failure, path.path == failure.path)
    return set(connection.execute(joined.where(path.content_id.in_(content_ids))).scalars())


def _emotions(connection: Connection, content_ids: Sequence[int], gate: Gate) -> defaultdict[int, dict[str, int]]:
    face = schema.face.c
    shown = shown_emotion(face, gate)
    counts = select(face.content_id, shown, func.count()).group_by(face.content_id, shown)
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for number, emotion, count in _rows(
        connection, counts.where(face.content_id.in_(content_ids), *is_counted(face, gate))
    ):
        found[number][emotion] = count
    return found

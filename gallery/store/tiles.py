"""What a wall of photos needs to know of each, and no more: a page asks for hundreds at a time."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, select

from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.search.conditions import is_counted, shown_emotion
from gallery.search.gate import Gate


@dataclass(frozen=True, slots=True)
class Tile:
    """A photo on a wall: `hash` is of the bytes of the file that is shown, `name` is its name without the folder.

    `colour` is its mean, a byte each for red, green and blue, None where nobody looked yet. `emotions` counts the faces
    that are shown as something, by emotion; `faces` are all that count. `word` is "pick" or "reject", where a person
    said so. `failed`: a file of it couldn't be read when it was last looked at. `turn` is how a person turned it, of
    which width and height know nothing.
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
    turn: int = 1


_Rows = list[Any]
_NO_FILE: Final = ("", None)


def tiles(connection: Connection, content_ids: Sequence[int], gate: Gate) -> list[Tile | None]:
    """The photos in the order of the numbers; None for one that isn't there any more."""
    statement = _of_tiles(gate.confidence, tuple(gate.shown_from.items()))
    contents, paths, failed, words, turned, faces = _read(connection, statement, content_ids)
    files, broken = _shown_files(paths), {number for (number,) in failed}
    said, turns = dict(words), dict(turned)
    emotions = _by_photo(faces)
    found = {
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
            word=said.get(number),
            failed=number in broken,
            turn=turns.get(number, 1),
        )
        for number, digest, width, height, taken_at, colour in contents
    }
    return [found.get(number) for number in content_ids]


def names_of(connection: Connection, content_ids: Sequence[int]) -> dict[int, str]:
    """The names of their files; of several the first by path, one that exists before one that doesn't."""
    [paths] = _read(connection, _together(_paths()), content_ids)
    return {number: name for number, (name, _) in _shown_files(paths).items()}


def _read(connection: Connection, statement: Select[Any], content_ids: Sequence[int]) -> list[_Rows]:
    texts = connection.execute(statement, {"numbers": json.dumps(list(content_ids))}).one()
    return [json.loads(text) for text in texts]


@lru_cache(maxsize=16)
def _of_tiles(confidence: float, shown_from: tuple[tuple[str, float], ...]) -> Select[Any]:
    """The statement for a gate: to put it together takes as long as to run it."""
    gate = Gate(confidence, dict(shown_from), dict(shown_from))
    return _together(_contents(), _paths(), _failed(), _words(), _turned(), _faces(gate))


def _together(*statements: Select[Any]) -> Select[Any]:
    """One row that has the rows of each statement as a text.

    For each row Python's lock is let go and taken again: with several threads at work most of the time goes into that.
    """
    parts = [one.subquery().c for one in statements]
    return select(*(select(func.json_group_array(func.json_array(*part))).scalar_subquery() for part in parts))


def _wanted() -> Select[Any]:
    return select(func.json_each(bindparam("numbers")).table_valued("value").c.value)


def _contents() -> Select[Any]:
    content = schema.content.c
    columns = (content.id, content.hash, content.width, content.height, content.taken_at, content.colour)
    return select(*columns).where(content.id.in_(_wanted()))


def _paths() -> Select[Any]:
    path, version = schema.path.c, schema.version.c
    joined = select(path.content_id, path.missing_since.is_not(None), func.hex(path.path), version.hash)
    with_hash = joined.outerjoin_from(schema.path, schema.version, version.id == path.version_id)
    return with_hash.where(path.content_id.in_(_wanted()))


def _failed() -> Select[Any]:
    path, failure = schema.path.c, schema.failure.c
    joined = select(path.content_id).join_from(schema.path, schema.failure, path.path == failure.path)
    return joined.where(path.content_id.in_(_wanted()))


def _words() -> Select[Any]:
    pick = schema.pick.c
    said = select(pick.content_id, pick.word).where(pick.content_id.in_(_wanted()))
    return said.order_by(pick.said_at, pick.id)


def _turned() -> Select[Any]:
    turned = schema.turned.c
    said = select(turned.content_id, turned.turn).where(turned.content_id.in_(_wanted()))
    return said.order_by(turned.said_at, turned.id)


def _faces(gate: Gate) -> Select[Any]:
    face = schema.face.c
    shown = shown_emotion(face, gate)
    counts = select(face.content_id, shown, func.count()).group_by(face.content_id, shown)
    return counts.where(face.content_id.in_(_wanted()), *is_counted(face, gate))


def _shown_files(paths: _Rows) -> dict[int, tuple[str, str | None]]:
    """The names of the files, chosen so, and the hashes of their bytes; None: those the photo was seen in first."""
    # The first comes last, and stays.
    last_first = sorted(paths, key=itemgetter(1, 2), reverse=True)
    return {number: (_name(file), digest) for number, _, file, digest in last_first}


def _name(path: str) -> str:
    """Of a path in hexadecimal digits."""
    return os.path.basename(os.fsdecode(bytes.fromhex(path)))  # noqa: PTH119


def _by_photo(faces: _Rows) -> defaultdict[int, dict[str, int]]:
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for number, emotion, count in faces:
        found[number][emotion] = count
    return found

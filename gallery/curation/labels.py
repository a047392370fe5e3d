"""What a person says of faces: their emotion, or that something is none.

What is said is kept beside the content of the photo and the box of the face, apart from what detectors and models say:
see `gallery.store.shown` for how it finds its face again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from gallery.curation.history import Recorder, recorded
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.emotions import EMOTIONS
from gallery.errors import NotIndexedError, UsageError
from gallery.query.query import Query
from gallery.search.faces import matched_faces
from gallery.settings import Settings
from gallery.store import photo_rows
from gallery.store.shown import labels_on
from gallery.store.store import Store
from gallery.store.words import words
from gallery.system.paths import absolute

_FACE: Final = re.compile(r"(?P<id>[0-9]{1,18})|(?P<photo>.+)#(?P<number>[0-9]{1,6})", re.DOTALL)
_SIDES: Final = ("left", "top", "right", "bottom")


@dataclass(frozen=True, slots=True)
class NamedFace:
    """A face and how people name it: by the photo at `path` and its `number` there, see `gallery.store.numbering`."""

    id: int
    path: str
    number: int
    emotion: str
    replaced: bool = False
    """At `path` lies another photo now: PHOTO#2 would be a face of that one, so this face goes by its id."""

    def __str__(self) -> str:
        return str(self.id) if self.replaced else f"{self.path}#{self.number}"


def names_face(text: str) -> bool:
    """Whether the text names a face: its id, or PHOTO#2 for face 2 of a photo."""
    return _FACE.fullmatch(text) is not None


def faces_named(store: Store, names: Iterable[str]) -> list[int]:
    """The ids of the faces named, each once, whether they count or not.

    Raises UsageError or NotIndexedError for one that isn't there.
    """
    return list(dict.fromkeys(_find(store, name) for name in names))


def faces_meant(store: Store, query: Query, settings: Settings | None = None) -> list[NamedFace]:
    """The faces that a query is about, as `gallery.search.faces` tells, in photos that match."""
    found = store.search(query, settings=settings)
    with store.read() as connection:
        meant = matched_faces(connection, query, settings or Settings())
    return [
        NamedFace(face.id, photo.path, face.number, face.emotion, photo.replaced)
        for photo in found
        for face in photo.faces
        if face.id in meant
    ]


def label_faces(store: Store, face_ids: Collection[int], emotion: str) -> int:
    """Says that these faces show an emotion, one of EMOTIONS; how many they are. One action of the history.

    Raises NotIndexedError for a face that isn't there; nothing is said then.
    """
    if emotion not in EMOTIONS:
        raise UsageError(f"emotion is {emotion!r}; allowed: {', '.join(EMOTIONS)}")
    return _say(store, face_ids, f"labelled {emotion}", kind="emotion", emotion=emotion)


def reject_faces(store: Store, face_ids: Collection[int]) -> int:
    """Says that these are no faces; otherwise as `label_faces`."""
    return _say(store, face_ids, "rejected", kind="not_face", emotion=None)


def clear_labels(store: Store, face_ids: Collection[int]) -> int:
    """Forgets all that was said of these faces, so that the model's word is shown again; how many words that were."""
    with recorded(store, "") as recorder:
        faces = [row.id for row in _rows(recorder, face_ids)]
        labels = labels_on(recorder.connection, faces)
        for chunk in chunked(labels):
            recorder.delete(schema.label, schema.label.c.id.in_(chunk))
        recorder.summary = f"what was said of {_counted(len(faces))} forgotten"
        return len(labels)


def _find(store: Store, name: str) -> int:
    found = _FACE.fullmatch(name)
    if found is None:
        raise UsageError(f"{name!r} names no face; give PHOTO#2 for face 2 of a photo, or the id of a face")
    if found["id"]:
        store.crop(int(found["id"]))  # raises for a face that isn't there
        return int(found["id"])
    there = _ids_by_number(store, found["photo"])
    number = int(found["number"])
    if number not in there:
        faces = f"its faces are {', '.join(map(str, there))}" if there else "none was found in it"
        raise UsageError(f"{name}: the photo has no face {number}; {faces}; `gallery why` shows them")
    return there[number]


def _ids_by_number(store: Store, path: str) -> dict[int, int]:
    """All faces of a photo, those that don't count as well: a person's word may be that they do."""
    face = schema.face.c
    with store.read() as connection:
        photo = photo_rows.number_at(connection, absolute(path))
        faces = select(face.number, face.id).where(face.content_id == photo)
        return dict(connection.execute(faces.order_by(face.number)).all())


def _say(store: Store, face_ids: Collection[int], what: str, *, kind: str, emotion: str | None) -> int:
    with recorded(store, f"{_counted(len(set(face_ids)))} {what}") as recorder:
        faces = _rows(recorder, face_ids)
        said_at = after_all_said(recorder.connection, {face.content_id for face in faces})
        said = {"kind": kind, "emotion": emotion, "said_at": said_at}
        recorder.insert(schema.label, [{**_placed(face), **said} for face in faces])
        return len(faces)


def after_all_said(connection: Connection, content_ids: Collection[int]) -> datetime:
    """Now, or just after all that was said of these shots: by a clock that was wrong, or on another computer."""
    content = schema.content.c
    latest = [datetime.now(UTC)]
    for chunk in chunked(sorted(content_ids)):
        hashes = connection.execute(select(content.hash).where(content.id.in_(chunk))).scalars().all()
        said = words(connection, set(hashes))
        latest += [word.said_at + timedelta(microseconds=1) for some in said.values() for word in some]
    return max(latest)


def _rows(recorder: Recorder, face_ids: Collection[int]) -> list[Row[Any]]:
    face, content = schema.face.c, schema.content.c
    columns = select(face.id, content.hash, face.content_id, *(face[side] for side in _SIDES))
    found: list[Row[Any]] = []
    for chunk in chunked(sorted(set(face_ids))):
        chosen = columns.join_from(schema.face, schema.content).where(face.id.in_(chunk)).order_by(face.id)
        found += recorder.connection.execute(chosen)
    missing = set(face_ids) - {row.id for row in found}
    if missing:
        raise NotIndexedError(
            f"face {min(missing)}", "isn't in the database; `gallery show PHOTO` names those that are"
        )
    return found


def _placed(face: Row[Any]) -> dict[str, Any]:
    return {"hash": face.hash, "content_id": face.content_id, **{side: face._mapping[side] for side in _SIDES}}


def _counted(count: int) -> str:
    return "1 face" if count == 1 else f"{count} faces"

"""Faces that a person draws, because no detector found them, with what they show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from gallery.curation.history import Recorder, recorded
from gallery.curation.labels import after_all_said
from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.errors import NotIndexedError, UsageError
from gallery.faces import Box
from gallery.indexing.drawn_faces import drawn_crop
from gallery.settings import Settings
from gallery.store import photo_rows
from gallery.store.drawn import DrawnFace, face_at, make_face
from gallery.store.store import Store
from gallery.store.thumbnail_rows import Pictured, pictured
from gallery.system.paths import AnyPath, absolute

SMALLEST: Final = 8.0
"""Pixels of the smaller side of a face: with fewer nobody sees what it shows."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The number of the face that was drawn, as in PHOTO#2; `is_new` unless it was there already."""

    number: int
    is_new: bool


def draw_face(store: Store, path: AnyPath, box: Box, emotion: str, settings: Settings | None = None) -> Drawn:
    """Says that there is a face in this box of the photo in this file, and what it shows. One action of the history.

    The box is in pixels of the upright picture at full size; what lies beyond its edges is cut off. Where a face is
    there already, it is that one which is meant. The face stays whatever is found in the photo later. Raises UsageError
    for a box that can't be one, NotIndexedError, and ImageError where no file of the photo can be read.
    """
    with store.read() as connection:
        number = photo_rows.number_at(connection, absolute(path))
        digest = connection.execute(select(schema.content.c.hash).where(schema.content.c.id == number)).scalar_one()
    return draw_face_on(store, digest, box, emotion, settings)


def draw_face_on(store: Store, digest: str, box: Box, emotion: str, settings: Settings | None = None) -> Drawn:
    """The same on the photo with this hash."""
    if emotion not in EMOTIONS:
        raise UsageError(f"emotion is {emotion!r}; allowed: {', '.join(EMOTIONS)}")
    photo = pictured(store, digest)
    if photo is None:
        raise NotIndexedError("photo", "isn't in the database; it may have been forgotten meanwhile")
    drawn = DrawnFace(photo.content_id, digest, _checked(box, photo))
    # Before the database is locked: reading a photo takes its time.
    crop = drawn_crop(photo, drawn.box, settings or Settings())
    with recorded(store, f"1 face drawn, {emotion}") as recorder:
        return _say(recorder, drawn, emotion, crop)


def _checked(box: Box, photo: Pictured) -> Box:
    sides = (box.left, box.top, box.right, box.bottom)
    if not all(map(math.isfinite, sides)):
        raise UsageError("a box is four numbers in pixels: left, top, right, bottom")
    within = box.clipped(photo.width, photo.height)
    if min(within.width, within.height) < SMALLEST:
        size = f"the photo is {photo.width} x {photo.height}"
        raise UsageError(f"the box {box} is no face: it has less than {SMALLEST:g} pixels of the photo; {size}")
    return within


def _say(recorder: Recorder, face: DrawnFace, emotion: str, crop: bytes) -> Drawn:
    connection = recorder.connection
    here = {"hash": face.hash, "content_id": face.content_id}
    sides = {side: getattr(face.box, side) for side in ("left", "top", "right", "bottom")}
    said_at = after_all_said(connection, [face.content_id])
    recorder.insert(schema.drawn_face, [{**here, **sides, "said_at": said_at}])
    recorder.insert(schema.label, [{**here, **sides, "kind": "emotion", "emotion": emotion, "said_at": said_at}])
    number = face_at(connection, face.content_id, face.box)
    if number is not None:
        return Drawn(number, is_new=False)
    return Drawn(make_face(connection, face, crop), is_new=True)

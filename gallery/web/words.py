"""What a person says on the page: an emotion, "no face", "right as it is"; all of it undone."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any, Final, Literal

import msgspec
from sqlalchemy import select

from gallery.curation.history import list_actions, undo
from gallery.curation.labels import label_faces, reject_faces
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.emotions import EMOTIONS
from gallery.web.answers import NotFoundError, RefusedError
from gallery.web.asked import Asked, BadRequestError
from gallery.web.site import Site

MOST_FACES: Final = 5000

Id = Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class FaceName(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A face: the id of its photo, and its number there."""

    photo: Id
    number: Id


class LabelBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /api/labels`. `right`: each as the model says."""

    faces: list[FaceName]
    emotion: Literal["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "not_face", "right"]


class UndoBody(msgspec.Struct, forbid_unknown_fields=True):
    """`POST /api/undo`. `action`: only if that is still what was done last."""

    action: Id | None = None


def say(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/labels`."""
    body = asked.body(LabelBody)
    if not 1 <= len(body.faces) <= MOST_FACES:
        raise BadRequestError(f"{len(body.faces)} faces; allowed: 1 to {MOST_FACES}", "faces")
    with site.writing() as store:
        faces = _faces(site, body.faces)
        count = len(faces)
        if body.emotion == "not_face":
            reject_faces(store, list(faces))
            done = f"{_counted(count)}: no face"
        elif body.emotion == "right":
            done = _confirm(site, faces)
        else:
            label_faces(store, list(faces), body.emotion)
            done = f"{_counted(count)}: {body.emotion}"
        return {"done": done, "undo": _last(site)}


def take_back(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/undo`."""
    body = asked.body(UndoBody)
    with site.writing() as store:
        if body.action is not None and _last(site) != body.action:
            raise RefusedError("something else was done since; `gallery undo` takes back one after the other")
        action = undo(store)
    if action is None:
        raise NotFoundError("there is nothing to take back")
    return {"done": f"taken back: {action.summary}", "undo": _last(site)}


def _confirm(site: Site, faces: dict[int, str | None]) -> str:
    """Says of each face what the model says; one action for each emotion."""
    by_emotion: defaultdict[str, list[int]] = defaultdict(list)
    for face, emotion in faces.items():
        if emotion is None:
            raise BadRequestError("no model has read that face yet; say which emotion it shows", "faces")
        by_emotion[emotion].append(face)
    for emotion in EMOTIONS:
        if by_emotion[emotion]:
            label_faces(site.store, by_emotion[emotion], emotion)
    return f"{_counted(len(faces))}: right"


def _faces(site: Site, names: list[FaceName]) -> dict[int, str | None]:
    """The ids of these faces, and what the model takes each for. Raises NotFoundError for one that isn't there."""
    face = schema.face.c
    wanted = {(name.photo, name.number) for name in names}
    columns = select(face.content_id, face.number, face.id, face.emotion)
    found: dict[tuple[int, int], tuple[int, str | None]] = {}
    with site.store.read() as connection:
        for photos in chunked(sorted({photo for photo, _ in wanted})):
            for photo, number, face_id, emotion in connection.execute(columns.where(face.content_id.in_(photos))):
                found[photo, number] = (face_id, emotion)
    if missing := wanted - found.keys():
        raise NotFoundError(f"photo {min(missing)[0]} has no face {min(missing)[1]}")
    return dict(found[name] for name in wanted)


def _last(site: Site) -> int | None:
    actions = list_actions(site.store, limit=1)
    return actions[0].id if actions else None


def _counted(count: int) -> str:
    return "1 face" if count == 1 else f"{count} faces"

"""What a person says on the page: of faces, of photos, and that it is to be taken back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, func, select

from gallery.curation.confirming import confirm_faces
from gallery.curation.drawing import draw_face_on
from gallery.curation.history import list_actions, undo
from gallery.curation.labels import label_faces, reject_faces
from gallery.curation.picks import say_of_photos
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.search.faces import matched_faces
from gallery.web.answers import NotFoundError, RefusedError
from gallery.web.asked import Asked, BadRequestError
from gallery.web.site import Site
from gallery.web.turned import as_stored
from gallery.web.which import Id, ids_of, query_of

MOST_FACES: Final = 100_000

Emotion = Literal["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]


class FaceName(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A face: the id of its photo, and its number there."""

    photo: Id
    number: Id


class LabelBody(msgspec.Struct, forbid_unknown_fields=True):
    """Of which faces what is said: `right`, each is what it is shown as. `preview`: only tell how many are meant.

    Faces by name; or those that a query is about, or all of these photos, as `gallery label` has it.
    """

    emotion: Literal[Emotion, "not_face", "right"]
    faces: list[FaceName] | None = None
    photos: list[Id] | None = None
    query: str | None = None
    preview: bool = False


class FaceBody(msgspec.Struct, forbid_unknown_fields=True):
    """A face that was missed: left, top, right and bottom in pixels of the photo as it is shown, and what it shows."""

    photo: Id
    box: tuple[float, float, float, float]
    emotion: Emotion


class PickBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which photos are picked or rejected, or neither any more."""

    word: Literal["pick", "reject", "none"]
    photos: list[Id] | None = None
    query: str | None = None


class UndoBody(msgspec.Struct, forbid_unknown_fields=True):
    """`action`: only if that is still what was done last."""

    action: Id | None = None


def say(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/labels`."""
    body = asked.body(LabelBody)
    with site.writing() as store:
        faces = _meant(site, body)
        if body.preview:
            return _preview(site, faces)
        if not 1 <= len(faces) <= MOST_FACES:
            raise BadRequestError(f"{len(faces)} faces are meant; allowed: 1 to {MOST_FACES}", "faces")
        match body.emotion:
            case "not_face":
                reject_faces(store, faces)
            case "right":
                confirm_faces(store, faces)
            case emotion:
                label_faces(store, faces, emotion)
        said = "no face" if body.emotion == "not_face" else body.emotion
        return done(site, f"{_counted(len(faces), 'face')}: {said}")


def draw(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/faces`."""
    body = asked.body(FaceBody)
    with site.writing() as store:
        with store.read() as connection:
            content = schema.content.c
            digest = connection.execute(select(content.hash).where(content.id == body.photo)).scalar()
        if digest is None:
            raise NotFoundError("no such photo")
        drawn = draw_face_on(store, digest, as_stored(site, body.photo, body.box), body.emotion, site.settings)
        told = done(site, f"face {drawn.number}: {body.emotion}")
    return {**told, "number": drawn.number}


def pick(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/picks`."""
    body = asked.body(PickBody)
    word = None if body.word == "none" else body.word
    with site.writing() as store:
        photos = ids_of(site, body.photos, body.query)
        say_of_photos(store, photos, word)
        said = {"pick": "picked", "reject": "rejected", "none": "neither picked nor rejected"}[body.word]
        return done(site, f"{_counted(len(photos), 'photo')}: {said}")


def take_back(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/undo`."""
    body = asked.body(UndoBody)
    with site.writing() as store:
        if body.action is not None and last_action(site) != body.action:
            raise RefusedError("something else was done since; it must be taken back first")
        action = undo(store)
        if action is None:
            raise NotFoundError("there is nothing to take back")
        return done(site, f"taken back: {action.summary}")


def last_action(site: Site) -> int | None:
    """The id of what was done last, which undo takes back."""
    actions = list_actions(site.store, limit=1)
    return actions[0].id if actions else None


def done(site: Site, what: str) -> dict[str, Any]:
    """What was done, for people, and the action that undo takes back."""
    return {"done": what, "undo": last_action(site)}


def _meant(site: Site, body: LabelBody) -> Collection[int]:
    """The ids of the faces."""
    with site.store.read() as connection:
        if body.faces is not None:
            if body.photos is not None or body.query is not None:
                raise BadRequestError("either `faces`, or the photos that they are in", "faces")
            return _named(connection, body.faces)
        return matched_faces(connection, query_of(site, body.photos, body.query), site.settings)


def _named(connection: Connection, names: list[FaceName]) -> list[int]:
    """Raises NotFoundError for one that isn't there."""
    face = schema.face.c
    wanted = {(name.photo, name.number) for name in names}
    columns = select(face.content_id, face.number, face.id)
    found: dict[tuple[int, int], int] = {}
    for photos in chunked(sorted({photo for photo, _ in wanted})):
        for photo, number, face_id in connection.execute(columns.where(face.content_id.in_(photos))):
            found[photo, number] = face_id
    if missing := wanted - found.keys():
        raise NotFoundError(f"photo {min(missing)[0]} has no face {min(missing)[1]}")
    return [found[name] for name in wanted]


def _preview(site: Site, faces: Collection[int]) -> dict[str, Any]:
    face = schema.face.c
    photos = select(func.distinct(face.content_id))
    with site.store.read() as connection:
        found = {
            number
            for some in chunked(sorted(faces))
            for number in connection.execute(photos.where(face.id.in_(some))).scalars()
        }
    return {"faces": len(faces), "photos": len(found)}


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")

"""The faces that are to be looked through next: those that teach most first, few of one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, or_, select

from gallery.curation.doubt import DoubtfulFace, doubtful_faces
from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.emotions import EMOTIONS
from gallery.records import rounded_down
from gallery.search.conditions import is_counted
from gallery.store.tiles import names_of
from gallery.web.asked import Asked
from gallery.web.site import Site

MOST: Final = 300
_POOL: Final = 2000
"""Faces of which it is known that they are the most doubtful: some are said, and of one moment only few are shown."""
_UNSURE: Final = 0.6
"""Faces whose likeliest emotion has less than this are left to be looked through."""
_OF_ONE_PHOTO, _OF_ONE_MOMENT = 2, 3
_START, _MOMENT = datetime(1970, 1, 1), timedelta(seconds=10)
_ANY: Final = "any"


def review(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/review?limit=&emotion=`."""
    limit, emotion = asked.number("limit", 60, most=MOST), asked.choice("emotion", (_ANY, *EMOTIONS))
    likeliest = None if emotion == _ANY else emotion
    if site.is_guest:
        return {"left": 0, "faces": []}
    left = left_to_review(site, likeliest)
    found = _chosen(site, _pool(site, likeliest), limit)
    if len(found) < limit <= left:
        # Most of them have been said.
        site.forget("doubt", emotion)
        found = _chosen(site, _pool(site, likeliest), limit)
    return {"left": max(left, len(found)), "faces": found}


def left_to_review(site: Site, likeliest: str | None = None) -> int:
    """Of how many faces the model isn't sure, and nobody has said anything: as it was lately."""
    return site.lately("left", likeliest or _ANY, make=lambda: _left(site, likeliest))


def _pool(site: Site, likeliest: str | None) -> list[DoubtfulFace]:
    def look() -> list[DoubtfulFace]:
        return doubtful_faces(site.reader, site.query(""), site.settings, _POOL, likeliest=likeliest)

    return site.lately("doubt", likeliest or _ANY, make=look)


def _left(site: Site, likeliest: str | None) -> int:
    face = schema.face.c
    unsure = select(func.count()).where(face.score < _UNSURE, _unspoken(), *is_counted(face, site.gate))
    if likeliest is not None:
        unsure = unsure.where(face.emotion == likeliest)
    with site.reading() as connection:
        return int(connection.execute(unsure).scalar_one())


def _unspoken() -> ColumnElement[bool]:
    source = schema.face.c.source
    return or_(source.is_(None), source != "person")


def _chosen(site: Site, pool: Sequence[DoubtfulFace], limit: int) -> list[dict[str, Any]]:
    with site.reading() as connection:
        few = list(islice(_of_many_moments(connection, site, pool), limit))
        names = names_of(connection, [photo.content_id for _, photo in few])
    return [_answer(face, photo, names) for face, photo in few]


def _of_many_moments(
    connection: Connection, site: Site, pool: Sequence[DoubtfulFace]
) -> Iterator[tuple[DoubtfulFace, Any]]:
    """Those to be shown, with their photos: few of one photo, and of one moment."""
    of_photo: Counter[int] = Counter()
    of_moment: Counter[int] = Counter()
    for some in chunked(pool):
        photos = _photos(connection, site, [face.id for face in some])
        for face in some:
            if (photo := photos.get(face.id)) is None:
                continue
            moment = (face.taken_at - _START) // _MOMENT if face.taken_at else -photo.content_id
            if of_photo[photo.content_id] < _OF_ONE_PHOTO and of_moment[moment] < _OF_ONE_MOMENT:
                of_photo[photo.content_id] += 1
                of_moment[moment] += 1
                yield face, photo


def _photos(connection: Connection, site: Site, face_ids: Sequence[int]) -> dict[int, Any]:
    """By the id of the face: its photo, as long as the model is unsure of it and nobody spoke of it, and it counts."""
    face, content = schema.face.c, schema.content.c
    columns = select(face.id, face.content_id, content.hash).join_from(schema.face, schema.content)
    asked = columns.where(face.id.in_(face_ids), face.score < _UNSURE, _unspoken(), *is_counted(face, site.gate))
    return {row.id: row for row in connection.execute(asked)}


def _answer(face: DoubtfulFace, photo: Any, names: dict[int, str]) -> dict[str, Any]:
    return {
        "face": face.id,
        "photo": photo.content_id,
        "hash": photo.hash,
        "number": face.number,
        "emotion": face.emotion,
        "score": rounded_down(face.score),
        "name": names.get(photo.content_id, ""),
        "taken_at": face.taken_at.isoformat() if face.taken_at else None,
    }

"""Answers about one photo: what `show --json` tells, and what a page needs to go on from there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from gallery.db import schema
from gallery.emotions import EMOTIONS
from gallery.images.as_turned import as_turned
from gallery.images.turns import turned_box, turned_size
from gallery.insight.reasons import FaceReasons, reasons_in
from gallery.records import PhotoRecord, rounded_down
from gallery.similar.bursts import Shot, bursts_among
from gallery.store import photo_rows
from gallery.web.answers import NotFoundError
from gallery.web.asked import Asked
from gallery.web.bursts import shots_of
from gallery.web.photos import ORDERS, color, withheld
from gallery.web.site import Site
from gallery.web.turned import picture_key

_AROUND: Final = timedelta(minutes=2)
"""No burst is longer; were it, the strip under a photo would have no room for it."""
_MOST_AROUND: Final = 200


def photo(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/photos/ID?query=&order=&version=`."""
    number = asked.number("id")
    site.check_seen([number])
    with site.reading() as connection:
        record = record_of(connection, site, number)
        reasons = reasons_in(connection, record, number, site.settings)
        row = connection.execute(select(schema.content).where(schema.content.c.id == number)).one()
        shown = as_turned(record)
        more = {
            "id": number,
            "hash": picture_key(record.hash, record.turn),
            "width": shown.width,
            "height": shown.height,
            "format": row.format,
            "color": color(row.colour),
            "camera": row.camera,
            "taken_source": row.taken_source,
            "place": None if row.latitude is None else [row.latitude, row.longitude],
            "missing": record.missing,
            "unwanted": record.unwanted,
            "albums": _albums(connection, site, number),
            "burst": None,
            "faces": [_face(face, record) for face in reasons.faces],
        }
        burst = _burst(connection, number)
    more["burst"] = _shots(site, burst)
    answer = {**record.as_json(), **more, **_neighbours(site, asked, number)}
    return {**withheld(answer), "place": None, "unwanted": None} if site.is_guest else answer


def rank(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/rank?query=&order=&id=&version=`."""
    number = asked.number("id")
    order, version = site.order(asked.text("query"), asked.choice("order", ORDERS), asked.text("version"))
    place = order.rank(number)
    if place is None:
        raise NotFoundError("that photo isn't among these")
    return {"rank": place, "day": order.day_of(place), "version": version}


def record_of(connection: Connection, site: Site, number: int) -> PhotoRecord:
    """The photo of this number. Raises NotFoundError."""
    content = schema.content.c
    if connection.execute(select(content.id).where(content.id == number)).first() is None:
        raise NotFoundError("no such photo")
    return photo_rows.records(connection, [number], site.gate)[0]


def _neighbours(site: Site, asked: Asked, number: int) -> dict[str, Any]:
    order, version = site.order(asked.text("query"), asked.choice("order", ORDERS), asked.text("version"))
    place = order.rank(number)
    if place is None:
        return {"rank": None, "previous": None, "next": None, "version": version}
    before, after = place - 1, place + 1
    return {
        "rank": place,
        "previous": int(order.numbers[before]) if before >= 0 else None,
        "next": int(order.numbers[after]) if after < len(order) else None,
        "version": version,
    }


def _face(face: FaceReasons, photo: PhotoRecord) -> dict[str, Any]:
    scores = face.models[0].scores if face.models else ()
    size = photo.width, photo.height
    box = turned_box(face.box, photo.turn, size, turned_size(size, photo.turn))
    return {
        "id": face.id,
        "number": face.number,
        "box": box.as_json(),
        "confidence": rounded_down(face.confidence),
        "emotion": face.shown,
        "score": rounded_down(max(scores, default=0.0)),
        "scores": {emotion: rounded_down(score) for emotion, score in zip(EMOTIONS, scores, strict=False)},
        "source": "person" if face.people else "model",
        "counts": face.counts,
        "rejected": face.rejected,
        "why": face.because,
    }


def _albums(connection: Connection, site: Site, number: int) -> list[dict[str, str]]:
    album, place = schema.album.c, schema.album_photo.c
    joined = select(album.uid, album.name).join_from(schema.album, schema.album_photo, place.album_id == album.id)
    rows = connection.execute(joined.where(place.content_id == number).order_by(album.key).distinct())
    return [{"id": row.uid, "name": row.name} for row in rows if site.access.scope.shows_album(row.name)]


def _shots(site: Site, burst: Sequence[Shot]) -> dict[str, Any] | None:
    """The shots of a burst that may be seen; None where that is one alone, or none."""
    seen = set(site.seen([shot.content_id for shot in burst]))
    shots = [shot for shot in burst if shot.content_id in seen]
    return {"photos": shots_of(site, shots)} if len(shots) > 1 else None


def _burst(connection: Connection, number: int) -> list[Shot]:
    """The shots of the burst that the photo is of, in the order of time; none where it stands alone."""
    content = schema.content.c
    columns = (content.id, content.taken_at, content.taken_source == "exif", content.look)
    known = select(*columns).where(content.look.is_not(None))
    row = connection.execute(known.where(content.id == number, content.taken_at.is_not(None))).first()
    if row is None:
        return []
    since, until = row.taken_at - _AROUND, row.taken_at + _AROUND
    near = known.where(content.taken_at.between(since, until)).order_by(content.taken_at).limit(_MOST_AROUND)
    shots = [Shot(one, taken_at, bool(by_clock), look) for one, taken_at, by_clock, look in connection.execute(near)]
    found = (burst for burst in bursts_among(shots) if number in (shot.content_id for shot in burst))
    return next(found, [])

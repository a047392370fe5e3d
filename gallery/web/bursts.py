"""Answers about photos that are alike: bursts with the best shot and why, and duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import dist
from typing import Any, Final

from gallery.db.keyed import contents_with
from gallery.faces import Box
from gallery.images.as_turned import as_turned
from gallery.images.turns import turned_box, turned_size
from gallery.records import PhotoRecord
from gallery.similar.best import RankedBurst, rank_bursts
from gallery.similar.bursts import Shot, find_bursts
from gallery.similar.duplicates import DuplicateGroup, exact_duplicates, near_duplicates
from gallery.store.turned import turns_said
from gallery.web.asked import Asked
from gallery.web.site import Site
from gallery.web.turned import picture_key

MOST: Final = 50
MOST_DUPLICATES: Final = 500
_MANY: Final = 200_000
"""Photos among which it takes too long to look for those that are alike; what is the same is found at once."""


def bursts(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/bursts?query=&offset=&limit=`."""
    offset, limit = asked.number("offset", 0), asked.number("limit", 20, most=MOST)
    found = all_bursts(site, asked.text("query"))
    wanted = found[offset : offset + limit]
    return {"total": len(found), "bursts": [{"photos": shots_of(site, burst)} for burst in wanted]}


def all_bursts(site: Site, text: str) -> list[list[Shot]]:
    """Those among the photos of a query, newest first."""
    query = site.query(text)

    def look() -> list[list[Shot]]:
        return find_bursts(site.reader, query, site.settings)[::-1]

    return site.lately("bursts", text, make=look)


def shots_of(site: Site, burst: Sequence[Shot]) -> list[dict[str, Any]]:
    """The shots of a burst in the order of time, the best of them marked, each with what speaks for it."""
    numbers = [shot.content_id for shot in burst]

    def rank() -> list[dict[str, Any]]:
        [ranked] = rank_bursts(site.reader, [burst], site.settings)
        return list(_shots(site, numbers, ranked))

    return site.lately("shots", *map(str, numbers), make=rank)


def duplicates(site: Site, _: Asked) -> dict[str, Any]:
    """`GET /api/duplicates`."""
    if site.is_guest:
        return {"total": 0, "groups": []}
    groups = site.lately("duplicates", make=lambda: _duplicates(site))
    few = groups[:MOST_DUPLICATES]
    with site.reading() as connection:
        numbers = contents_with(connection, [photo.hash for group in few for photo in group.photos])
        turns = turns_said(connection, list(numbers.values()))
    return {"total": len(groups), "groups": [_group(group, numbers, turns) for group in few]}


def _shots(site: Site, numbers: Sequence[int], ranked: RankedBurst) -> Iterator[dict[str, Any]]:
    reasons = dict(zip((shot.photo.key for shot in ranked.shots), ranked.reasons, strict=True))
    by_hash = {shot.photo.key: shot for shot in ranked.shots}
    looked_at = _looked_at(ranked)
    with site.reading() as connection:
        ids = contents_with(connection, list(by_hash))
    by_id = {ids[digest]: shot for digest, shot in by_hash.items() if digest in ids}
    for number in numbers:
        if (shot := by_id.get(number)) is None:
            continue
        photo = as_turned(shot.photo)
        yield {
            "id": number,
            "hash": picture_key(photo.key, photo.turn),
            "width": photo.width,
            "height": photo.height,
            "taken_at": photo.capture.iso8601(),
            "box": _shown(face, shot.photo) if (face := _nearest(shot.photo, looked_at)) else None,
            "best": shot in ranked.winners,
            "word": shot.word,
            "reason": reasons[shot.photo.key],
        }


def _looked_at(burst: RankedBurst) -> tuple[float, float]:
    """Where the largest face of the best shot is, in shares of the picture's width and height."""
    best = [shot.photo for shot in (*burst.winners, *burst.shots) if shot.photo.faces]
    if not best:
        return 0.5, 0.5
    return _middle(best[0], max((face.box for face in best[0].faces), key=lambda box: box.area))


def _nearest(photo: PhotoRecord, place: tuple[float, float]) -> Box | None:
    """The face there, as the same person hardly moves from shot to shot; None without faces."""
    return min((face.box for face in photo.faces), key=lambda box: dist(_middle(photo, box), place), default=None)


def _shown(box: Box, photo: PhotoRecord) -> list[float]:
    """Where the box lies in the photo as it is shown."""
    size = photo.width, photo.height
    return turned_box(box, photo.turn, size, turned_size(size, photo.turn)).as_json()


def _middle(photo: PhotoRecord, box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2 / photo.width, (box.top + box.bottom) / 2 / photo.height


def _duplicates(site: Site) -> list[DuplicateGroup]:
    if site.reader.count(site.query(""), settings=site.settings) > _MANY:
        return exact_duplicates(site.reader, settings=site.settings)
    return near_duplicates(site.reader, settings=site.settings)


def _group(group: DuplicateGroup, numbers: dict[str, int], turns: dict[int, int]) -> dict[str, Any]:
    photos = [
        {
            "id": numbers.get(one.hash),
            "hash": picture_key(one.hash, turns.get(numbers.get(one.hash, 0), 1)),
            "paths": list(one.paths),
            "width": one.width,
            "height": one.height,
            "bytes": one.size,
            "bits": one.bits,
        }
        for one in group.photos
    ]
    return {"kind": "same" if len(photos) == 1 else "alike", "photos": photos}

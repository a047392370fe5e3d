"""The lines of a dump that tell which photos show one shot, and which of their faces are one; written and read here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from gallery.curation.dump_values import read_box, read_hash, read_moment, read_picture, shown
from gallery.db import schema
from gallery.faces import Box
from gallery.images.turns import TURNS, Size
from gallery.records import Picture
from gallery.store import shown as shown_faces
from gallery.store.homes import settle
from gallery.store.pictures import pictures_of
from gallery.store.succession import Shots, Succession, follow, names_of, shots
from gallery.store.words import faces_of_shots

FIELDS: Final = ("old", "new", "turn", "size", "new_size", "faces", "followed_at")
OPTIONAL: Final = ("picture", "new_picture")

_LONGEST_SIDE: Final = 1_000_000
_MOST_FACES: Final = 10_000


@dataclass(frozen=True, slots=True)
class ShotFact:
    """That one photo came into the place of another, showing the same shot; with their pictures, where known."""

    succession: Succession
    picture: Picture | None = None
    new_picture: Picture | None = None

    def pictures(self) -> dict[str, Picture]:
        """By hash."""
        both = ((self.succession.old, self.picture), (self.succession.new, self.new_picture))
        return {digest: picture for digest, picture in both if picture is not None}


def shot_facts(connection: Connection) -> Iterator[dict[str, Any]]:
    """Those of shots of which something was said."""
    known = shots(connection)
    spoken = set(names_of(connection, _spoken(connection)).values())
    told = [one for one in known.all if any(other in spoken for other in _shot(known, one.old))]
    pictures = pictures_of(connection, [name for one in told for name in (one.old, one.new)])
    for one in sorted(told, key=lambda one: (one.old, one.new)):
        yield _fact(one, pictures)


def _shot(known: Shots, name: str) -> Iterator[str]:
    yield name
    yield from (other.name for other in known.others(name))


def _spoken(connection: Connection) -> list[str]:
    covers = select(schema.album.c.cover_hash).where(schema.album.c.cover_hash.is_not(None))
    spoken = select(schema.label.c.hash).union(select(schema.album_photo.c.hash), covers)
    return list(connection.execute(spoken).scalars())


def _fact(one: Succession, pictures: dict[str, Picture]) -> dict[str, Any]:
    faces = [[_sides(before), _sides(after)] for before, after in one.faces]
    told: dict[str, Any] = {"fact": "succession", "old": one.old, "new": one.new, "turn": one.turn}
    told |= {"size": list(one.size), "new_size": list(one.new_size), "faces": faces}
    told["followed_at"] = one.followed_at.isoformat(timespec="microseconds")
    for field, name in (("picture", one.old), ("new_picture", one.new)):
        told |= {field: str(pictures[name])} if name in pictures else {}
    return told


def _sides(box: Box) -> list[float]:
    return [box.left, box.top, box.right, box.bottom]


def read_shot(given: dict[str, Any]) -> ShotFact:
    """Raises ValueError with a reason for people."""
    old, new, turn = read_hash(given, "old"), read_hash(given, "new"), given["turn"]
    if old == new:
        raise ValueError("old and new are one photo")
    if turn is not None and (type(turn) is not int or turn not in TURNS):
        raise ValueError(f"turn is {shown(turn)}; it is 1 to 8, or null")
    sizes = _size(given, "size"), _size(given, "new_size")
    succession = Succession(old, new, *sizes, turn, tuple(_faces(given["faces"])), read_moment(given, "followed_at"))
    return ShotFact(succession, read_picture(given, "picture"), read_picture(given, "new_picture"))


def _size(given: dict[str, Any], field: str) -> Size:
    value = given[field]
    if isinstance(value, list) and len(value) == 2:
        width, height = value
        if all(type(side) is int and 0 < side <= _LONGEST_SIDE for side in (width, height)):
            return width, height
    raise ValueError(f"{field} is {shown(value)}; it is width and height in pixels")


def _faces(value: object) -> Iterator[tuple[Box, Box]]:
    if not isinstance(value, list) or len(value) > _MOST_FACES:
        raise ValueError(f"faces is {shown(value)}; it is pairs of boxes")
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError(f"faces has {shown(pair)}; each is two boxes")
        before, after = (Box(*read_box(box)) for box in pair)
        yield before, after


def restore_shots(connection: Connection, facts: Iterable[ShotFact]) -> None:
    """Notes what isn't known yet; their pictures are known already, see `gallery.store.versions.expect`."""
    new = [fact.succession for fact in facts if follow(connection, fact.succession)]
    if new:
        shown_faces.refresh(connection, faces_of_shots(connection, [one.new for one in new]))
        settle(connection)

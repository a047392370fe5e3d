"""Photos that show one shot: one came into the place of the other, turned, cropped, retouched or compressed again.

Each is a photo of its own. `succession` tells which followed which, `same_face` which of their faces are one, so that
what a person said of a face in one is found in all of them: see `gallery.store.words`, and for albums
`gallery.store.homes`.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from gallery.db import schema
from gallery.db.keyed import chunked
from gallery.faces import Box
from gallery.images.turns import Size, both, turned_box, undone
from gallery.store.overlap import owner

_SIDES: Final = ("left", "top", "right", "bottom")
_KEPT: Final = (schema.succession, schema.same_face)

Move = Callable[[Box], Box | None]
"""Where a box of one picture lies in another; None where that isn't known."""


@dataclass(frozen=True, slots=True)
class Succession:
    """The photo `new` came into the place of `old`; each is told by the hash that names it.

    `turn` as in `gallery.images.turns` where the whole picture was turned, or left as it lay; else None, and `faces`
    has the boxes that show one face, in pixels of the old picture and of the new one, of the sizes given.
    """

    old: str
    new: str
    size: Size
    new_size: Size
    turn: int | None = None
    faces: tuple[tuple[Box, Box], ...] = ()
    followed_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def into_new(self, box: Box) -> Box | None:
        """Where a box of the old picture lies in the new one."""
        if self.turn is not None:
            return turned_box(box, self.turn, self.size, self.new_size)
        return _counterpart(box, self.faces)

    def into_old(self, box: Box) -> Box | None:
        """The other way round."""
        if self.turn is not None:
            return turned_box(box, undone(self.turn), self.new_size, self.size)
        return _counterpart(box, [(after, before) for before, after in self.faces])


def _counterpart(box: Box, pairs: Sequence[tuple[Box, Box]]) -> Box | None:
    place = owner(box, [first for first, _ in pairs])
    return None if place is None else pairs[place][1]


@dataclass(frozen=True, slots=True)
class Other:
    """A photo that shows the same shot as another one, which it came after, through all of several steps, or not."""

    name: str
    move: Move
    """From its picture into that of the other one."""
    is_later: bool
    turn: int | None = None
    """What makes its picture that of the other one, where that is all of it; else None."""


class Shots:
    """Who shows the same shot as whom."""

    def __init__(self, found: Iterable[Succession]) -> None:
        self.all = tuple(sorted(found, key=lambda one: (one.followed_at, one.old, one.new), reverse=True))
        self._after: defaultdict[str, list[Succession]] = defaultdict(list)
        self._before: defaultdict[str, list[Succession]] = defaultdict(list)
        for one in self.all:
            self._after[one.old].append(one)
            self._before[one.new].append(one)

    @property
    def names(self) -> set[str]:
        """Of all photos that have something to do with another."""
        return self._after.keys() | self._before.keys()

    def others(self, name: str) -> Iterator[Other]:
        """All other photos of the shot, the nearest first; of equally near ones those that came last."""
        later = self._later(name)
        seen, to_do = {name}, deque([Other(name, lambda box: box, True, 1)])
        while to_do:
            here = to_do.popleft()
            for one in (*self._after[here.name], *self._before[here.name]):
                forth = one.old == here.name
                name = one.new if forth else one.old
                if name not in seen:
                    seen.add(name)
                    move = _then(one.into_old if forth else one.into_new, here.move)
                    found = Other(name, move, name in later, _turns(one, here.turn, forth=forth))
                    to_do.append(found)
                    yield found

    def _later(self, name: str) -> set[str]:
        """Those to which a way leads from this one, each the successor of the one before, be there a shorter one."""
        found: set[str] = set()
        to_do = [name]
        while to_do:
            new = {one.new for one in self._after[to_do.pop()]} - found
            found |= new
            to_do += new
        return found


def _then(first: Move, second: Move) -> Move:
    def both(box: Box) -> Box | None:
        between = first(box)
        return None if between is None else second(between)

    return both


def _turns(one: Succession, then: int | None, *, forth: bool) -> int | None:
    """What makes the picture at the far end that at the near one, and then another turn."""
    if one.turn is None or then is None:
        return None
    return both(undone(one.turn) if forth else one.turn, then)


def are_any(connection: Connection) -> bool:
    """Whether any photo followed another; of most galleries nothing else has to be asked."""
    return connection.execute(select(schema.succession.c.old).limit(1)).first() is not None


def shots(connection: Connection, names: Iterable[str] | None = None) -> Shots:
    """What is known of the shots of these photos, or of all."""
    if not are_any(connection):
        return Shots(())
    if names is None:
        return Shots(_read(connection, connection.execute(select(schema.succession)).all()))
    table = schema.succession.c
    found: dict[tuple[str, str], Any] = {}
    seen: set[str] = set()
    ahead = set(names)
    while ahead:
        seen |= ahead
        rows = [
            row
            for some in chunked(sorted(ahead))
            for row in connection.execute(
                select(schema.succession).where(or_(table.old.in_(some), table.new.in_(some)))
            ).all()
        ]
        found |= {(row.old, row.new): row for row in rows}
        ahead = {name for row in rows for name in (row.old, row.new)} - seen
    return Shots(_read(connection, list(found.values())))


def _read(connection: Connection, rows: Sequence[Any]) -> Iterator[Succession]:
    faces: defaultdict[tuple[str, str], list[tuple[Box, Box]]] = defaultdict(list)
    same = schema.same_face
    for some in chunked([row.old for row in rows if row.turn is None]):
        for row in connection.execute(select(same).where(same.c.old.in_(some)).order_by(same.c.id)).mappings():
            faces[row["old"], row["new"]].append((_box(row, "old"), _box(row, "new")))
    for row in rows:
        sizes = (row.old_width, row.old_height), (row.new_width, row.new_height)
        yield Succession(row.old, row.new, *sizes, row.turn, tuple(faces[row.old, row.new]), row.followed_at)


def _box(row: Mapping[Any, Any], of: str) -> Box:
    return Box(*(row[f"{of}_{side}"] for side in _SIDES))


def follow(connection: Connection, one: Succession) -> bool:
    """Notes that a photo followed another, unless that is known, or the other way round; whether it was noted."""
    table = schema.succession
    now = names_of(connection, [one.old, one.new])
    one = replace(one, old=now[one.old], new=now[one.new])
    names = {one.old, one.new}
    known = select(table.c.old).where(table.c.old.in_(names), table.c.new.in_(names)).limit(1)
    if len(names) == 1 or connection.execute(known).first():
        return False
    sizes = {"old_width": one.size[0], "old_height": one.size[1]}
    sizes |= {"new_width": one.new_size[0], "new_height": one.new_size[1]}
    row = {"old": one.old, "new": one.new, "turn": one.turn, **sizes, "followed_at": one.followed_at}
    connection.execute(insert(table).values(row))
    if one.turn is None and one.faces:
        pairs = [{"old": one.old, "new": one.new, **_pair(*pair)} for pair in one.faces]
        connection.execute(insert(schema.same_face), pairs)
    return True


def _pair(before: Box, after: Box) -> dict[str, float]:
    both = (("old", before), ("new", after))
    return {f"{of}_{side}": getattr(box, side) for of, box in both for side in _SIDES}


def rename(connection: Connection, before: Collection[str], name: str) -> None:
    """These photos are the one of this name: they proved to be it, or it is one of them that returned."""
    if not are_any(connection):
        return
    both = [name, *before]
    for table in _KEPT:
        within = and_(table.c.old.in_(both), table.c.new.in_(both))
        connection.execute(delete(table).where(within))
    for digest in before:
        for column in ("old", "new"):
            _rename(connection, column, digest, name)


def _rename(connection: Connection, column: str, before: str, name: str) -> None:
    """A photo that both had followed keeps what is known by the name."""
    other = "new" if column == "old" else "old"
    for table in _KEPT:
        has = select(table.c[other]).where(table.c[column] == name)
        twice = (table.c[column] == before, table.c[other].in_(has))
        connection.execute(delete(table).where(*twice))
        connection.execute(update(table).where(table.c[column] == before).values({column: name}))


def names_of(connection: Connection, hashes: Iterable[str]) -> dict[str, str]:
    """The hashes that name the photos with these bytes, as far as known; else the hashes themselves."""
    return _names_where(connection, schema.version.c.hash, hashes)


def hashes_of(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """The names by all hashes that these photos have or had."""
    return _names_where(connection, schema.version.c.photo, names)


def _names_where(connection: Connection, column: ColumnElement[str], hashes: Iterable[str]) -> dict[str, str]:
    """The names by the hashes of the versions that have one of these in the column; those given are their own."""
    version = schema.version.c
    found = {digest: digest for digest in hashes}
    for some in chunked(sorted(found)):
        found |= dict(connection.execute(select(version.hash, version.photo).where(column.in_(some))).all())
    return found

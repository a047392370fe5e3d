"""Which photo a place in an album, a cover or a pick means: that which was put there, or another one of the same shot.

So does a word on how a photo is turned, but only another one that shows all of it in the same position.

| the photo that was put there | then it is |
|---|---|
| has a file that is there | that photo |
| has none | the next of its successors that has one |
| has no file at all any more, and no successor is there | the next photo that came before, if that is back |
| none of them is there | that photo while it has a path; else a successor that has one |

The hash by which the place is kept never changes; `content_id` alone, by which it is found, follows and comes back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from sqlalchemy import Connection, func, select, update

from gallery.db import schema
from gallery.db.keyed import chunked, contents_with
from gallery.store.succession import Other, Shots, are_any, hashes_of, names_of, shots
from gallery.store.turned import turns_said

_FOLLOWING: Final = (schema.album_photo, schema.pick, schema.turned)


def homes(connection: Connection, hashes: Iterable[str]) -> dict[str, int]:
    """The numbers of the photos that stand for those with these hashes; of those that wait, none."""
    wanted = list(hashes)
    if not wanted or not are_any(connection):
        return contents_with(connection, wanted)
    names = names_of(connection, wanted)
    found = _homes(connection, set(names.values()), shots(connection, names.values()))
    return {digest: found[name] for digest, name in names.items() if name in found}


def names_at_home(connection: Connection, hashes: Iterable[str]) -> dict[str, str]:
    """The hashes that name the photos that stand for those with these hashes, where these are others."""
    if not are_any(connection):
        return {}
    content, found = schema.content.c, homes(connection, hashes)
    names: dict[int, str] = {}
    for some in chunked(sorted(set(found.values()))):
        names |= dict(connection.execute(select(content.id, content.hash).where(content.id.in_(some))).all())
    return {digest: names[number] for digest, number in found.items() if names[number] != digest}


def settle(connection: Connection, content_ids: Collection[int] | None = None) -> None:
    """Lets the places in albums follow, of the shots of these photos or of all: after paths came or went."""
    if not are_any(connection):
        return
    names = None if content_ids is None else _names(connection, content_ids)
    known = shots(connection, names)
    of = hashes_of(connection, known.names)
    found = _homes(connection, known.names, known)
    as_it_lies = _homes(connection, known.names, known, as_it_lies=True)
    for some in chunked(sorted(of)):
        for place in _FOLLOWING:
            kept = select(place.c.hash, place.c.content_id).where(place.c.hash.in_(some)).distinct()
            for digest, number in connection.execute(kept).all():
                home = (as_it_lies if place is schema.turned else found).get(of[digest])
                if number != home:
                    connection.execute(update(place).where(place.c.hash == digest).values(content_id=home))


def staying(connection: Connection, name: str) -> int:
    """How many places in albums stay with photos that this one followed, for these have files that are there."""
    before = [other.name for other in shots(connection, [name]).others(name) if not other.is_later]
    place, path = schema.album_photo.c, schema.path.c
    numbers = list(contents_with(connection, before).values())
    there = select(path.content_id).where(path.content_id.in_(numbers), path.missing_since.is_(None))
    kept = select(func.count()).select_from(schema.album_photo).where(place.content_id.in_(there))
    return int(connection.execute(kept).scalar_one())


def stays_turned(connection: Connection, name: str) -> bool:
    """Whether a photo that this one followed is turned as a person said, and this one isn't."""
    known = shots(connection, [name])
    before = [other.name for other in known.others(name) if not other.is_later]
    turns = turns_said(connection, list(contents_with(connection, [name, *before]).values()))
    own = contents_with(connection, [name]).get(name)
    return own not in turns and any(turn != 1 for turn in turns.values())


def _names(connection: Connection, content_ids: Collection[int]) -> list[str]:
    content = schema.content.c
    return [
        name
        for some in chunked(sorted(content_ids))
        for name in connection.execute(select(content.hash).where(content.id.in_(some))).scalars()
    ]


def _homes(connection: Connection, names: Collection[str], known: Shots, *, as_it_lies: bool = False) -> dict[str, int]:
    numbers = contents_with(connection, known.names | set(names))
    there, pathed = _with_files(connection, numbers.values())
    found: dict[str, int] = {}
    for name in names:
        others = [other for other in known.others(name) if other.turn == 1 or not as_it_lies]
        home = next(_in_order(name, numbers, others, there, pathed), None)
        if home is not None:
            found[name] = home
    return found


def _in_order(
    name: str, numbers: dict[str, int], shot: Iterable[Other], there: Collection[int], pathed: Collection[int]
) -> Iterator[int]:
    """Which of the shot may stand for the photo, the best one first."""
    own = [numbers[name]] if name in numbers else []
    others = [(numbers[other.name], other.is_later) for other in shot if other.name in numbers]
    later = [number for number, is_later in others if is_later]
    yield from (number for number in (*own, *later) if number in there)
    if not own or own[0] not in pathed:
        yield from (number for number, _ in others if number in there)
    yield from (number for number in (*own, *later) if number in pathed)
    yield from own
    yield from (number for number, _ in others)


def _with_files(connection: Connection, content_ids: Iterable[int]) -> tuple[set[int], set[int]]:
    """Those with a file that is there, and those with any path."""
    path = schema.path.c
    found: defaultdict[bool, set[int]] = defaultdict(set)
    for some in chunked(sorted(set(content_ids))):
        rows = select(path.content_id, path.missing_since.is_(None)).where(path.content_id.in_(some)).distinct()
        for number, is_there in connection.execute(rows):
            found[bool(is_there)].add(number)
    return found[True], found[True] | found[False]

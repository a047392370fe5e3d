"""Photos without a file that nobody is told of as missing: they aren't wanted, or another picture stands for them.

A photo that came into the place of another one, turned, cropped or compressed again, shows the same shot: see
`gallery.store.succession`. Which of its pictures stands for a photo that has no file there is the same for searches as
for places in albums: see `gallery.store.homes`.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import CTE, ColumnElement, Connection, Select, and_, false, or_, select, true

from gallery.db import schema
from gallery.search.conditions import Condition, any_unwanted, has_file, unwanted

_PHOTO: Final = schema.content.alias()
_OTHER: Final = schema.content.alias()
_PATH: Final = schema.path.alias()


def untold(connection: Connection, *, followed_too: bool = True) -> tuple[Select[Any], ...]:
    """Selects the contents that no search finds, also where it looks for missing photos; mostly there are none.

    Without `followed_too` those alone that nobody wants.
    """
    found = [unwanted()] if any_unwanted(connection) else []
    if followed_too and connection.execute(select(schema.succession.c.old).limit(1)).first() is not None:
        found.append(followed())
    return tuple(found)


def followed() -> Select[Any]:
    """Selects the contents without a file that is there for which another picture of the shot stands.

    That is a later one with a file that is there. Of photos that have no path at all any more, for others took their
    places, also any other one with such a file, and a later one that has a path: then that one is missing.
    """
    photo, other = _PHOTO.c, _OTHER.c
    later_path = and_(_TIED.c.is_later, _has_path(other.id))
    stands = or_(
        and_(_TIED.c.is_later, has_file(other.id)),
        and_(~_has_path(photo.id), or_(has_file(other.id), later_path)),
    )
    both = select(photo.id).join_from(_PHOTO, _TIED, _TIED.c.name == photo.hash)
    return both.join(_OTHER, _TIED.c.other == other.hash).where(~has_file(photo.id), stands)


def _has_path(content_id: ColumnElement[int]) -> Condition:
    path = _PATH.c
    return select(path.id).where(path.content_id == content_id).exists()


def _tied() -> CTE:
    """The names of photos without a file, each with every other one of its shot.

    And whether that came later, through all of several steps.
    """
    begun, steps, further = schema.content.alias(), schema.succession.alias(), schema.succession.alias()
    gone, step, next_step = ~has_file(begun.c.id), steps.c, further.c
    forth = select(step.old.label("name"), step.new.label("other"), true().label("is_later"))
    tied = forth.join_from(steps, begun, begun.c.hash == step.old).where(gone).cte("tied", recursive=True)
    back = select(step.new, step.old, false()).join_from(steps, begun, begun.c.hash == step.new).where(gone)
    on = select(tied.c.name, next_step.new, tied.c.is_later).where(
        next_step.old == tied.c.other, next_step.new != tied.c.name
    )
    off = select(tied.c.name, next_step.old, false()).where(next_step.new == tied.c.other, next_step.old != tied.c.name)
    return tied.union(back, on, off)


_TIED: Final = _tied()

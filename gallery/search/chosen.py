"""The photos that a query chooses, as a condition for whoever counts or lists what belongs to them; and their files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from gallery.query import terms
from gallery.query.query import Query
from gallery.search.conditions import Condition, Conditions
from gallery.search.copies import Copies
from gallery.search.counting import few_are_gone, without_file
from gallery.search.gate import Gate
from gallery.search.matches import expand, matching_anywhere
from gallery.search.untold import untold
from gallery.settings import Settings

Among = Callable[[ColumnElement[int]], tuple[Condition, ...]]
"""Makes of a column that holds numbers of contents the conditions that they are of the photos in question."""


def copies_meant(connection: Connection, query: Query, settings: Settings) -> Copies | None:
    """Which files the search means of the photos that it finds; None where it says nothing of paths."""
    if not any(isinstance(leaf, _MAY_SPEAK_OF_PATHS) for leaf, _ in terms.leaves(query.where)):
        return None
    query = expand(connection, query, settings)
    return Copies.of(query.where, Conditions(Gate.of(query, settings), gone=query.missing)) or None


_MAY_SPEAK_OF_PATHS: Final = (terms.Path, terms.Saved, terms.InAlbum)


def chosen(connection: Connection, query: Query, settings: Settings, *, followed_too: bool = False) -> Among:
    """The photos that match, whatever the limit; no condition where all do, for looking each up takes seconds.

    With `followed_too` a search for missing photos finds also those for which another picture stands.
    """
    if query.missing and query.where is None:
        others = untold(connection, followed_too=not followed_too)
        return lambda content_id: tuple(content_id.not_in(one) for one in others)
    if query.where is None and few_are_gone(connection):
        # Nearly all have a file: those without are fewer to look up.
        without = without_file().subquery().c[0]
        return lambda content_id: (content_id.not_in(select(without)),)
    found = matching_anywhere(connection, query, settings, followed_too=query.missing and followed_too).subquery()
    numbers = select(found.c.content_id)
    return lambda content_id: (content_id.in_(numbers),)

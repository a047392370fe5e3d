"""The photos that a query chooses, as a condition for whoever counts or lists what belongs to them; and their files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from gallery.query import terms
from gallery.query.query import Query
from gallery.search.conditions import Condition, Conditions, any_unwanted, unwanted
from gallery.search.copies import Copies
from gallery.search.counting import few_are_gone, without_file
from gallery.search.gate import Gate
from gallery.search.matches import expand, matching_anywhere
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


def chosen(connection: Connection, query: Query, settings: Settings) -> Among:
    """The photos that match, whatever the limit; no condition where all do, for looking each up takes seconds."""
    if query.missing and query.where is None:
        if any_unwanted(connection):
            return lambda content_id: (content_id.not_in(unwanted()),)
        return lambda _: ()
    if query.where is None and few_are_gone(connection):
        # Nearly all have a file: those without are fewer to look up.
        without = without_file().subquery().c[0]
        return lambda content_id: (content_id.not_in(select(without)),)
    found = matching_anywhere(connection, query, settings).subquery()
    numbers = select(found.c.content_id)
    return lambda content_id: (content_id.in_(numbers),)

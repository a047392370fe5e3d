"""The photos that a query chooses, as a condition for whoever counts or lists what belongs to them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, Connection, select

from gallery.query.query import Query
from gallery.search.conditions import Condition
from gallery.search.matches import matching_anywhere
from gallery.settings import Settings

Among = Callable[[ColumnElement[int]], tuple[Condition, ...]]
"""Makes of a column that holds numbers of contents the conditions that they are of the photos in question."""


def chosen(connection: Connection, query: Query, settings: Settings) -> Among:
    """The photos that match, whatever the limit; no condition where all do, for looking each up takes seconds."""
    if query.missing and query.where is None:
        return lambda _: ()
    found = matching_anywhere(connection, query, settings).subquery()
    numbers = select(found.c.content_id)
    return lambda content_id: (content_id.in_(numbers),)

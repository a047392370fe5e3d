"""Which photos are meant: those with these ids, or all that a query finds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from sqlalchemy import func, select

from gallery.db import schema
from gallery.query import terms
from gallery.query.query import Query
from gallery.search.matches import matching_ids
from gallery.web.answers import NotFoundError
from gallery.web.asked import BadRequestError
from gallery.web.site import Site

MOST_PHOTOS: Final = 1_000_000

Id = Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class Named(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """All photos that a query finds, where they are named so beside ids."""

    query: str


def query_of(site: Site, photos: Sequence[int] | None, text: str | None) -> Query:
    """A query for the photos with these ids, or for what a text asks for. Raises BadRequestError without just one."""
    if (photos is None) == (text is None):
        raise BadRequestError("name the photos: either `photos`, their ids, or a `query`", "photos")
    return among(photos) if photos is not None else site.query(text or "")


def among(photos: Sequence[int]) -> Query:
    """A query that finds the photos with these ids, those without a file too."""
    # One text, as SQLite takes no more than some 30,000 values.
    numbers = func.json_each(json.dumps(list(photos))).table_valued("value")
    there = select(schema.content.c.id).where(schema.content.c.id.in_(select(numbers.c.value)))
    return Query(where=terms.Among(there), missing=True)


def ids_of(site: Site, photos: Sequence[int] | None, text: str | None) -> list[int]:
    """The ids of the photos, each once: as they were given, or in the order of the query.

    Raises NotFoundError for one that isn't there.
    """
    query = query_of(site, photos, text)
    with site.store.read() as connection:
        found = matching_ids(connection, query, site.settings)
    if photos is None:
        return found
    wanted = list(dict.fromkeys(photos))
    if missing := set(wanted) - set(found):
        raise NotFoundError(f"there is no photo {min(missing)}")
    return wanted

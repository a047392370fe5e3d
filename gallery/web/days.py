"""Answers about days: the photos of this day in the years before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, func, select

from gallery.db import schema
from gallery.search.matches import matching_ids
from gallery.web.asked import Asked, BadRequestError
from gallery.web.site import Site
from gallery.web.turned import picture_keys

_MOST: Final = 12
"""Photos of each year."""
_FIRST_YEAR: Final = 1826
"""Of the oldest photo there is."""


def on_this_day(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/on-this-day?date=2026-11-28`; today, where none is given."""
    try:
        today = date.fromisoformat(asked.text("date", date.today().isoformat()))
    except ValueError:
        raise BadRequestError("date is no day such as 2026-11-28", "date") from None
    with site.reading() as connection:
        years = [year for year in _years(connection, site, today) if year["photos"]]
    return {"date": today.isoformat(), "years": years}


def _years(connection: Connection, site: Site, today: date) -> Iterator[dict[str, Any]]:
    content = schema.content.c
    first = connection.execute(select(func.min(content.taken_at))).scalar()
    for year in range(today.year - 1, max(_FIRST_YEAR, first.year if first else today.year) - 1, -1):
        try:
            query = f"date:{today.replace(year=year).isoformat()}"
        except ValueError:  # the 29th of February
            continue
        numbers = matching_ids(connection, site.query(f"{query} limit:{_MOST}"), site.settings)
        hashes = dict(connection.execute(select(content.id, content.hash).where(content.id.in_(numbers))).all())
        names = picture_keys(connection, hashes)
        yield {"year": year, "query": query, "photos": [{"id": one, "hash": names[one]} for one in numbers]}

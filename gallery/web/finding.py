"""Answers that help to ask: by what a result may be narrowed, what may be written next, what a query consists of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import func, select

from gallery.curation.albums import album_names
from gallery.curation.saved_queries import list_queries
from gallery.db import schema
from gallery.errors import QueryError
from gallery.insight.facets import facets
from gallery.query.completing import completion
from gallery.query.editing import pieces
from gallery.web.asked import Asked
from gallery.web.site import Site
from gallery.web.utf16 import from_browser, to_browser

_COMMON: Final = 200


def narrowing(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/facets?query=`."""
    text = asked.text("query")
    order, version = site.order(text, "newest", asked.text("version"))
    shows = site.access.scope.shows_album if site.is_guest else None
    groups = facets(text, order.numbers, site.facts(), shows)
    items = [
        {
            "name": group.name,
            "items": [
                {"label": one.label, "query": one.query, "count": one.count, "on": one.is_on} for one in group.items
            ],
        }
        for group in groups
    ]
    return {"version": version, "total": len(order), "groups": items}


def complete(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/complete?text=&caret=`."""
    text = asked.text("text")
    caret = from_browser(text, asked.number("caret", len(text) * 2))
    found = completion(text, caret, _names(site))
    return {
        "from": to_browser(text, found.start),
        "to": to_browser(text, found.end),
        "items": [{"text": one.text, "what": one.meaning} for one in found.suggestions],
    }


def parsed(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/parse?query=`."""
    text = asked.text("query")
    try:
        site.query(text)
        chips = [
            {"text": one.text, "from": to_browser(text, one.start), "to": to_browser(text, one.end), "what": one.kind}
            for one in pieces(text)
        ]
    except QueryError as error:
        caret = to_browser(text, error.position)
        return {"ok": False, "chips": [], "error": error.reason, "caret": caret}
    return {"ok": True, "chips": chips, "error": None, "caret": None}


def _names(site: Site) -> Callable[[str], Sequence[str]]:
    """What is known of names, of which a guest is told those of what may be seen."""

    def names(field: str) -> Sequence[str]:
        match field:
            case "album":
                return [name for name in album_names(site.reader) if site.access.scope.shows_album(name)]
            case "query":
                return [] if site.is_guest else [query.name for query in list_queries(site.reader)]
            case "camera":
                return _cameras(site)
        return [] if site.is_guest else _formats(site)

    return names


def _cameras(site: Site) -> Sequence[str]:
    facts = site.facts()
    if not site.is_guest:
        return sorted(facts.cameras)
    order, _ = site.order("", "newest")
    seen = set(order.numbers.tolist())
    return sorted(camera for camera, numbers in facts.cameras.items() if not seen.isdisjoint(numbers.tolist()))


def _formats(site: Site) -> Sequence[str]:
    content = schema.content.c
    known = select(content.format, func.count()).group_by(content.format).order_by(func.count().desc()).limit(_COMMON)
    with site.reading() as connection:
        return [name.lower() for name, _ in connection.execute(known)]

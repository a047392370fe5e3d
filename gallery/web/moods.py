"""Answers about moods: months with shares, days with their foremost emotion."""

from __future__ import annotations

from typing import Any

from gallery.emotions import EMOTIONS
from gallery.insight.breakdown import MIN_FACES
from gallery.insight.mood_days import Mood, by_period, mood_days, mood_days_of, pooled
from gallery.search.gate import Gate
from gallery.web.asked import Asked
from gallery.web.site import Site


def moods(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/moods?by=month|year&query=`."""
    by = asked.choice("by", ("month", "year"))
    groups = [
        {
            "key": one.mood.key,
            "faces": one.mood.faces,
            "counts": list(one.mood.counts),
            "shares": None if one.shares is None else [round(share, 4) for share in one.shares],
            "pooled": one.pooled,
        }
        for one in pooled(by_period(_days(site, asked.text("query")), by))
    ]
    return {"by": by, "min_faces": MIN_FACES, "groups": groups}


def calendar(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/calendar?query=`."""
    days = [
        [day.key, None if day.foremost is None else EMOTIONS.index(day.foremost), day.faces]
        for day in _days(site, asked.text("query"))
    ]
    return {"days": days}


def _days(site: Site, text: str) -> list[Mood]:
    query = site.query(text)
    if query.limit is None and query.sort in (None, "newest", "oldest") and Gate.of(query, site.settings) == site.gate:
        order, _ = site.order(text)
        return mood_days_of(order, site.facts())

    def read() -> list[Mood]:
        with site.reading() as connection:
            return mood_days(connection, query, site.settings)

    return site.lately("moods", text, make=read)

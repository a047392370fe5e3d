"""A person turns photos on the page."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from gallery.curation.turning import told, turn_photos
from gallery.web.asked import Asked
from gallery.web.site import Site
from gallery.web.which import Id, ids_of
from gallery.web.words import done


class TurnBody(msgspec.Struct, forbid_unknown_fields=True):
    """Which photos are shown turned, by so many degrees to the right of how their files lie."""

    degrees: Literal[0, 90, 180, 270]
    photos: list[Id] | None = None
    query: str | None = None


def turn(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/turns`."""
    body = asked.body(TurnBody)
    with site.writing() as store:
        photos = ids_of(site, body.photos, body.query)
        turn_photos(store, photos, body.degrees)
        count = f"{len(photos):,} photo{'' if len(photos) == 1 else 's'}"
        return done(site, f"{count}: {told(body.degrees)}")

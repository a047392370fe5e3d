"""The shapes of what is asked and answered, as JSON Schema made from the types that check it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gallery.web.albums import AlbumBody, NewAlbumBody
from gallery.web.answers import Problem
from gallery.web.asked import Asked
from gallery.web.downloads import DownloadBody
from gallery.web.events import IndexBody
from gallery.web.photos import Tiles, Timeline
from gallery.web.site import Site
from gallery.web.turning import TurnBody
from gallery.web.words import FaceBody, LabelBody, PickBody, UndoBody

BODIES: Final[dict[str, type[msgspec.Struct]]] = {
    "/api/labels": LabelBody,
    "/api/faces": FaceBody,
    "/api/picks": PickBody,
    "/api/turns": TurnBody,
    "/api/undo": UndoBody,
    "/api/downloads": DownloadBody,
    "/api/albums": NewAlbumBody,
    "/api/albums/{uid}": AlbumBody,
    "/api/index": IndexBody,
}
"""What is posted to each address."""

ANSWERS: Final[dict[str, type[msgspec.Struct]]] = {"/api/timeline": Timeline, "/api/tiles": Tiles, "an error": Problem}


def schema(_: Site, __: Asked) -> dict[str, Any]:
    """`GET /api/schema`."""
    kinds = [*BODIES.values(), *ANSWERS.values()]
    shapes, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    named = dict(zip(kinds, shapes, strict=True))
    return {
        "bodies": {path: named[kind] for path, kind in BODIES.items()},
        "answers": {path: named[kind] for path, kind in ANSWERS.items()},
        "$defs": definitions,
    }

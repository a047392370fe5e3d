"""The answer about the gallery as a whole."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from sqlalchemy import func, select

from gallery.curation.roots import visible_roots
from gallery.db import schema
from gallery.emotions import COLOURS, EMOTIONS
from gallery.web.asked import Asked
from gallery.web.review import left_to_review
from gallery.web.site import Site

DISTRIBUTION: Final = "smart-gallery"


def state(site: Site, _: Asked) -> dict[str, Any]:
    """`GET /api/state`."""
    photos = site.reader.count(site.query(""), settings=site.settings)
    with site.reading() as connection:
        faces = 0 if site.is_guest else connection.execute(select(func.count()).select_from(schema.face)).scalar_one()
    return {
        "version": site.versions.current(),
        "photos": photos,
        "faces": faces,
        "emotions": [{"name": emotion, "color": COLOURS[emotion]} for emotion in EMOTIONS],
        "uncertain_color": COLOURS["uncertain"],
        "program_version": program_version(),
        "read_only": not site.access.may_write,
        "guest": site.is_guest,
        "roots": [] if site.is_guest else _roots(site),
        "review": None if site.is_guest else left_to_review(site),
        "indexing": None,
        "learn": None,
    }


def _roots(site: Site) -> list[dict[str, Any]]:
    return [{"folder": folder, "reachable": there} for folder, there in visible_roots(site.reader).items()]


def program_version() -> str:
    """As `gallery --version` has it."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return ""

"""The answer about the gallery as a whole."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from sqlalchemy import func, select

from gallery.curation.roots import visible_roots
from gallery.db import schema
from gallery.emotions import COLOURS, EMOTIONS
from gallery.web.asked import Asked
from gallery.web.index_job import as_json
from gallery.web.review import left_to_review
from gallery.web.site import Site

DISTRIBUTION: Final = "smart-gallery"


def state(site: Site, _: Asked) -> dict[str, Any]:
    """`GET /api/state`."""
    photos = site.reader.count(site.query(""), settings=site.settings)
    return {
        "version": site.versions.current(),
        "photos": photos,
        "faces": _faces(site),
        "emotions": [{"name": emotion, "color": COLOURS[emotion]} for emotion in EMOTIONS],
        "uncertain_color": COLOURS["uncertain"],
        "program_version": program_version(),
        "read_only": not site.access.may_write,
        "guest": site.is_guest,
        "roots": [] if site.is_guest else _roots(site),
        "review": None if site.is_guest else left_to_review(site),
        "indexing": None if site.is_guest else as_json(site.index_job.progress),
        "learn": None,
    }


def _faces(site: Site) -> int:
    if site.is_guest:
        facts, (order, _) = site.facts(), site.order("")
        return int(facts.shown[facts.known(order.numbers)].sum())
    with site.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(schema.face)).scalar_one())


def _roots(site: Site) -> list[dict[str, Any]]:
    return [{"folder": folder, "reachable": there} for folder, there in visible_roots(site.reader).items()]


def errors(site: Site, asked: Asked) -> dict[str, Any]:
    """`GET /api/errors?limit=`."""
    if site.is_guest:
        return {"total": 0, "errors": []}
    failures = site.reader.failures()
    few = failures[: asked.number("limit", 500, most=5000)]
    with site.reading() as connection:
        path = schema.path.c
        known = select(path.path, path.content_id).where(path.path.in_([one.path for one in few]))
        numbers = dict(connection.execute(known).all())
    answers = [{"photo": numbers.get(one.path), "name": os.path.basename(one.path), **one.as_json()} for one in few]  # noqa: PTH119
    return {"total": len(failures), "errors": answers}


def program_version() -> str:
    """As `gallery --version` has it."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return ""

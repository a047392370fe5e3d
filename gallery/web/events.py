"""What happens while a page is open: another version of the database, and how far a run of indexing is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gallery.curation.roots import visible_roots
from gallery.web.answers import NotFoundError, RefusedError
from gallery.web.asked import Asked, BadRequestError
from gallery.web.guard import refused
from gallery.web.index_job import as_json
from gallery.web.lanes import Lanes
from gallery.web.site import Site

_MOST_LISTENERS: Final = 100
_LOOK_SECONDS: Final = 0.25
_ALIVE_SECONDS: Final = 15.0
"""After so long without news a comment is sent: only so is it noticed that nobody listens any more."""


class IndexBody(msgspec.Struct, forbid_unknown_fields=True):
    """A folder that was looked through before."""

    folder: str


def start_indexing(site: Site, asked: Asked) -> dict[str, Any]:
    """`POST /api/index`."""
    body = asked.body(IndexBody)
    with site.writing():
        roots = visible_roots(site.reader)
        if body.folder not in roots:
            raise NotFoundError("only folders that were looked through before can be so from here: see `gallery roots`")
        if not roots[body.folder]:
            raise BadRequestError(f"{body.folder} isn't there, or its drive isn't connected", "folder")
        if not site.index_job.start(body.folder):
            raise RefusedError("another folder is being looked through just now")
        return {"done": f"looking through {body.folder}", "undo": None}


def stop_indexing(site: Site, _: Asked) -> dict[str, Any]:
    """`DELETE /api/index`."""
    with site.writing():
        if not site.index_job.ask_to_stop():
            raise NotFoundError("no folder is being looked through")
        return {"done": "stopping; what is done is kept", "undo": None}


async def events(site: Site, _: Lanes, __: Request) -> Response:
    """`GET /api/events`: `version` and `indexing`, as they change."""
    if site.listeners >= _MOST_LISTENERS:
        return refused(503, "too many pages are open")
    return StreamingResponse(_news(site), media_type="text/event-stream")


async def _news(site: Site) -> AsyncIterator[str]:
    site.listeners += 1
    try:
        seen: dict[str, Any] = {"version": site.telling.version(), "indexing": None}
        quiet = 0.0
        # At once, so that the page knows that it is heard.
        yield _event("version", seen["version"])
        while not site.is_closing:
            now = {"version": site.telling.version(), "indexing": as_json(site.index_job.progress)}
            for name, value in now.items():
                if seen[name] != value and not (name == "indexing" and site.is_guest):
                    yield _event(name, value)
                    quiet = 0.0
            seen = now
            if quiet >= _ALIVE_SECONDS:
                yield ": still here\n\n"
                quiet = 0.0
            await asyncio.sleep(_LOOK_SECONDS)
            quiet += _LOOK_SECONDS
    finally:
        site.listeners -= 1


def _event(name: str, value: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(value)}\n\n"

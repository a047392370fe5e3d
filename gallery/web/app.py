"""The addresses, and what answers at each."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from gallery.errors import StoreLockedError
from gallery.web import (
    albums,
    bursts,
    days,
    downloads,
    events,
    finding,
    media,
    moods,
    one_photo,
    photos,
    review,
    schema,
    state,
    turning,
    words,
)
from gallery.web.answers import JSON, encoded, problem_of
from gallery.web.asked import Asked
from gallery.web.guard import App, Doors, Guard, TooLargeError, refused
from gallery.web.lanes import Lane, Lanes
from gallery.web.site import Site

STATIC: Final = Path(__file__).parent / "static"
PAGE: Final = Path(__file__).parents[1] / "export" / "page"
SHARED: Final = {"look.css": "text/css", "face_labels.js": "text/javascript"}
"""What the page has in common with exported ones, and lies with them."""

_COLOURS_SECONDS: Final = 5.0

# The system may take these for something else, and browsers are told to believe it.
for suffix, kind in {".js": "text/javascript", ".css": "text/css", ".webmanifest": "application/manifest+json"}.items():
    mimetypes.add_type(kind, suffix)

Answer = Callable[[Site, Asked], Any]
Picture = Callable[[Site, Lanes, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Address:
    """What is answered at a path, in which lane; one that is posted to changes something.

    `waits` tells of one in the quick lane whether it has to wait, for the order of many photos: others mustn't then.
    """

    path: str
    answer: Answer
    lane: Lane = "quick"
    method: str = "GET"
    waits: Callable[[Site, Asked], bool] = lambda _, __: False


ADDRESSES: Final = (
    Address("/api/schema", schema.schema),
    Address("/api/state", state.state, "slow"),
    Address("/api/timeline", photos.timeline, waits=photos.lacks_order),
    Address("/api/tiles", photos.wall, waits=photos.lacks_piece),
    Address("/api/photos", photos.records, waits=photos.lacks_piece),
    Address("/api/photos/{id}", one_photo.photo, "photo"),
    Address("/api/rank", one_photo.rank, waits=photos.lacks_order),
    Address("/api/facets", finding.narrowing, "figures"),
    Address("/api/complete", finding.complete, "slow"),
    Address("/api/parse", finding.parsed),
    Address("/api/labels", words.say, "write", "POST"),
    Address("/api/faces", words.draw, "write", "POST"),
    Address("/api/picks", words.pick, "write", "POST"),
    Address("/api/turns", turning.turn, "write", "POST"),
    Address("/api/undo", words.take_back, "write", "POST"),
    Address("/api/review", review.review, "figures"),
    Address("/api/downloads", downloads.ask, "slow", "POST"),
    Address("/api/albums", albums.listed, "slow"),
    Address("/api/albums", albums.create, "write", "POST"),
    Address("/api/albums/{uid}", albums.change, "write", "POST"),
    Address("/api/albums/{uid}", albums.delete, "write", "DELETE"),
    Address("/api/moods", moods.moods, "figures"),
    Address("/api/calendar", moods.calendar, "figures"),
    Address("/api/bursts", bursts.bursts, "figures"),
    Address("/api/duplicates", bursts.duplicates, "figures"),
    Address("/api/errors", state.errors, "slow"),
    Address("/api/index", events.start_indexing, "write", "POST"),
    Address("/api/index", events.stop_indexing, "write", "DELETE"),
    Address("/api/on-this-day", days.on_this_day, "slow"),
)
PICTURES: Final = (
    ("/thumbnails/{hash}", media.thumbnail),
    ("/crops/{face}", media.crop),
    ("/originals/{id}", media.original),
    ("/api/albums/{uid}/zip", partial(downloads.album_as, "zip")),
    ("/api/albums/{uid}/page", partial(downloads.album_as, "page")),
    ("/api/downloads/{key}", downloads.fetch),
    ("/api/events", events.events),
)


def make_app(site: Site, doors: Doors) -> App:
    """The whole of it, the guard before it."""
    lanes = Lanes()
    routes = [
        Route("/", _shell, methods=["GET"]),
        *(Route(one.path, _answering(site, lanes, one), methods=[one.method]) for one in ADDRESSES),
        *(Route(path, _drawing(site, lanes, picture), methods=["GET"]) for path, picture in PICTURES),
        Route("/favicon.ico", _nothing, methods=["GET"]),
        *(Route(f"/static/{name}", _shared, methods=["GET"]) for name in SHARED),
        Mount("/static", _Own(directory=STATIC, check_dir=False)),
    ]
    errors: Any = {404: _nowhere, 405: _nowhere}
    app = Starlette(routes=routes, lifespan=partial(_looked_after, site, lanes), exception_handlers=errors)
    return Guard(app, doors, site.telling.version, open_paths=("/static/", "/favicon.ico"))


@asynccontextmanager
async def _looked_after(site: Site, lanes: Lanes, _: Starlette) -> AsyncIterator[None]:
    """Keeps by and by what was seen of photos, as long as the server runs."""

    async def look_after() -> None:
        while True:
            await asyncio.sleep(_COLOURS_SECONDS)
            with suppress(StoreLockedError):  # by and by
                await lanes.run("write", site.tidy_up)

    task = asyncio.create_task(look_after())
    try:
        yield
    finally:
        task.cancel()


class _Own(StaticFiles):
    """What belongs to the page: kept by the browser, which asks each time whether it is still so."""

    def file_response(self, *args: Any, **more: Any) -> Response:
        """As the parent's."""
        response = super().file_response(*args, **more)
        response.headers["cache-control"] = "no-cache"
        return response


async def _shell(_: Request) -> Response:
    return FileResponse(STATIC / "index.html", media_type="text/html", headers={"cache-control": "no-cache"})


async def _nothing(_: Request) -> Response:
    """For what browsers ask for unasked; the page names its own icon."""
    return Response(status_code=204)


async def _shared(request: Request) -> Response:
    """Colours, and where labels go."""
    name = request.url.path.rpartition("/")[2]
    return FileResponse(PAGE / name, media_type=SHARED[name], headers={"cache-control": "no-cache"})


async def _nowhere(_: Request, error: Exception) -> Response:
    return refused(getattr(error, "status_code", 404), "there is nothing at this address")


def _answering(site: Site, lanes: Lanes, address: Address) -> Callable[[Request], Awaitable[Response]]:
    """What works an answer out in a thread, errors included, and sends it."""

    def work(asked: Asked) -> tuple[int, bytes]:
        try:
            return 200, encoded(address.answer(site, asked))
        except Exception as error:
            status, problem = problem_of(error)
            return status, encoded(problem)

    async def answer(request: Request) -> Response:
        try:
            content = await _content(request) if address.method == "POST" else b""
        except TooLargeError:
            return refused(413, "too large")
        except ClientDisconnect:
            return Response(status_code=400)
        if content is None:
            return refused(415, "the body must be JSON, and say so: Content-Type: application/json")
        asked = Asked({**request.query_params, **request.path_params}, content)
        lane: Lane = "slow" if address.waits(site, asked) else address.lane
        try:
            status, body = await lanes.run(lane, lambda: work(asked))
        except StoreLockedError as error:
            return refused(503, error.reason)
        return Response(body, status, media_type=JSON)

    return answer


async def _content(request: Request) -> bytes | None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        return None
    return await request.body()


def _drawing(site: Site, lanes: Lanes, picture: Picture) -> Callable[[Request], Awaitable[Response]]:
    async def draw(request: Request) -> Response:
        try:
            return await picture(site, lanes, request)
        except Exception as error:
            status, problem = problem_of(error)
            return Response(encoded(problem), status, media_type=JSON)

    return draw

"""Pictures: thumbnails, crops of faces, and originals, each only to who may see the photo."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import stat
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gallery.db import schema
from gallery.errors import ImageError
from gallery.images.sources import Source
from gallery.images.thumbnails import SIZES
from gallery.store.thumbnail_rows import pictured
from gallery.store.versions import content_with
from gallery.web.answers import NotFoundError
from gallery.web.asked import Asked, BadRequestError
from gallery.web.lanes import Lanes
from gallery.web.site import Site
from gallery.web.turned import read_key, turned_jpeg

_HASH: Final = re.compile(r"[0-9a-f]{64}")
_FOR_EVER: Final = "private, immutable, max-age=31536000"
_SHORT: Final = "private, max-age=60"
"""The number of a face may come to another one."""
_PIECE: Final = 256 * 1024
_TYPES: Final = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
    "HEIF": "image/heic",
}
"""By the formats of `gallery.images.decode`."""
_ALONE: Final = {"content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
"""A file of a stranger runs nothing and loads nothing, should it be opened by itself."""


@dataclass(frozen=True, slots=True)
class Original:
    """A file that was found to be what was indexed, open at its beginning."""

    file: BufferedReader
    name: str
    size: int
    type: str


async def thumbnail(site: Site, lanes: Lanes, request: Request) -> Response:
    """`GET /thumbnails/HASH?size=320|1440`, of a photo that a person turned `HASH-90`."""
    asked = Asked({**request.query_params, **request.path_params})
    digest, turn = read_key(asked.text("hash"))
    size = asked.number("size", SIZES[0])
    if not _HASH.fullmatch(digest):
        raise NotFoundError("no such photo")
    if size not in SIZES:
        raise BadRequestError(f"size is {size}; allowed: {' or '.join(map(str, SIZES))}", "size")
    wish = await lanes.run("picture", lambda: _wished(site, digest, size))
    try:
        jpeg = await asyncio.wrap_future(wish)
    except asyncio.CancelledError:
        if not wish.cancelled():
            raise
        raise ImageError(digest, "too much was asked for at once", transient=True) from None
    if turn != 1:
        jpeg = await lanes.run("picture", partial(turned_jpeg, jpeg, turn))
    return Response(jpeg, media_type="image/jpeg", headers={"cache-control": _FOR_EVER})


async def crop(site: Site, lanes: Lanes, request: Request) -> Response:
    """`GET /crops/FACE_ID`."""
    number = Asked(request.path_params).number("face")
    jpeg = await lanes.run("picture", lambda: _crop(site, number))
    return Response(jpeg, media_type="image/jpeg", headers={"cache-control": _SHORT})


async def original(site: Site, lanes: Lanes, request: Request) -> Response:
    """`GET /originals/ID?download=1`."""
    asked = Asked({**request.query_params, **request.path_params})
    number = asked.number("id")
    found = await lanes.run("picture", lambda: _original(site, number))
    kind = "attachment" if asked.text("download") else "inline"
    headers = {
        "content-length": str(found.size),
        "content-disposition": f"{kind}; filename*=UTF-8''{quote(os.fsencode(found.name))}",
        "cache-control": "private, no-cache",
        **_ALONE,
    }
    return StreamingResponse(_pieces(found, lanes), media_type=found.type, headers=headers)


def _wished(site: Site, digest: str, size: int) -> Future[bytes]:
    if site.is_guest:
        with site.reading() as connection:
            number = content_with(connection, digest)
        if number is None:
            raise NotFoundError("no such photo")
        site.check_seen([number])
    return site.thumbnails.wish(digest, size)


def _crop(site: Site, number: int) -> bytes:
    face, crop = schema.face.c, schema.crop.c
    with site.reading() as connection:
        joined = select(face.content_id, crop.jpeg).join_from(schema.face, schema.crop, crop.face_id == face.id)
        row = connection.execute(joined.where(face.id == number)).first()
    if row is None:
        raise NotFoundError("no such face")
    site.check_seen([row.content_id])
    return bytes(row.jpeg)


def _original(site: Site, number: int) -> Original:
    site.check_seen([number])
    content = schema.content.c
    with site.reading() as connection:
        row = connection.execute(select(content.hash, content.format).where(content.id == number)).first()
    photo = None if row is None else pictured(site.reader, row.hash)
    if row is None or photo is None:
        raise NotFoundError("no such photo")
    problem = ImageError("photo", "none of its files is there; its drive may not be connected", transient=True)
    for source in photo.files:
        try:
            return _checked(source, _TYPES.get(row.format, "application/octet-stream"))
        except ImageError as error:
            problem = error
    raise problem


def _checked(source: Source, kind: str) -> Original:
    """The file, open; ImageError unless it is what was indexed, to the byte."""
    path = Path(source.file.path)
    try:
        # Asked before opening: a pipe would wait for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ImageError(path, "is no file any more")
        file = path.open("rb")
    except OSError as error:
        raise ImageError(path, f"can't be read: {error.strerror}", transient=True) from None
    try:
        if hashlib.file_digest(file, "sha256").hexdigest() != source.hash:
            raise ImageError(path, "has changed since it was indexed; run `gallery index`")
        file.seek(0)
        return Original(file, path.name, os.fstat(file.fileno()).st_size, kind)
    except OSError as error:
        file.close()
        raise ImageError(path, f"can't be read: {error.strerror}", transient=True) from None
    except BaseException:
        file.close()
        raise


async def _pieces(original: Original, lanes: Lanes) -> AsyncIterator[bytes]:
    left = original.size
    with original.file as file:
        while left > 0 and (piece := await lanes.run("picture", partial(file.read, min(_PIECE, left)))):
            left -= len(piece)
            yield piece

"""Photos as a person turned them: addresses of their pictures, the pictures themselves, and where boxes lie.

A browser keeps a picture for ever under its address, so that a turned one has another: `HASH-90`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Final

from PIL import Image
from sqlalchemy import Connection, select

from gallery.curation.turning import TURNS
from gallery.db import schema
from gallery.faces import Box
from gallery.images.turns import turned_box, turned_image, turned_size, undone
from gallery.records import DEGREES
from gallery.store.turned import turns_said
from gallery.web.answers import NotFoundError
from gallery.web.site import Site

_QUALITY: Final = 85


def picture_key(digest: str, turned: int) -> str:
    """By what the pictures of a photo are asked for."""
    return digest if turned == 1 else f"{digest}-{DEGREES[turned]}"


def picture_keys(connection: Connection, hashes: Mapping[int, str]) -> dict[int, str]:
    """The same of photos by their numbers."""
    turns = turns_said(connection, list(hashes))
    return {number: picture_key(digest, turns.get(number, 1)) for number, digest in hashes.items()}


def read_key(key: str) -> tuple[str, int]:
    """The hash and the turn. Raises NotFoundError."""
    digest, dash, degrees = key.partition("-")
    if not dash:
        return digest, 1
    if not degrees.isdecimal() or int(degrees) not in TURNS or degrees == "0":
        raise NotFoundError("no such photo")
    return digest, TURNS[int(degrees)]


def turned_jpeg(jpeg: bytes, turned: int) -> bytes:
    """A thumbnail, turned."""
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as image:
        buffer = io.BytesIO()
        turned_image(image, turned).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def as_stored(site: Site, number: int, box: Sequence[float]) -> Box:
    """A box that was drawn on the photo as it is shown, in pixels of the picture in its file."""
    content = schema.content.c
    with site.reading() as connection:
        size = connection.execute(select(content.width, content.height).where(content.id == number)).first()
        turned = turns_said(connection, [number]).get(number, 1)
    if size is None or turned == 1:
        return Box(*box)
    stored = size.width, size.height
    return turned_box(Box(*box), undone(turned), turned_size(stored, turned), stored)

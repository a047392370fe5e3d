"""Makes faces of what people drew, with a crop cut from the photo, wherever there is none just now."""

from __future__ import annotations

import logging
import math
from collections.abc import Collection
from typing import Final

from gallery.db.keyed import contents_with
from gallery.errors import ImageError
from gallery.faces import Box
from gallery.images.crops import CROP_SIDE, FRAMINGS, crop_face
from gallery.images.decode import DecodedPhoto, Wanted
from gallery.images.sources import Source, read_source
from gallery.images.turns import SIDEWAYS, turned_box, turned_image
from gallery.indexing.pipeline import encode_crop
from gallery.settings import Settings
from gallery.store.drawn import DrawnFace, any_drawn, make_face, without_face
from gallery.store.store import Store
from gallery.store.thumbnail_rows import Pictured, pictured

_log = logging.getLogger(__name__)

_LARGER: Final = 1.1
"""Than the crop: so that shrinking to it makes it sharp."""


def make_drawn(store: Store, settings: Settings, hashes: Collection[str] | None = None) -> int:
    """Makes the faces that were drawn on these photos, or on all, and that aren't there: how many.

    Those on photos of which no file can be read wait.
    """
    with store.read() as connection:
        if not any_drawn(connection):
            return 0
        numbers = None if hashes is None else set(contents_with(connection, hashes).values())
        waiting = without_face(connection, numbers)
    return sum(_make(store, face, settings) for face in waiting)


def drawn_crop(photo: Pictured, box: Box, settings: Settings) -> bytes:
    """The crop of a face in this box, as those that detectors find have one. Raises ImageError."""
    problem = ImageError("photo", "none of its files is there; its drive may not be connected", transient=True)
    for source in photo.files:
        try:
            return _cut(_read(source, photo, box, settings), photo, box)
        except ImageError as error:
            problem = error
    raise problem


def _make(store: Store, face: DrawnFace, settings: Settings) -> bool:
    photo = pictured(store, face.hash)
    if photo is None:
        return False
    try:
        crop = drawn_crop(photo, face.box, settings)
    except ImageError as error:
        _log.debug("a face that was drawn waits: %s", error)
        return False
    with store.write_connection() as connection:
        if face not in without_face(connection, [face.content_id]):
            return False  # another program has made it meanwhile
        make_face(connection, face, crop)
    return True


def _read(source: Source, photo: Pictured, box: Box, settings: Settings) -> DecodedPhoto:
    """As large as the crop needs it: faces that no detector found are often small."""
    height = box.width if photo.turn in SIDEWAYS else box.height
    side = max(1.0, FRAMINGS["fer2013"].side * height)
    longer = math.ceil(max(photo.width, photo.height) * min(1.0, _LARGER * CROP_SIDE / side))
    return read_source(source, Wanted(max(longer, settings.long_side), settings.max_megapixels))


def _cut(decoded: DecodedPhoto, photo: Pictured, box: Box) -> bytes:
    """Upright where a person said how the photo lies."""
    image = turned_image(decoded.image, photo.turn)
    return encode_crop(crop_face(image, turned_box(box, photo.turn, (photo.width, photo.height), image.size)))

"""Reads files no farther than needed to know which photo is in them: known bytes, a known picture, or something new."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container
from dataclasses import dataclass, field
from io import BufferedReader
from typing import Final

from gallery.images.capture import read_capture
from gallery.images.decode import DecodedPhoto, Wanted, exif_of, identified, orientation_of, read_open, reading
from gallery.images.picture import picture_hash
from gallery.records import Capture, Picture

_ORIENTATIONS: Final = range(1, 9)


@dataclass(slots=True)
class Known:
    """What needs no decoding; may be asked from several threads, and sent to other processes as it is then."""

    contents: set[str] = field(default_factory=set)
    """Hashes of bytes."""
    pictures: Container[Picture] = ()
    unpictured: Container[str] = ()
    """Those of the contents of which the picture isn't known yet."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file as far as it was read: `photo` is None where its bytes, `hash`, are known, or its picture.

    Then there is a `capture` where only the picture is known. `picture` is None also where nobody needs it.
    """

    hash: str
    picture: Picture | None = None
    capture: Capture | None = None
    photo: DecodedPhoto | None = None


def recognise(path: str | os.PathLike[str], known: Known, wanted: Wanted) -> Recognised:
    """Hashes a file, and decodes it unless its bytes or its picture are known. Raises ImageError as `read_image`."""
    with reading(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest in known.contents:
            return Recognised(digest, _told(path, file)[0] if digest in known.unpictured else None)
        data = picture_hash(file)
        if data is not None and any(Picture(data, way) in known.pictures for way in _ORIENTATIONS):
            picture, capture = _told(path, file, data)
            if picture in known.pictures:
                return Recognised(digest, picture, capture)
        file.seek(0)
        photo = read_open(path, file, wanted)
        return Recognised(digest, None if data is None else Picture(data, photo.orientation), photo.capture, photo)


def _told(
    path: str | os.PathLike[str], file: BufferedReader, data: str | None = None
) -> tuple[Picture | None, Capture]:
    """The picture, and what is said of it; no pixel is decoded, but of PNG, whose EXIF may follow the pixels."""
    data = data or picture_hash(file)
    file.seek(0)
    with identified(path, file) as image:
        if image.format == "PNG":
            image.load()
        exif = exif_of(image)
        picture = None if data is None else Picture(data, orientation_of(image, exif))
        return picture, read_capture(exif, os.fstat(file.fileno()).st_mtime_ns)

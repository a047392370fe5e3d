"""Reads files no farther than needed to know which photo is in them: known bytes, a known picture, or something new."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container
from dataclasses import dataclass, field
from io import BufferedReader

from gallery.images.capture import read_capture
from gallery.images.decode import DecodedPhoto, Wanted, exif_of, identified, orientation_of, read_open, reading
from gallery.images.picture import picture_hash, stored_turn
from gallery.images.turns import TURNS
from gallery.records import Capture, Picture


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

    Then there is a `capture` where only the picture is known, perhaps turned another way. `picture` is None also where
    nobody needs it.
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
        if data is not None and any(Picture(data, turn) in known.pictures for turn in TURNS):
            return Recognised(digest, *_told(path, file, data))
        file.seek(0)
        photo = read_open(path, file, wanted)
        turn = stored_turn(file) if photo.format == "HEIF" else photo.orientation
        return Recognised(digest, None if data is None else Picture(data, turn), photo.capture, photo)


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
        # What decodes HEIC turns the picture by itself, and says no more how.
        turn = stored_turn(file) if image.format == "HEIF" else orientation_of(image, exif)
        picture = None if data is None else Picture(data, turn)
        return picture, read_capture(exif, os.fstat(file.fileno()).st_mtime_ns)

"""Reads files no farther than needed to know which photo is in them: known bytes, a known picture, or something new."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Container
from dataclasses import dataclass, field, replace
from io import BufferedReader

from gallery.images.decode import (
    DecodedPhoto,
    Wanted,
    read_elsewhere,
    read_open,
)
from gallery.images.effort import HUGE_FILE_BYTES, Elsewhere
from gallery.images.exif import exif_of, orientation_of
from gallery.images.oddities import told_by
from gallery.images.opening import identified, reading
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


@dataclass(frozen=True, slots=True)
class _How:
    """How pixels are decoded where they have to be."""

    wanted: Wanted
    elsewhere: Elsewhere | None


def recognise(
    path: str | os.PathLike[str], known: Known, wanted: Wanted, elsewhere: Elsewhere | None = None
) -> Recognised:
    """Hashes a file, and decodes it unless its bytes or its picture are known. Raises ImageError as `read_image`."""
    how = _How(wanted, elsewhere)
    with reading(path) as file:
        size = os.fstat(file.fileno()).st_size
        apart = elsewhere if elsewhere is not None and size > elsewhere.largest_file_bytes else None
        # One of gigabytes is seldom a picture, and takes long to hash.
        photo = read_elsewhere(path, file, wanted, apart) if apart and size > HUGE_FILE_BYTES else None
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest in known.contents:
            return Recognised(digest, _told(path, file, how)[0] if digest in known.unpictured else None)
        if apart:
            return _large(file, digest, known, photo or read_elsewhere(path, file, wanted, apart))
        data = picture_hash(file)
        if data is not None and any(Picture(data, turn) in known.pictures for turn in TURNS):
            return Recognised(digest, *_told(path, file, how, data))
        file.seek(0)
        photo = read_open(path, file, wanted, elsewhere)
        return Recognised(digest, _shown(file, data, photo), photo.capture, photo)


def _large(file: BufferedReader, digest: str, known: Known, photo: DecodedPhoto) -> Recognised:
    """Of a file so large that it is decoded before anything else is asked of it."""
    data = picture_hash(file)
    is_known = data is not None and any(Picture(data, turn) in known.pictures for turn in TURNS)
    return Recognised(digest, _shown(file, data, photo), photo.capture, None if is_known else photo)


def _shown(file: BufferedReader, data: str | None, photo: DecodedPhoto) -> Picture | None:
    """The picture that was decoded, by the hash of its data."""
    if data is None:
        return None
    return Picture(data, stored_turn(file) if photo.format == "HEIF" else photo.orientation)


def _told(
    path: str | os.PathLike[str], file: BufferedReader, how: _How, data: str | None = None
) -> tuple[Picture | None, Capture]:
    """The picture, and what is said of it; no pixel is decoded, but of PNG, whose EXIF may follow the pixels."""
    data = data or picture_hash(file)
    file.seek(0)
    with identified(path, file) as image:
        if image.format != "PNG":
            exif = exif_of(image, file)
            # What decodes HEIC turns the picture by itself, and says no more how.
            turn = stored_turn(file) if image.format == "HEIF" else orientation_of(image, exif)
            picture = None if data is None else Picture(data, turn)
            return picture, told_by(image, exif, os.fstat(file.fileno()).st_mtime_ns)
    file.seek(0)
    photo = read_open(path, file, replace(how.wanted, max_megapixels=math.inf), how.elsewhere)
    return _shown(file, data, photo), photo.capture

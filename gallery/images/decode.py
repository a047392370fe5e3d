"""Reads photos: strangers' files of every kind in, upright 8-bit RGB pictures out."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BufferedReader
from pathlib import Path
from typing import Final

from PIL import Image, ImageFile

from gallery.errors import ImageError
from gallery.images.colour_codes import told_space
from gallery.images.effort import Elsewhere, is_heavy
from gallery.images.exif import exif_of, orientation_of, tells_orientation
from gallery.images.jpeg_end import lacks_end
from gallery.images.long_pictures import detailed_side
from gallery.images.oddities import told_by
from gallery.images.opening import identified, oddity, reading, reopened
from gallery.images.pixels import rgb
from gallery.images.png_end import lacks_rows
from gallery.images.refusals import check_megapixels
from gallery.images.turns import turned_image, turned_size
from gallery.records import Capture

_JPEGS: Final = ("JPEG", "MPO")
LEEWAY = 1.15
"""Shrinking a picture that is up to so many times too large costs more than looking for faces in all of it."""


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    """A photo ready to be looked at.

    `image` is upright 8-bit RGB and carries no metadata but the ICC profile of a picture that was RGB before;
    `width` and `height` are the pixels of the upright picture at full size; `format` is one of `opening.FORMATS`;
    `orientation` is what EXIF told of how to turn it, 1 to 8, and `is_told` whether the file tells it at all; `odd`
    says what is wrong with the file beside the picture, empty for nearly all.
    """

    image: Image.Image
    width: int
    height: int
    format: str
    capture: Capture
    orientation: int = 1
    odd: str = ""
    is_told: bool = True

    def turned(self, turn: int) -> DecodedPhoto:
        """As a person turned it: see `turns`."""
        if turn == 1:
            return self
        width, height = turned_size((self.width, self.height), turn)
        return replace(self, image=turned_image(self.image, turn), width=width, height=height, is_told=True)


def hash_file(path: str | os.PathLike[str]) -> str:
    """Hexadecimal SHA-256 of the file's bytes. Raises ImageError where they can't be read."""
    with reading(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_image(
    path: str | os.PathLike[str],
    *,
    long_side: int | None,
    max_megapixels: float,
    quick: bool = False,
    elsewhere: Elsewhere | None = None,
) -> DecodedPhoto:
    """The first picture in the file, its longer side shrunk (never enlarged) to `long_side` pixels; None: full size.

    What the file contains decides, not what it is called. Transparent parts come out white, 16-bit grey is scaled,
    colours stay in the picture's own space where an RGB profile tells it, else they become sRGB's. `quick` is for
    pictures that no person will see: they may stay LEEWAY times as large where the decoder leaves them so, and are
    shrunk by a cheaper filter. Raises ImageError with a reason for everything that can't be read completely, and before
    any pixel is decoded where the picture has more than `max_megapixels`. What may take long or much memory is read
    `elsewhere`, where that is given.
    """
    return read_wanted(path, Wanted(long_side, max_megapixels, quick), elsewhere)


def read_wanted(path: str | os.PathLike[str], wanted: Wanted, elsewhere: Elsewhere | None = None) -> DecodedPhoto:
    """As `read_image`."""
    with reading(path) as file:
        if elsewhere is not None and os.fstat(file.fileno()).st_size > elsewhere.largest_file_bytes:
            return read_elsewhere(path, file, wanted, elsewhere)
        return read_open(path, file, wanted, elsewhere)


def read_elsewhere(
    path: str | os.PathLike[str], file: BufferedReader, wanted: Wanted, elsewhere: Elsewhere
) -> DecodedPhoto:
    """As `read_open`, of the file that is open here, too. Raises ImageError also where it is another one by then."""
    photo = elsewhere.read(path, wanted)
    here, there = os.fstat(file.fileno()), Path(path).stat()
    if (here.st_ino, here.st_size, here.st_mtime_ns) != (there.st_ino, there.st_size, there.st_mtime_ns):
        raise ImageError(path, "was changed while it was read", transient=True)
    return photo


def read_new(
    path: str | os.PathLike[str],
    is_known: Callable[[str], bool],
    *,
    long_side: int | None,
    max_megapixels: float,
    quick: bool = False,
    detailed: bool = False,
) -> tuple[str, DecodedPhoto | None]:
    """`hash_file` and, unless `is_known` says yes to the hash, `read_wanted`, both of the very same bytes."""
    with reading(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        if is_known(digest):
            return digest, None
        file.seek(0)
        return digest, read_open(path, file, Wanted(long_side, max_megapixels, quick, detailed))


@dataclass(frozen=True, slots=True)
class Wanted:
    """How large a picture shall be, and may be; see `read_image`.

    `detailed`: a long picture is as large as it is to be searched in pieces for faces.
    """

    long_side: int | None
    max_megapixels: float
    quick: bool = False
    detailed: bool = False

    @property
    def filter(self) -> Image.Resampling:
        return Image.Resampling.HAMMING if self.quick else Image.Resampling.LANCZOS

    def of(self, full: tuple[int, int]) -> tuple[int, int]:
        """Width and height of a picture of this full size."""
        longer = max(full) if self.long_side is None else self.long_side
        if self.detailed:
            longer = detailed_side(full, longer)
        scale = min(1.0, longer / max(full))
        return max(1, round(full[0] * scale)), max(1, round(full[1] * scale))

    def of_decoded(self, decoded: tuple[int, int], full: tuple[int, int]) -> tuple[int, int]:
        """The same of one that the decoder has shrunk already."""
        wanted = self.of(full)
        return decoded if self.quick and max(decoded) <= LEEWAY * max(wanted) else wanted


def read_open(
    path: str | os.PathLike[str], file: BufferedReader, size: Wanted, elsewhere: Elsewhere | None = None
) -> DecodedPhoto:
    """As `read_image`, of a file that is open, at its beginning."""
    info = os.fstat(file.fileno())
    if info.st_size == 0:
        raise ImageError(path, "empty file; restore it from a copy")
    with identified(path, file) as image:
        check_megapixels(path, image.size, size.max_megapixels)
        heavy = is_heavy(path, image, file)
        if elsewhere is not None and elsewhere.takes(image, heavy=heavy):
            return read_elsewhere(path, file, size, elsewhere)
        # Decoders may not notice, and show what they fill.
        if image.format == "PNG" and lacks_rows(file):
            raise OSError("not all rows of the picture are there")
        try:
            if image.format in _JPEGS and lacks_end(file):
                raise OSError("no end marker follows the picture")
            return _decoded(image, file, size)
        except Exception as error:
            if (whole := reopened(path, file, error)) is None:
                raise
    with whole:
        return _decoded(whole, file, size)


def _decoded(image: ImageFile.ImageFile, file: BufferedReader, size: Wanted) -> DecodedPhoto:
    is_jpeg = image.format in _JPEGS
    full = image.size
    if is_jpeg and size.long_side is not None:
        image.draft(None, size.of(full))
    is_told = image.format == "TIFF" and tells_orientation(image)
    # Before the EXIF: PNG's may follow the pixels, and TIFF takes the orientation out once it has turned them.
    image.load()
    if not is_jpeg:
        full = image.size
    exif = exif_of(image, file)
    orientation = orientation_of(image, exif)
    is_told = is_told or (image.format != "TIFF" and tells_orientation(image, exif))
    odd = oddity(image)
    # After shrinking: turning 12 megapixels costs more than decoding them small.
    picture = rgb(image, size.of_decoded(image.size, full), size.filter, told_space(image, file))
    picture = turned_image(picture, orientation)
    name = "JPEG" if is_jpeg else str(image.format)
    capture = told_by(image, exif, os.fstat(file.fileno()).st_mtime_ns)
    return DecodedPhoto(picture, *turned_size(full, orientation), name, capture, orientation, odd, is_told)

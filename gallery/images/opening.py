"""From a file to the picture in it as its decoder opened it, no pixel decoded yet."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import IO

from PIL import Image, ImageFile

from gallery.errors import ImageError
from gallery.images.refusals import explained

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "HEIF")
"""The only decoders that ever see a file: Pillow's others are seldom tested, and one of them starts Ghostscript."""


@contextmanager
def open_image(path: str | os.PathLike[str]) -> Iterator[ImageFile.ImageFile]:
    """The picture in a file as its decoder opened it, no pixel decoded yet: for its metadata. Raises ImageError."""
    with reading(path) as file, identified(path, file) as image:
        yield image


@contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator[BufferedReader]:
    """The file, open for reading; whatever goes wrong with it inside the block becomes an ImageError."""
    try:
        # Asked before opening: a pipe would wait for ever, and opening a device can do things.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise ImageError(path, "is a folder, pipe or device, no file")
        with Path(path).open("rb") as file:
            yield file
    except ImageError:
        raise
    except Exception as error:  # decoders fail in every way there is; the next photo must still be read
        reason, transient = explained(error)
        raise ImageError(path, reason, transient=transient) from error


def identified(path: str | os.PathLike[str], file: BufferedReader) -> ImageFile.ImageFile:
    """The picture as its first matching decoder opened it, no pixel decoded yet."""
    # Not Image.open: its bomb check is one number for the whole process, 179 megapixels, whatever our limit is.
    _register_plugins()
    prefix = file.read(16)
    problem: Exception | None = None
    for name in FORMATS:
        factory, accepts = Image.OPEN[name]
        if accepts is None or accepts(prefix) is not True:
            continue
        try:
            file.seek(0)
            return _own_kinds().get(name, factory)(file, "")
        except Exception as error:  # AVIF and HEIF share a signature: the next one may read it
            problem = error
    raise problem or ImageError(path, f"not a picture of a known format ({', '.join(FORMATS)})")


@cache
def _register_plugins() -> None:
    from pillow_heif import register_heif_opener  # here: its codecs are large, and not every command reads photos

    Image.init()
    register_heif_opener()
    # Pillow's own limit is one number for the whole process, 179 megapixels, asked for in TIFF and GIF alone; ours, by
    # the setting, is asked for before any pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None


@cache
def _own_kinds() -> Mapping[str, Callable[[IO[bytes], str | bytes], ImageFile.ImageFile]]:
    """By format, what opens it in place of Pillow's own."""
    from gallery.images.bmp_kinds import BmpPicture  # here: as all decoders, only where photos are read
    from gallery.images.tiff_kinds import TiffPicture

    return {"TIFF": TiffPicture, "BMP": BmpPicture}

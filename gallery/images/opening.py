"""From a file to the picture in it as its decoder opened it, no pixel decoded yet."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import IO, BinaryIO, Final

from PIL import Image, ImageFile

from gallery.errors import ImageError
from gallery.images.effort import HUGE_FILE_BYTES
from gallery.images.refusals import explained
from gallery.images.repair import without_sides

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "HEIF")
"""The only decoders that ever see a file: Pillow's others are seldom tested, and one of them starts Ghostscript."""

_ODD: Final = "gallery.odd"
"""Where a picture's `info` keeps what is odd about its file."""
_LARGEST_REPAIRED: Final = HUGE_FILE_BYTES


@contextmanager
def open_image(path: str | os.PathLike[str]) -> Iterator[ImageFile.ImageFile]:
    """The picture in a file as its decoder opened it, no pixel decoded yet: for its metadata. Raises ImageError."""
    with reading(path) as file, identified(path, file) as image:
        yield image


@contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator[BufferedReader]:
    """The file, open for reading; whatever goes wrong with it inside the block becomes an ImageError."""
    size_bytes = 0
    try:
        # Asked before opening: a pipe would wait for ever, and opening a device can do things.
        info = Path(path).stat()
        size_bytes = info.st_size
        if not stat.S_ISREG(info.st_mode):
            raise ImageError(path, "is a folder, pipe or device, no file")
        with Path(path).open("rb") as file:
            yield file
    except ImageError:
        raise
    except Exception as error:  # decoders fail in every way there is; the next photo must still be read
        reason, transient = explained(error, size_bytes)
        raise ImageError(path, reason, transient=transient) from error


def identified(path: str | os.PathLike[str], file: BinaryIO) -> ImageFile.ImageFile:
    """The picture as its first matching decoder opened it, no pixel decoded yet.

    Where only something beside the picture keeps it from that, it is opened without; `oddity` tells.
    """
    try:
        return _opened(path, file)
    except ImageError:
        raise
    except Exception as problem:
        if (image := _opened_without_sides(path, file, problem)) is not None:
            return image
        raise


def oddity(image: Image.Image) -> str:
    """What was odd about the file of a picture that was opened, and what became of it; empty for nearly all."""
    odd = image.info.get(_ODD, "")
    return odd if isinstance(odd, str) else ""


def reopened(path: str | os.PathLike[str], file: BinaryIO, problem: Exception) -> ImageFile.ImageFile | None:
    """The picture once more, after this problem with its pixels, where all of them are there none the less."""
    if (image := _opened_without_sides(path, file, problem)) is not None and image.format == "PNG":
        return image
    content = _content(file, problem)
    if not content.startswith(b"\xff\xd8"):
        return None
    from gallery.images.jpeg_end import with_end

    for part in (content, *(repaired.content for repaired in without_sides(content))):
        with suppress(Exception):
            if (whole := with_end(part)) is not None:
                image = _opened(path, BytesIO(whole))
                image.info[_ODD] = "its end marker is missing; all of the picture is there"
                return image
    return None


def _opened_without_sides(
    path: str | os.PathLike[str], file: BinaryIO, problem: Exception
) -> ImageFile.ImageFile | None:
    for repaired in without_sides(_content(file, problem)):
        with suppress(Exception):
            image = _opened(path, BytesIO(repaired.content))
            image.info[_ODD] = repaired.odd
            return image
    return None


def _content(file: BinaryIO, problem: Exception) -> bytes:
    """All bytes of a file whose decoder failed in this way; none where the disk or the memory did."""
    if isinstance(problem, MemoryError) or (isinstance(problem, OSError) and problem.errno is not None):
        return b""
    if file.seek(0, os.SEEK_END) > _LARGEST_REPAIRED:
        return b""
    file.seek(0)
    return file.read()


def _opened(path: str | os.PathLike[str], file: BinaryIO) -> ImageFile.ImageFile:
    # Not Image.open: its bomb check is one number for the whole process, 179 megapixels, whatever our limit is.
    _register_plugins()
    file.seek(0)
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
    from gallery.images.gif_kinds import GifPicture
    from gallery.images.png_kinds import PngPicture
    from gallery.images.tiff_kinds import TiffPicture

    return {"TIFF": TiffPicture, "BMP": BmpPicture, "GIF": GifPicture, "PNG": PngPicture}

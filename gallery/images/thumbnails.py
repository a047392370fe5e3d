"""Small pictures of photos, to look at: upright JPEGs in sRGB that carry nothing but pixels, no place and no profile.

JPEG rather than WebP: at 320 pixels encoding takes 0.3 ms and 19 kB, as WebP of the same quality 3.6 ms and 15 kB
(`python -m benchmarks.thumbnails`); they are made by the ten thousand.
"""

from __future__ import annotations

import io
import signal
import warnings
from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gallery.images.colours import in_srgb
from gallery.images.decode import Wanted
from gallery.images.sources import Source, read_source
from gallery.system.parents import end_with_parent

if TYPE_CHECKING:
    from PIL import Image

SMALL: Final = 320
"""Pixels of the longer side of a thumbnail for a wall of photos."""
LARGE: Final = 1440
"""The same for one that fills a screen."""
SIZES: Final = (SMALL, LARGE)

WIDEST: Final = 2.0
"""A picture that is longer than so many times its other side is larger: a panorama isn't shown as a thread."""
MOST: Final = 4
"""At most so many times: a picture may be a thousand times as long as it is high."""

_QUALITY: Final = 80
_BOX_FILTER: Final = 4  # PIL.Image.Resampling.BOX
_HAMMING: Final = 5  # PIL.Image.Resampling.HAMMING
_LEEWAY: Final = 1.2
"""A picture that is up to so many times too large isn't shrunk further: that costs more than taking pixels together."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A JPEG, and the mean colour of the photo: red, green and blue, a byte each, the first the highest."""

    jpeg: bytes
    colour: int


def long_side(width: int, height: int, size: int) -> int:
    """Pixels of the longer side of a thumbnail of this size, of a picture so wide and high.

    | picture | 320 |
    |---|---|
    | 4000 x 3000 | 320 |
    | 3000 x 4000 | 320 |
    | 4000 x 1000 | 640 |
    | 9000 x 100 | 1280 |
    """
    shape = max(width, height) / max(1, min(width, height))
    return round(size * min(max(1.0, shape / WIDEST), MOST))


def thumbnail_of(picture: Image.Image, size: int = SMALL) -> Thumbnail:
    """A thumbnail of an upright RGB picture that is decoded already, which stays as it is; never enlarged."""
    small = in_srgb(_shrunk(picture, long_side(*picture.size, size)))
    red, green, blue = small.resize((1, 1), _BOX_FILTER).tobytes()
    small.info.clear()
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=_QUALITY)
    return Thumbnail(buffer.getvalue(), red << 16 | green << 8 | blue)


def read_thumbnail(source: Source, size: int, longer: int, max_megapixels: float) -> Thumbnail:
    """A thumbnail of the photo in a file; `longer` as `long_side` says of the photo.

    Raises ImageError also where the file isn't what was indexed any more.
    """
    photo = read_source(source, Wanted(longer, max_megapixels, quick=True))
    return thumbnail_of(photo.image, size)


def begin_process() -> None:
    """For a process that makes thumbnails alone: it ends with the one that started it, and Ctrl-C is for that one."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.filterwarnings("ignore", module=r"PIL\.")  # of damaged metadata; nobody could tell of which photo


def is_whole(jpeg: bytes) -> bool:
    """Whether it is a JPEG from beginning to end: a computer that lost power may leave the half of a file."""
    return jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9")


def check_size(size: int, allowed: Container[int] = SIZES) -> int:
    """The size. Raises ValueError for one that no thumbnail has."""
    if size not in allowed:
        raise ValueError(f"thumbnails are {' or '.join(map(str, SIZES))} pixels long, not {size}")
    return size


def _shrunk(picture: Image.Image, longer: int) -> Image.Image:
    """A new picture, at most about so long. Whole pixels are taken together first, which is quick, and often enough."""
    times = max(picture.size) // longer
    small = picture.reduce(times) if times > 1 else picture.copy()
    if max(small.size) > longer * _LEEWAY:
        scale = longer / max(small.size)
        small = small.resize((max(1, round(small.width * scale)), max(1, round(small.height * scale))), _HAMMING)
    small.info = dict(picture.info)
    return small

"""What a picture looks like, in 64 bits: pictures that look alike differ in few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

SIDE: Final = 8
_BOX_FILTER: Final = 4  # PIL.Image.Resampling.BOX


def look_of(image: Image.Image) -> int:
    """The difference hash of a picture, as a signed 64-bit number that SQLite can hold.

    A grey version of 9x8 pixels; each bit says whether a pixel is brighter than its left neighbour (N. Krawetz, "Kind
    of like that", 2013). Size, compression and small changes of exposure turn few bits; turning the picture turns all.
    """
    grey = image.convert("L").resize((SIDE + 1, SIDE), _BOX_FILTER, reducing_gap=3.0).tobytes()
    bits = 0
    for row in range(SIDE):
        for column in range(SIDE):
            at = row * (SIDE + 1) + column
            bits = bits << 1 | (grey[at + 1] > grey[at])
    return bits - (1 << 64) if bits >> 63 else bits


def distance(one: int, other: int) -> int:
    """How many of the 64 bits differ: 0 for the same look, about 32 for unrelated pictures."""
    return ((one ^ other) & (1 << 64) - 1).bit_count()

"""What a picture looks like, in 64 bits: pictures that look alike differ in few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gallery.images.turns import TURNS, turned_image, undone

if TYPE_CHECKING:
    from PIL import Image

FLAT: Final = 0
"""The look of a picture with nothing in it to tell it by: a lens cap, a blank page. It is like no other, nor itself."""

FARTHEST: Final = 64
"""No two looks are farther apart."""

_SIDE: Final = 32
_WAVES: Final = 8
_LEAST_VARIANCE: Final = 1.0
"""Of the grey levels, 0 to 255, of the small version: below it their rounding decides what the picture looks like."""
_BOX_FILTER: Final = 4  # PIL.Image.Resampling.BOX


def look_of(image: Image.Image) -> int:
    """The perceptual hash of a picture, 0 to 2^63 - 1, which SQLite can hold; FLAT for a flat one.

    The cosine transform of a grey version of 32x32 pixels; a bit for each of its 63 lowest frequencies says whether
    there is more of it than of the middle one (C. Zauner, "Implementation and benchmarking of perceptual image hash
    functions", 2010). 31 bits of a photo are set, so two photos differ in an even number of bits: 0 to 4 after a change
    of size or compression, 2 to 8 after one of exposure or a border cut off, 4 to 20 where the camera moved a little.
    """
    import numpy as np  # here: a search must not wait for it

    grey = np.asarray(image.convert("L").resize((_SIDE, _SIDE), _BOX_FILTER), dtype=np.float64)
    if grey.var() < _LEAST_VARIANCE:
        return FLAT
    waves = _cosines()
    amounts = (waves @ grey @ waves.T).round(6).ravel()[1:]  # the first is the brightness of the whole
    middle = np.median(amounts)
    return int("".join("1" if amount > middle else "0" for amount in amounts), 2)


def looks_of(image: Image.Image) -> dict[int, int]:
    """By turn, what the picture looked like before it was turned so; see `gallery.images.turns`."""
    small = image.convert("L").resize((_SIDE, _SIDE), _BOX_FILTER)
    return {turn: look_of(turned_image(small, undone(turn))) for turn in TURNS}


def distance(one: int, other: int) -> int:
    """How many of the bits differ: 0 for the same look, about 32 for unrelated pictures; FARTHEST for a flat one."""
    if FLAT in (one, other):
        return FARTHEST
    return ((one ^ other) & (1 << 64) - 1).bit_count()


def _cosines() -> Any:
    """The lowest frequencies of the cosine transform (DCT-II), a row each, shape [8, 32]."""
    import numpy as np

    return np.cos(np.pi * np.outer(np.arange(_WAVES), 2 * np.arange(_SIDE) + 1) / (2 * _SIDE))

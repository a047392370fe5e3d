"""Panoramas, strips and long stitches: at which size faces are looked for in them, and in which pieces.

Shrunk to the longer side of an ordinary photo, they would keep a fraction of its detail. They are shrunk to its shorter
side instead, and searched in pieces of its shape that overlap; so a face is found whatever is beside it.
"""

from __future__ import annotations

from math import ceil, sqrt
from typing import Final

from gallery.faces import Box

LONGEST: Final = 2.25
"""Up to so many times as long as it is high, or high as long, a picture is an ordinary one, searched as a whole.

Of a single photo no camera makes longer ones: 4:3, 3:2, 16:9, 2:1 all around, 20:9 on the screens of phones.
"""
SHAPE: Final = 4 / 3
"""Of an ordinary photo: a long picture is searched in the detail that one with its shorter side would have."""
MOST_PIXELS: Final = 32_000_000
"""Decoded for that: a panorama of 30,000 x 1,500 takes a third of it; what is longer still has less detail."""
OVERLAP: Final = 0.5
"""Of two pieces beside each other, in shorter sides. A face that is larger is found in the whole picture."""
_WORTH: Final = 1.15
"""More detail than so many times that of the whole picture; less finds nothing more."""


def is_long(size: tuple[int, int], long_side: int) -> bool:
    """Whether a picture of this full size is searched in pieces, besides as a whole with this longer side."""
    return detailed_side(size, long_side) > _WORTH * long_side


def detailed_side(size: tuple[int, int], long_side: int) -> int:
    """Pixels of the longer side in which a picture of this full size has the detail of an ordinary one.

    | full size | 960 |
    |---|---|
    | 4000 x 3000 | 960 |
    | 4500 x 2000 | 960 |
    | 16000 x 3800 | 3032 |
    | 1500 x 30000 | 14400 |
    | 3000 x 300 | 3000 |
    """
    longer, shorter = max(size), max(1, min(size))
    if longer <= max(LONGEST * shorter, long_side):
        return long_side
    most = sqrt(MOST_PIXELS * longer / shorter)
    return max(long_side, round(min(long_side / SHAPE / shorter * longer, longer, most)))


def pieces(size: tuple[int, int], long_side: int) -> list[Box]:
    """The overlapping parts, in whole pixels, in which a long picture that has been shrunk to this size is searched."""
    longer, shorter = max(size), min(size)
    length = min(longer, max(long_side, round(SHAPE * shorter)))
    overlap = round(OVERLAP * shorter)
    count = max(2, ceil((longer - overlap) / (length - overlap)))
    starts = [round(number * (longer - length) / (count - 1)) for number in range(count)]
    if size[0] >= size[1]:
        return [Box(start, 0, start + length, shorter) for start in starts]
    return [Box(0, start, shorter, start + length) for start in starts]

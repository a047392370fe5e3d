"""Pictures as sixels, columns of six pixels in one colour: https://vt100.net/docs/vt3xx-gp/chapter14.html."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from gallery.cli.pictures import Room

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

COLOURS: Final = 128
"""Every terminal with sixels has so many registers; faces look as they should with fewer."""
CELL: Final = (10, 20)
"""Pixels of a character where the terminal doesn't tell."""
_BAND: Final = 6
_FIRST: Final = 63
"""The character of a column in which no pixel has the colour; each pixel from the top adds its power of two."""
_LONGEST_SIDE: Final = 1600


def sixels(image: Image.Image, room: Room, cell: tuple[int, int] | None = None) -> str:
    """The escape sequence that draws an RGB picture over as many columns and lines as `half_blocks` takes.

    `cell` is the width and height of a character in pixels.
    """
    import numpy as np

    columns, lines = room.of(image)
    width, height = columns * (cell or CELL)[0], lines * (cell or CELL)[1]
    scale = min(1.0, _LONGEST_SIDE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    picture = image.resize(size).quantize(COLOURS)
    pixels = np.asarray(picture)
    palette = np.asarray(picture.getpalette()[: 3 * COLOURS]).reshape(-1, 3)  # type: ignore[index] # it was quantized
    used = np.unique(pixels)
    registers = "".join(
        f"#{one};2;{';'.join(str(round(int(share) * 100 / 255)) for share in palette[one])}" for one in used
    )
    bands = (_band(pixels[top : top + _BAND]) for top in range(0, pixels.shape[0], _BAND))
    # The raster says the size beforehand; 1;1 is square pixels.
    return f'\x1bPq"1;1;{size[0]};{size[1]}{registers}{"-".join(bands)}\x1b\\'


def _band(rows: np.ndarray) -> str:
    """Up to six rows of palette indices: each colour's columns, one colour over the other."""
    return "$".join(_columns(rows))


def _columns(rows: np.ndarray) -> Iterator[str]:
    import numpy as np

    powers = (1 << np.arange(rows.shape[0]))[:, None]
    for colour in np.unique(rows):
        columns = ((rows == colour) * powers).sum(axis=0) + _FIRST
        yield f"#{colour}{_shortened(bytes(columns.astype(np.uint8)).decode('ascii'))}"


def _shortened(columns: str) -> str:
    """With runs of four and more as `!COUNT`, and nothing for those without a pixel at the end."""
    return re.sub(r"(.)\1{3,}", lambda run: f"!{len(run[0])}{run[1]}", columns.rstrip(chr(_FIRST)))

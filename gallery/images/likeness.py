"""How alike a stored crop is to a place in a picture: whether the very same face, in the same shot, is there again."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from PIL import Image

    from gallery.faces import Box

_BOX_FILTER: Final = 4  # PIL.Image.Resampling.BOX
_REDUCING_GAP: Final = 3.0
_LEAST_SEEN: Final = 0.6
"""Share of a crop that must lie inside of the picture; the rest may have been cut off."""


class _Pass(NamedTuple):
    """How closely is looked: crops are made so many pixels wide; tried are these sizes, each so far to all sides."""

    side: int
    scales: tuple[float, ...]
    reach: float

    @property
    def pixels(self) -> int:
        """Of the side of what is searched."""
        return round(self.side * (1 + 2 * self.reach))


_ROUGHLY: Final = _Pass(24, (0.85, 0.92, 1.0, 1.08, 1.17), 0.2)
_CLOSELY: Final = _Pass(56, (0.96, 0.98, 1.0, 1.02, 1.04), 0.06)
"""Detectors put a box a little elsewhere in each version of a picture."""


class _Spot(NamedTuple):
    x: float
    y: float
    side: float
    """Of a square about this centre, in pixels of the picture."""


class _Part(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int


def likeness(crop: Image.Image, picture: Image.Image, square: Box) -> float:
    """How far the crop of a face correlates with what lies at this square of a grey picture, or close by: -1 to 1.

    Brightness and contrast of either are no matter, nor is what lies outside of the picture. The picture and the crop
    are both of mode L; for the square of a face see `gallery.images.crops.crop_square`.
    """
    spot = _Spot((square.left + square.right) / 2, (square.top + square.bottom) / 2, square.width)
    best, spot = _search(crop, picture, spot, _ROUGHLY)
    return _search(crop, picture, spot, _CLOSELY)[0] if best > 0 else best


def _search(crop: Image.Image, picture: Image.Image, spot: _Spot, how: _Pass) -> tuple[float, _Spot]:
    import numpy as np

    wanted = np.asarray(crop.resize((how.side, how.side), _BOX_FILTER), dtype=np.float32)
    best, found = -1.0, spot
    for scale in how.scales:
        side = spot.side * scale
        values = _correlated(wanted, *_seen(picture, spot, side * how.pixels / how.side, how))
        y, x = np.unravel_index(int(values.argmax()), values.shape)
        if values[y, x] > best:
            step = side / how.side
            middle = (values.shape[0] - 1) / 2
            best = float(values[y, x])
            found = _Spot(spot.x + (float(x) - middle) * step, spot.y + (float(y) - middle) * step, side)
    return best, found


def _seen(picture: Image.Image, spot: _Spot, width: float, how: _Pass) -> tuple[Any, _Part]:
    """The square of this width about the spot, and which part of it lies in the picture."""
    import numpy as np

    left, top, whole = round(spot.x - width / 2), round(spot.y - width / 2), max(round(width), 1)
    part = picture.crop((left, top, left + whole, top + whole))
    pixels = how.pixels
    seen = np.asarray(part.resize((pixels, pixels), _BOX_FILTER, reducing_gap=_REDUCING_GAP), dtype=np.float32)
    scale = pixels / whole
    first = (min(ceil(max(-side, 0) * scale), pixels) for side in (left, top))
    last = (max(int(min(end - side, whole) * scale), 0) for side, end in ((left, picture.width), (top, picture.height)))
    return seen, _Part(*first, *last)


def _correlated(wanted: Any, seen: Any, inside: _Part) -> Any:
    """The correlation with each place of what is seen where the wanted fits in, as far as it lies inside."""
    import numpy as np

    side, places = len(wanted), len(seen) - len(wanted) + 1
    if inside == _Part(0, 0, len(seen), len(seen)):
        return _correlated_everywhere(wanted, seen)
    values = np.full((places, places), -1.0, dtype=np.float32)
    for y, x in np.ndindex(values.shape):
        left, right = max(inside.left, x), min(inside.right, x + side)
        top, bottom = max(inside.top, y), min(inside.bottom, y + side)
        if left < right and top < bottom and (right - left) * (bottom - top) >= _LEAST_SEEN * side * side:
            part = wanted[top - y : bottom - y, left - x : right - x]
            values[y, x] = _correlation(part, seen[top:bottom, left:right])
    return values


def _correlation(one: Any, other: Any) -> float:
    one, other = one - one.mean(), other - other.mean()
    # A flat place is like nothing: a spread of one level for each pixel is what rounding leaves.
    spread = max(float((one * one).sum()), one.size) * max(float((other * other).sum()), one.size)
    return float((one * other).sum()) / float(spread**0.5)


def _correlated_everywhere(wanted: Any, seen: Any) -> Any:
    """The same where all lies inside, at once."""
    import numpy as np
    from numpy.lib.stride_tricks import sliding_window_view

    wanted = wanted - wanted.mean()
    count = wanted.size
    wanted = wanted / max(float((wanted * wanted).sum()), count) ** 0.5
    places = sliding_window_view(seen, wanted.shape)
    spread = (places * places).sum((2, 3)) - count * places.mean((2, 3)) ** 2
    return np.tensordot(places, wanted, ((2, 3), (0, 1))) / np.sqrt(np.maximum(spread, count))

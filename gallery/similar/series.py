"""Shots that only make sense together: a bracket of exposures, a focus stack, the parts of a panorama.

They look like a burst. None of them is better than the others, so none may be offered as the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from gallery.errors import ImageError
from gallery.images.exposure import Exposure, read_exposure

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

LEAST_SHOTS: Final = 3
BIAS_STEP: Final = 0.3
"""Cameras bracket by a third of a stop at least."""
VALUE_RANGE: Final = 1.5
"""Stops between the darkest and the lightest of a bracket by hand. Light that changes while somebody presses the
button stays within one."""

_SIDE: Final = 128
"""Pixels of the squares in which pictures are compared."""
LEAST_SHIFT: Final = 0.15
"""Of the picture's side, from one part of a panorama to the next: a hand that is held still moves less."""
TWO_PARTS_SHIFT: Final = 0.25
"""The same where there are two shots alone."""
_LEAST_PEAK: Final = 0.05
"""Height of the peak that tells a shift, of 1: that of unrelated pictures stays under 0.02."""

_TILES: Final = 6
STILL: Final = 0.04
"""Of the picture's side: a stack is taken from a tripod, or by a camera in a fraction of a second."""
_RISE: Final = 1.5
"""By how much a part of the picture is sharper in the shot that is focused on it."""
_SHARE: Final = 0.6
"""Of the parts that have any detail: so many must be in focus once."""
_LEAST_SHARE: Final = 0.1
"""Of those: so many must be in focus in a shot for it to be one of the stack."""
_DETAIL: Final = 2.0
"""Grey levels: what has less is sky."""


class Series(StrEnum):
    """What the shots are together."""

    BRACKET = "bracket"
    FOCUS_STACK = "focus stack"
    PANORAMA = "panorama"


def series_of_exposures(paths: Sequence[str]) -> Series | None:
    """BRACKET where the files, in the order of time, say that they were exposed differently on purpose, else None."""
    exposures = [_exposure(path) for path in paths]
    marked = sum(one.in_bracket for one in exposures)
    biases = _levels([one.bias for one in exposures if one.bias is not None], BIAS_STEP)
    values = [one.value for one in exposures if one.value is not None]
    by_camera = marked >= 2 and (biases >= 2 or _levels(values, BIAS_STEP) >= 2)
    by_hand = _levels(values, 0.5) >= LEAST_SHOTS and max(values) - min(values) >= VALUE_RANGE
    return Series.BRACKET if by_camera or biases >= LEAST_SHOTS or by_hand else None


def _exposure(path: str) -> Exposure:
    try:
        return read_exposure(path)
    except ImageError:  # ranking reads the file again, and tells
        return Exposure()


def _levels(values: Sequence[float], step: float) -> int:
    """How many of the values differ by a step or more from the one before."""
    if not values:
        return 0
    ordered = sorted(values)
    found, last = 1, ordered[0]
    for value in ordered[1:]:
        if value - last >= step - 0.01:
            found, last = found + 1, value
    return found


def series_of_pictures(pictures: Sequence[Image.Image]) -> Series | None:
    """PANORAMA or FOCUS_STACK where the pictures, in the order of time, show it; None for what is a burst."""
    if len(pictures) < 2:
        return None
    squares = [_square(picture) for picture in pictures]
    shifts = [_shift(one, next_one) for one, next_one in pairwise(squares)]
    if _goes_on(shifts):
        return Series.PANORAMA
    if len(pictures) >= LEAST_SHOTS and all(one is not None and max(map(abs, one)) <= STILL for one in shifts):
        return Series.FOCUS_STACK if _focus_moves(squares) else None
    return None


def _square(picture: Image.Image) -> np.ndarray:
    import numpy as np

    grey = picture.convert("L").resize((_SIDE, _SIDE), 4, reducing_gap=3.0)  # PIL.Image.Resampling.BOX
    return np.asarray(grey, dtype=np.float64)


def _shift(one: np.ndarray, other: np.ndarray) -> tuple[float, float] | None:
    """How far the second picture shows what lies right of and below the first, as shares of its side; None: unrelated.

    The peak of the phase correlation (Kuglin and Hines, 1975), which brightness doesn't move.
    """
    import numpy as np

    window = np.outer(np.hanning(_SIDE), np.hanning(_SIDE))
    first, second = (np.fft.fft2((picture - picture.mean()) * window) for picture in (one, other))
    cross = first * np.conj(second)
    peaks = np.fft.ifft2(cross / np.maximum(np.abs(cross), 1e-9)).real
    down, right = np.unravel_index(int(peaks.argmax()), peaks.shape)
    if peaks[down, right] < _LEAST_PEAK:
        return None
    return _signed(int(right)), _signed(int(down))


def _signed(pixels: int) -> float:
    return (pixels if pixels <= _SIDE // 2 else pixels - _SIDE) / _SIDE


def _goes_on(shifts: Sequence[tuple[float, float] | None]) -> bool:
    """Each picture goes on where the one before ended: all by much, and in one direction."""
    known = [shift for shift in shifts if shift is not None]
    least = LEAST_SHIFT if len(shifts) >= LEAST_SHOTS - 1 else TWO_PARTS_SHIFT
    if len(known) < len(shifts):
        return False
    return any(
        all(sign * shift[axis] >= least and abs(shift[1 - axis]) < least for shift in known)
        for axis in (0, 1)
        for sign in (1, -1)
    )


def _focus_moves(squares: Sequence[np.ndarray]) -> bool:
    """Most parts of the picture are sharp in one shot and ever less before and after it, not all in the same shot."""
    import numpy as np

    curves = np.stack([_detail(square) for square in squares])  # [shots, tiles]
    textured = curves.max(axis=0) > _DETAIL
    rises = textured & (curves.max(axis=0) >= _RISE * np.maximum(curves.min(axis=0), 0.1))
    peaks = curves.argmax(axis=0)
    unimodal = [_is_unimodal(curves[:, tile], int(peaks[tile])) for tile in range(curves.shape[1])]
    focused = rises & np.asarray(unimodal)
    if focused.sum() < max(3, _SHARE * textured.sum()):
        return False
    shares = np.bincount(peaks[focused], minlength=len(squares)) / focused.sum()
    return int((shares >= _LEAST_SHARE).sum()) >= LEAST_SHOTS


def _is_unimodal(curve: np.ndarray, peak: int) -> bool:
    slack = 0.05 * float(curve.max())
    rising = all(later >= earlier - slack for earlier, later in pairwise(curve[: peak + 1]))
    return rising and all(later <= earlier + slack for earlier, later in pairwise(curve[peak:]))


def _detail(square: np.ndarray) -> np.ndarray:
    """The deviation of the Laplacian in each of the tiles."""
    import numpy as np

    inner = square[1:-1, 1:-1]
    edges = square[:-2, 1:-1] + square[2:, 1:-1] + square[1:-1, :-2] + square[1:-1, 2:] - 4 * inner
    size = edges.shape[0] // _TILES
    tiles = edges[: size * _TILES, : size * _TILES].reshape(_TILES, size, _TILES, size)
    return np.asarray(tiles.std(axis=(1, 3)).ravel())

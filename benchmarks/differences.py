"""Why ImageMagick shows a picture in another way than the program, where its picture can be made from ours so.

Nothing here goes by the name of a file: each entry of EXPLANATIONS changes our picture by what is known of
ImageMagick's readers (version 6), and holds where that comes out as theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from gallery.images.colours import in_srgb
from gallery.images.decode import DecodedPhoto
from gallery.images.opening import open_image
from gallery.images.turns import turned_image
from tests.support.second_decoder import Pixels, Seen, apart

_CONTAINERS: Final = ("AVIF", "HEIF")
_KR_KB: Final = ((0.299, 0.114), (0.2126, 0.0722), (0.2627, 0.0593))
"""BT.601, BT.709, BT.2020: how much red and blue are in luma."""
_WHITE_IS_ZERO: Final = 0
_PHOTOMETRIC: Final = 262
_UNDONE: Final = {6: 8, 8: 6}
"""Turns that another one takes back; all others take back themselves."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A picture as both have it."""

    path: Path
    ours: DecodedPhoto
    theirs: Seen

    def in_srgb(self) -> Image.Image:
        return in_srgb(self.ours.image.copy())

    def tag(self, number: int) -> object:
        with open_image(self.path) as image:
            return getattr(image, "tag_v2", {}).get(number)


def explanation(path: Path, ours: DecodedPhoto, theirs: Seen, limit: float) -> str:
    """The first that makes theirs from ours, no part more than this apart; empty where none does."""
    case = _Case(path, ours, theirs)
    for reason, changes in EXPLANATIONS.items():
        for changed in changes(case):
            if theirs.pixels is not None and (found := apart(changed, theirs.pixels)) is not None and found <= limit:
                return reason
    return "they say themselves that theirs is wrong" if "@ error" in theirs.said else ""


def _without_profile(case: _Case) -> Iterator[Pixels]:
    yield np.asarray(case.ours.image)


def _unturned(case: _Case) -> Iterator[Pixels]:
    if case.ours.orientation != 1:
        turn = _UNDONE.get(case.ours.orientation, case.ours.orientation)
        yield np.asarray(turned_image(case.in_srgb(), turn))
        yield np.asarray(turned_image(case.ours.image, turn))


def _negative(case: _Case) -> Iterator[Pixels]:
    if case.ours.format == "TIFF" and case.tag(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        yield 255 - np.asarray(case.in_srgb())


def _without_transparency(case: _Case) -> Iterator[Pixels]:
    if case.ours.format in _CONTAINERS:
        with open_image(case.path) as image:
            yield from _as_if_of_a_jpeg(np.asarray(image.convert("RGB")))


def _by_another_matrix(case: _Case) -> Iterator[Pixels]:
    if case.ours.format in _CONTAINERS:
        yield from _as_if_of_a_jpeg(np.asarray(case.ours.image))


def _as_if_of_a_jpeg(pixels: Pixels) -> Iterator[Pixels]:
    """Luma and colours by each matrix, of full range and of video's, read as JPEG has them (JFIF 1.02)."""
    red, green, blue = np.moveaxis(pixels.astype(float), -1, 0)
    for of_red, of_blue in _KR_KB:
        luma = of_red * red + (1 - of_red - of_blue) * green + of_blue * blue
        colours = (blue - luma) / (2 - 2 * of_blue), (red - luma) / (2 - 2 * of_red)
        yield _from_jfif(luma, *colours)
        yield _from_jfif(16 + luma * 219 / 255, *(colour * 224 / 255 for colour in colours))


def _from_jfif(luma: Pixels, to_blue: Pixels, to_red: Pixels) -> Pixels:
    channels = (luma + 1.402 * to_red, luma - 0.344136 * to_blue - 0.714136 * to_red, luma + 1.772 * to_blue)
    return np.clip(np.stack(channels, axis=-1) + 0.5, 0, 255).astype(np.uint8)


def _old_jpeg(case: _Case) -> Iterator[Pixels]:
    if "old-style JPEG" in case.theirs.said and case.theirs.pixels is not None:
        yield case.theirs.pixels


EXPLANATIONS: Final[dict[str, Callable[[_Case], Iterator[Pixels]]]] = {
    "its colour profile: they don't follow it": _without_profile,
    "they know no orientation in XMP, nor one in a PNG's EXIF": _unturned,
    "TIFF 6.0 has 0 for white here; they take it for black": _negative,
    "HEIF, AVIF: they take the numbers for a JPEG's, whatever matrix and range are told": _by_another_matrix,
    "HEIF, AVIF: they leave out transparency": _without_transparency,
    "old-style JPEG in TIFF: they take its colours for RGB, and call it troublesome": _old_jpeg,
}
"""What makes their picture of ours, by the reason."""

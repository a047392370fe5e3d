"""Why ImageMagick shows a picture in another way than the program, where its picture can be made from ours so.

Nothing here goes by the name of a file: each entry of EXPLANATIONS changes our picture by what is known of
ImageMagick's readers (version 6), and holds where that comes out as theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from gallery.images.colour_codes import told_space
from gallery.images.colours import cmyk_in_srgb, in_srgb
from gallery.images.decode import DecodedPhoto
from gallery.images.opening import open_image
from gallery.images.pixels import LIGHT, rgb
from gallery.images.turns import turned_image
from tests.support.second_decoder import Pixels, Seen, apart, seen, shrunk

_CONTAINERS: Final = ("AVIF", "HEIF")
_KR_KB: Final = ((0.299, 0.114), (0.2126, 0.0722), (0.2627, 0.0593))
"""BT.601, BT.709, BT.2020: how much red and blue are in luma."""
_WHITE_IS_ZERO: Final = 0
_SIGNED: Final = 2
_PHOTOMETRIC, _SAMPLE_FORMAT = 262, 339
_SIDE: Final = 512
_FEWER_TILES: Final = 16
"""Where colours are kept for several pixels together, and each decoder spreads them in its own way."""
_UNDONE: Final = {6: 8, 8: 6}
"""Turns that another one takes back; all others take back themselves."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A picture as both have it; ours shrunk to _SIDE."""

    path: Path
    ours: DecodedPhoto
    theirs: Seen

    def in_srgb(self) -> Image.Image:
        return in_srgb(self.ours.image.copy())

    def tag(self, number: int) -> object:
        with open_image(self.path) as image:
            value = getattr(image, "tag_v2", {}).get(number)
            return value[0] if isinstance(value, tuple) and value else value


def explanation(path: Path, ours: DecodedPhoto, theirs: Seen, limit: float) -> str:
    """The first that makes theirs from ours, no part more than this apart; empty where none does."""
    if theirs.pixels is None:
        return ""
    case = _Case(path, replace(ours, image=_small(ours.image)), theirs)
    tiles = _FEWER_TILES if ours.format in _CONTAINERS else _SIDE
    for reason, changes in EXPLANATIONS.items():
        for ours_as_theirs, shown in changes(case):
            found = apart(ours_as_theirs, shrunk(shown, _SIDE), tiles)
            if found is not None and found <= limit:
                return reason
    return "they say themselves that theirs is wrong" if "@ error" in theirs.said else ""


_Pairs = Iterator[tuple[Pixels, Pixels]]
"""Our picture changed, and theirs."""


def _small(picture: Image.Image) -> Image.Image:
    small = Image.fromarray(shrunk(np.asarray(picture), _SIDE))
    small.info = dict(picture.info)
    return small


def _pair(case: _Case, ours: Pixels | Image.Image) -> _Pairs:
    if case.theirs.pixels is not None:
        yield np.asarray(ours), case.theirs.pixels


def _as_it_is(case: _Case) -> _Pairs:
    if case.ours.format in _CONTAINERS:
        yield from _pair(case, case.in_srgb())


def _without_light(case: _Case) -> _Pairs:
    with open_image(case.path) as image:
        image.load()
        if image.info.pop(LIGHT, None) is not None:
            yield from _pair(case, shrunk(np.asarray(rgb(image, image.size, Image.Resampling.BOX)), _SIDE))


def _without_profile(case: _Case) -> _Pairs:
    yield from _pair(case, case.ours.image)


def _with_another_profile(case: _Case) -> _Pairs:
    theirs = seen(case.path, in_srgb=False)
    if theirs.pixels is not None:
        yield np.asarray(case.ours.image), theirs.pixels


def _without_numbers(case: _Case) -> _Pairs:
    with open_image(case.path) as image, case.path.open("rb") as file:
        image.load()
        if told_space(image, file) is not None:
            yield from _pair(case, shrunk(np.asarray(rgb(image, image.size, Image.Resampling.BOX)), _SIDE))


def _inks(case: _Case) -> _Pairs:
    with open_image(case.path) as image:
        image.load()
        if case.ours.format == "JPEG" and image.mode == "CMYK" and (profile := image.info.get("icc_profile")):
            yield from _pair(case, shrunk(np.asarray(cmyk_in_srgb(image, profile)), _SIDE))


def _unturned(case: _Case) -> _Pairs:
    if case.ours.orientation != 1:
        turn = _UNDONE.get(case.ours.orientation, case.ours.orientation)
        yield from _pair(case, turned_image(case.in_srgb(), turn))
        yield from _pair(case, turned_image(case.ours.image, turn))


def _negative(case: _Case) -> _Pairs:
    if case.ours.format == "TIFF" and case.tag(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        yield from _pair(case, 255 - np.asarray(case.in_srgb()))


def _signed(case: _Case) -> _Pairs:
    if case.ours.format == "TIFF" and case.tag(_SAMPLE_FORMAT) == _SIGNED:
        ours = np.asarray(case.ours.image)
        yield from _pair(case, ours // 2 + 127)
        yield from _pair(case, ours * 0)  # 16 bits among 32


def _without_transparency(case: _Case) -> _Pairs:
    if case.ours.format in _CONTAINERS:
        with open_image(case.path) as image:
            opaque = shrunk(np.asarray(image.convert("RGB")), _SIDE)
        yield from (pair for changed in (opaque, *_as_if_of_a_jpeg(opaque)) for pair in _pair(case, changed))


def _by_another_matrix(case: _Case) -> _Pairs:
    if case.ours.format in _CONTAINERS:
        changes = _as_if_of_a_jpeg(np.asarray(case.ours.image))
        yield from (pair for changed in changes for pair in _pair(case, changed))


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


def _old_jpeg(case: _Case) -> _Pairs:
    if "old-style JPEG" in case.theirs.said and case.theirs.pixels is not None:
        theirs = shrunk(case.theirs.pixels, _SIDE)
        yield theirs, theirs


EXPLANATIONS: Final[dict[str, Callable[[_Case], _Pairs]]] = {
    "HEIF, AVIF: colours kept for several pixels together are spread in another way": _as_it_is,
    "PNG's gAMA: they follow none between 1 and the usual one": _without_light,
    "its colour profile: they don't follow it": _without_profile,
    "its colours are told by numbers: they don't follow them": _without_numbers,
    "a JPEG of inks with a profile: we show it as browsers do, without its black": _inks,
    "its colour profile, of grey or left out: we don't follow it": _with_another_profile,
    "they know no orientation in XMP, nor one in a PNG's EXIF": _unturned,
    "TIFF 6.0 has 0 for white here; they take it for black": _negative,
    "signed numbers: for black they take the lowest there can be, we take 0": _signed,
    "HEIF, AVIF: they take the numbers for a JPEG's, whatever matrix and range are told": _by_another_matrix,
    "HEIF, AVIF: they leave out transparency": _without_transparency,
    "old-style JPEG in TIFF: they take its colours for RGB, and call it troublesome": _old_jpeg,
}
"""What makes their picture of ours, by the reason."""

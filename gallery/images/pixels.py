"""Whatever a decoder gives as 8-bit RGB: made small before it is copied, for a picture may be as large as memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from gallery.images.colour_spaces import ColourSpace, from_space
from gallery.images.colours import as_browsers_show_cmyk, cmyk_in_srgb

if TYPE_CHECKING:
    import numpy as np

REDUCING_GAP: Final = 2.0
"""Shrinking takes whole pixels together down to this multiple of the wanted size, and filters from there."""

_STRIP_PIXELS: Final = 4_000_000
_MOST_COUNTED: Final = 2.0**24
"""Beyond it, unsigned numbers of 32 bits use their whole range; below, somebody counted something."""

DEEP_GREY: Final = "gallery.deep_grey"
"""Where a picture's `info` keeps its DeepGrey."""
LIGHT: Final = "gallery.light"
"""Where its `info` keeps which power of light the numbers of a picture are, where that is far from sRGB's."""


@dataclass(frozen=True, slots=True)
class DeepGrey:
    """What the numbers of a grey picture of more than 8 bits mean, as far as its mode doesn't say."""

    white: float | None = None
    """The number of white, 0 being black; None: what is customary for the mode."""
    is_negative: bool = False
    """The other way round."""
    is_unsigned: bool = False
    """Of 32 bits, kept as signed numbers."""


def rgb(
    image: Image.Image, size: tuple[int, int], resampling: Image.Resampling, space: ColourSpace | None = None
) -> Image.Image:
    """A new 8-bit RGB picture of this size; transparent parts are white.

    Its colours are sRGB's where they are told by a `space`, or CMYK's by a profile. Those of an RGB profile stay what
    they are, with the profile, and all others are taken for sRGB's.
    """
    profile = image.info.get("icc_profile")
    if image.mode == "CMYK" and profile and image.format not in ("JPEG", "MPO"):
        picture = image if image.size == size else image.resize(size, resampling, reducing_gap=REDUCING_GAP)
        picture = cmyk_in_srgb(picture, profile)
        picture.info = {}
        return picture
    picture = _of_size(image, size, resampling)
    if space is not None:
        picture = _from_space(picture, space)
    elif (power := image.info.get(LIGHT)) is not None:
        picture = picture.point(_lit(power, picture.mode))
    if picture.mode == "RGBA":
        picture = _on_white(picture)
    picture = picture if picture.mode == "RGB" else picture.convert("RGB")
    if image.mode == "CMYK" and profile:
        picture = as_browsers_show_cmyk(picture, profile)
    keeps = profile and space is None and image.mode in ("RGB", "RGBA")
    picture.info = {"icc_profile": profile} if keeps else {}
    return picture


def _of_size(image: Image.Image, size: tuple[int, int], resampling: Image.Resampling) -> Image.Image:
    """A new picture of this size with 8 bits: RGBA where something is transparent, else RGB, or grey."""
    picture = _grey(image)
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    # Grey stays grey until it is small. Not where it is resized anyway: converting copies even what has the mode.
    kept = ("RGBA",) if mode == "RGBA" else ("RGB", "L")
    if picture.size == size or picture.mode not in kept:
        picture = picture.convert(mode)
    if picture.size != size:
        picture = picture.resize(size, resampling, reducing_gap=REDUCING_GAP)
    return picture


def _from_space(picture: Image.Image, space: ColourSpace) -> Image.Image:
    shown = from_space(picture.convert("RGB"), space)
    if picture.mode == "RGBA":
        shown.putalpha(picture.getchannel("A"))
    return shown


def _lit(power: float, mode: str) -> list[int]:
    """For each number of a picture of this mode what sRGB has for the same light (IEC 61966-2-1)."""
    light = [(number / 255) ** (1 / power) for number in range(256)]
    encoded = [12.92 * one if one <= 0.0031308 else 1.055 * one ** (1 / 2.4) - 0.055 for one in light]
    table = [round(255 * one) for one in encoded]
    return table * (1 if mode == "L" else 3) + (list(range(256)) if mode == "RGBA" else [])


def _on_white(picture: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", picture.size, "white")
    canvas.paste(picture, mask=picture.getchannel("A"))
    return canvas


def _grey(image: Image.Image) -> Image.Image:
    """The picture with 8 bits where it is grey of more, or black and white."""
    if image.mode == "1" and not image.has_transparency_data:
        return image.convert("L")
    return _without_depth(image) if image.mode.startswith(("I", "F")) else image


def _without_depth(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits as 8 bits: scaled, where Pillow's own conversion clips to white.

    A strip at a time: in numbers that can be reckoned with a picture takes many times its size.
    """
    import numpy as np  # here: only deep grey needs it

    meaning = image.info.get(DEEP_GREY, DeepGrey())
    low, high = (0.0, 65535.0) if image.mode.startswith("I;16") else _range_of(image)
    if meaning.white is not None and (low, high) == (0.0, 65535.0):
        high = meaning.white
    if meaning.is_negative:
        low, high = high, low
    clear = image.info.get("transparency")
    grey = Image.new("LA" if isinstance(clear, int) else "L", image.size)
    for top, values in _strips(image):
        scaled = (values - low) * (255 / (high - low))
        strip = Image.fromarray(np.clip(scaled + 0.5, 0, 255).astype(np.uint8))
        if grey.mode == "LA":
            strip.putalpha(Image.fromarray((values != clear).astype(np.uint8) * 255))
        grey.paste(strip, (0, top))
    return grey


def _strips(image: Image.Image) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
    """Some rows at a time, from the top: the number of the first, and their values, of which all are finite."""
    import numpy as np

    is_unsigned = image.info.get(DEEP_GREY, DeepGrey()).is_unsigned
    rows = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        values = np.asarray(strip).view(np.uint32) if is_unsigned else np.asarray(strip)
        yield top, np.nan_to_num(values.astype(np.float32), posinf=0.0, neginf=0.0)


def _range_of(image: Image.Image) -> tuple[float, float]:
    ends = [(float(values.min()), float(values.max())) for _, values in _strips(image)]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    if high > _MOST_COUNTED and image.info.get(DEEP_GREY, DeepGrey()).is_unsigned:
        return 0.0, 2.0**32 - 1
    return _value_range(image.mode, low, high)


def _value_range(mode: str, low: float, high: float) -> tuple[float, float]:
    """The values of black and white, given the darkest and brightest that occur.

    Wide integers and floats have no fixed range: the customary one they fit into, else their own.
    """
    for white in (65535.0,) if mode == "I" else (1.0, 255.0, 65535.0):
        if low >= 0 and high <= white:
            return 0.0, white
    return low, max(high, low + 1.0)

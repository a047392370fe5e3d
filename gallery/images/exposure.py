"""How a picture was exposed, as far as its EXIF tells (tags of Exif 2.32, CIPA DC-008)."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from PIL import ExifTags, Image

from gallery.images.capture import number
from gallery.images.exif import exif_of
from gallery.images.opening import open_image

_AUTO_BRACKET: Final = 2
_MOST_STOPS: Final = 40.0
"""From starlight to the sun there are fewer; what says more is damaged."""

_Base = ExifTags.Base


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a camera says of one shot; None for what it doesn't say.

    `bias` is the correction that the photographer or the camera's bracketing asked for, `value` the light for which
    the shot is exposed (EV at ISO 100), both in stops. `in_bracket`: the camera says that it belongs to a bracket.
    """

    bias: float | None = None
    value: float | None = None
    in_bracket: bool = False


def read_exposure(path: str | os.PathLike[str]) -> Exposure:
    """What the file says of its exposure; no pixel is decoded. Raises ImageError where it can't be read."""
    with open_image(path) as image:
        return exposure_in(exif_of(image))


def exposure_in(exif: Image.Exif) -> Exposure:
    """The same of EXIF that was read already. From strangers: any tag may hold anything, and nothing here raises."""
    try:
        tags: Mapping[int, Any] = dict(exif.get_ifd(ExifTags.IFD.Exif))
    except Exception:  # damaged EXIF makes Pillow raise a dozen kinds of errors
        return Exposure()
    is_bracket = tags.get(_Base.ExposureMode) == _AUTO_BRACKET
    return Exposure(_stops(number(tags.get(_Base.ExposureBiasValue))), _value(tags), is_bracket)


def _value(tags: Mapping[int, Any]) -> float | None:
    """EV = log2(N^2 / t), less log2(ISO / 100): https://en.wikipedia.org/wiki/Exposure_value."""
    seconds, f_number = number(tags.get(_Base.ExposureTime)), number(tags.get(_Base.FNumber))
    sensitivity = tags.get(_Base.ISOSpeedRatings)
    iso = number(sensitivity[0] if isinstance(sensitivity, tuple) and sensitivity else sensitivity)
    if not all(math.isfinite(one) and one > 0 for one in (seconds, f_number, iso)):
        return None
    return _stops(2 * math.log2(f_number) - math.log2(seconds) - math.log2(iso) + math.log2(100))


def _stops(value: float) -> float | None:
    return value if math.isfinite(value) and abs(value) <= _MOST_STOPS else None

"""From the colours of a picture to those of sRGB, as Chromium shows them on an ordinary screen.

For spaces that are told by numbers (ITU-T H.273, "coding-independent code points") rather than by a profile. What is
brighter than white, in pictures for HDR screens, is brought down by the tone mapping of SMPTE ST 2094-50 for a picture
that brings none of its own ("reference white tone mapping operator"), in linear light of BT.2020.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import exp, log2
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

    Array = np.ndarray[Any, Any]

SRGB: Final = 1
"""Primaries of sRGB and BT.709, as of BT.2020 and others below: the numbers of H.273."""
BT2020: Final = 9

_D65: Final = (0.3127, 0.3290)
_C: Final = (0.310, 0.316)
_PRIMARIES: Final[Mapping[int, tuple[tuple[float, float], ...]]] = {
    SRGB: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65),
    4: ((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C),
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    BT2020: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    10: ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (1 / 3, 1 / 3)),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.314, 0.351)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
"""Red, green, blue and white, as x and y of CIE 1931."""

_BRADFORD: Final = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
"""From XYZ to what the cones of the eye see, about."""

PQ: Final = "pq"
HLG: Final = "hlg"
_WHITE: Final = 203.0
"""Candela per square metre of what an ordinary screen shows as white (BT.2408)."""
_PEAK: Final = 1000.0
"""The same of the brightest in a picture that doesn't say, and of the screen that HLG is made for."""
_MOST_STOPS: Final = 6.0
_BEND: Final = 0.65
_STEPS: Final = 65535
_STRIP_PIXELS: Final = 1_000_000


def _srgb(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


def _smpte240(value: float) -> float:
    return float(value / 4 if value < 4 * 0.022821 else ((value + 0.111572) / 1.111572) ** (1 / 0.45))


def _pq(value: float) -> float:
    """Of ordinary white, as the others but for HLG; SMPTE ST 2084."""
    root = value ** (32 / 2523)
    return float(10_000 / _WHITE * (max(root - 107 / 128, 0.0) / (2413 / 128 - 2392 / 128 * root)) ** (8192 / 1305))


def _hlg(value: float) -> float:
    """Of the light of the scene; BT.2100."""
    return value * value / 3 if value <= 0.5 else (exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12


CURVES: Final[Mapping[str, Callable[[float], float]]] = {
    "srgb": _srgb,
    "gamma 2.2": lambda value: value**2.2,
    "gamma 2.4": lambda value: value**2.4,
    "gamma 2.8": lambda value: value**2.8,
    "linear": lambda value: value,
    "240M": _smpte240,
    "428": lambda value: 52.37 / 48 * value**2.6,
    PQ: _pq,
    HLG: _hlg,
}
"""From what is stored, 0 to 1, to light."""


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """What the numbers of a picture mean: primaries of H.273, the name of a curve, and how bright it gets.

    `peak` is in candela per square metre, 0 where it isn't told; only PQ and HLG ask for it.
    """

    primaries: int
    curve: str
    peak: float = 0.0

    @property
    def is_known(self) -> bool:
        return self.primaries in _PRIMARIES and self.curve in CURVES


PLAIN: Final = ColourSpace(SRGB, "srgb")


def from_space(picture: Image.Image, space: ColourSpace) -> Image.Image:
    """A new picture in sRGB of one in RGB whose numbers are of this space, which is known."""
    import numpy as np  # here: few pictures need it
    from PIL import Image

    shown = Image.new("RGB", picture.size)
    rows = max(1, _STRIP_PIXELS // picture.width)
    for top in range(0, picture.height, rows):
        strip = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        light = _light(space.curve)[np.asarray(strip)]
        if space.curve in (PQ, HLG):
            light = _tone_mapped(light, space)
            matrix = _matrix(BT2020, SRGB)
        else:
            matrix = _matrix(space.primaries, SRGB)
        steps = np.clip(light @ matrix.T, 0, 1) * _STEPS + 0.5
        shown.paste(Image.fromarray(_encoded()[steps.astype(np.uint16)]), (0, top))
    return shown


@cache
def _light(curve: str) -> Array:
    """Of each of the 256 numbers."""
    import numpy as np

    return np.array([CURVES[curve](number / 255) for number in range(256)], dtype=np.float32)


@cache
def _encoded() -> Array:
    """The number in sRGB of each of _STEPS + 1 amounts of light."""
    import numpy as np

    light = np.arange(_STEPS + 1) / _STEPS
    values: Array = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return (values * 255 + 0.5).astype(np.uint8)


def _tone_mapped(light: Array, space: ColourSpace) -> Array:
    """Light of BT.2020, 1 being the brightest of an ordinary screen."""
    import numpy as np

    light = light @ _matrix(space.primaries, BT2020).T
    if space.curve == HLG:
        luminance = light @ np.array([0.2627, 0.6780, 0.0593], dtype=np.float32)
        light *= (_PEAK / _WHITE) * np.maximum(luminance, 1e-6)[..., None] ** 0.2
    brightest = np.maximum(light.max(-1, keepdims=True), 1e-6)
    mapped: Array = light * (_dimmed(brightest, space.peak or _PEAK) / brightest)
    return mapped


def _dimmed(light: Array, peak: float) -> Array:
    """Light as it is shown: up to white a constant part of it, from there on a parabola to the peak."""
    import numpy as np

    stops = min(log2(peak / _WHITE), _MOST_STOPS) if peak > _WHITE else 0.0
    if stops == 0:
        return light
    most, white = 2**stops, 1 - 0.5 * min(stops / log2(_PEAK / _WHITE), 1)
    middle = 1 - _BEND + _BEND / white, (1 - _BEND) * white + _BEND
    # A curve of Bezier through white, the middle and the peak: how far along it the light lies.
    a, b = 1 - 2 * middle[0] + most, middle[0] - 1
    beyond = np.clip(light, 1, most) - 1
    along = beyond / (b + np.sqrt(np.maximum(b * b + a * beyond, 0)))
    shown = (white - 2 * middle[1] + 1) * along**2 + 2 * (middle[1] - white) * along + white
    dimmed: Array = np.where(light <= 1, light * white, shown)
    return dimmed


@cache
def _matrix(one: int, other: int) -> Array:
    """From light of these primaries to light of the others."""
    import numpy as np

    whole: Array = np.linalg.inv(_to_xyz(other)) @ _to_xyz(one)
    return whole.astype(np.float32)


def _to_xyz(primaries: int) -> Array:
    """From light of these primaries to CIE XYZ, adapted to D65 where their white is another (Bradford)."""
    import numpy as np

    xyz = np.array([(x, y, 1 - x - y) for x, y in _PRIMARIES[primaries]]).T
    white, d65 = xyz[:, 3] / xyz[1, 3], np.array([_D65[0], _D65[1], 1 - sum(_D65)]) / _D65[1]
    colours: Array = xyz[:, :3] * np.linalg.solve(xyz[:, :3], white)
    cones = np.array(_BRADFORD)
    adapted: Array = np.linalg.solve(cones, np.diag((cones @ d65) / (cones @ white)) @ cones @ colours)
    return adapted

"""How good a shot is, beside the faces people make: how sharp it is, and whether eyes are open."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from gallery.faces import Box
from gallery.images.crops import crop_square

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

_FACE_PX: Final = 96
_EYES_SIZE: Final = (96, 32)
"""Of the strip with both eyes, half its width apart and level."""
_EYE: Final = 10
"""Pixels of the strip on either side of an eye's landmark in which its iris is sought."""
_IRIS_SIGMA: Final = 1.5
_SHUT, _OPEN = 0.25, 0.40
"""Roundness of the middle shut eyes, and that which three of four open ones reach: see `eyes_open`."""
_LEAST_CROP: Final = 32
_BICUBIC: Final = 3  # PIL.Image.Resampling.BICUBIC
_AFFINE: Final = 0  # PIL.Image.Transform.AFFINE


def sharpness(picture: Image.Image, *, width_px: int = _FACE_PX) -> float:
    """How much of a picture is fine detail: 0 for a flat one, about 0.4 for a sharp face; comparable among like ones.

    The deviation of the Laplacian over that of the grey levels, in a version of the picture that is `width_px` wide, by
    default as suits a face: brightness and contrast don't count. On 100 stored faces of real photos a blur of half a
    pixel left 0.84 of it, one of a pixel 0.46, and each lowered every face; another exposure or framing changed it by
    up to 0.1.
    """
    from PIL import ImageFilter, ImageStat

    height = max(3, round(width_px * picture.height / picture.width))
    grey = picture.convert("L").resize((width_px, height), _BICUBIC, reducing_gap=3.0)
    kernel = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
    # Pillow leaves the outermost pixels as they were.
    edges = grey.filter(kernel).crop((1, 1, grey.width - 1, grey.height - 1))
    return math.sqrt(ImageStat.Stat(edges).var[0] / max(ImageStat.Stat(grey).var[0], 1.0))


def eyes_open(crop: Image.Image, box: Box, landmarks: Sequence[tuple[float, float]]) -> float | None:
    """A guess from 0 (shut) to 1 (open), that of the eye that is less open; None where the crop is too small to tell.

    `crop` is what `crop_face` made of `box`; `landmarks` are in the pixels of the same picture as the box.

    A stand-in, for there are no landmarks of the lids: an iris is a round dark spot, a shut eye a dark line. The
    smaller curvature of the grey levels at the roundest spot, over the larger one at the darkest line. Of 654 press
    photos, 22 with eyes plainly shut and 134 with eyes plainly open were told apart by it with an area under the ROC
    curve of 0.98; but of the others, with narrowed eyes, dim or sideways, a quarter looks shut to it. So it serves to
    choose between shots of the same people, with little weight.
    """
    if crop.width < _LEAST_CROP or len(landmarks) < 2:
        return None
    roundness = min(_roundness(eye) for eye in _eyes(crop, _in_crop(landmarks[:2], box, crop.width)))
    return min(max((roundness - _SHUT) / (_OPEN - _SHUT), 0.0), 1.0)


def _in_crop(points: Sequence[tuple[float, float]], box: Box, pixels: int) -> list[tuple[float, float]]:
    square = crop_square(box)
    scale = pixels / square.width
    return [((x - square.left) * scale, (y - square.top) * scale) for x, y in points]


def _eyes(crop: Image.Image, eyes: Sequence[tuple[float, float]]) -> list[tuple[Any, Any]]:
    """For each eye the larger and the smaller curvature of the grey levels about it, as arrays."""
    import numpy as np

    (left_x, left_y), (right_x, right_y) = eyes
    width, height = _EYES_SIZE
    # Pixels of the crop per pixel of the strip, along the line of the eyes.
    x_step, y_step = (right_x - left_x) / (width / 2), (right_y - left_y) / (width / 2)
    middle_x, middle_y = (left_x + right_x) / 2, (left_y + right_y) / 2
    row_x = (x_step, -y_step, middle_x - x_step * width / 2 + y_step * height / 2)
    row_y = (y_step, x_step, middle_y - y_step * width / 2 - x_step * height / 2)
    strip = crop.convert("L").transform(_EYES_SIZE, _AFFINE, (*row_x, *row_y), _BICUBIC)  # type: ignore[arg-type]
    larger, smaller = _curvatures(np.asarray(strip, dtype=np.float64))
    margin = height // 8
    places = [
        np.s_[margin : height - margin, middle - _EYE : middle + _EYE + 1] for middle in (width // 4, width * 3 // 4)
    ]
    return [(larger[place], smaller[place]) for place in places]


def _roundness(eye: tuple[Any, Any]) -> float:
    larger, smaller = eye
    # The addition keeps a flat patch, sunglasses for example, from dividing nothing by nothing.
    return float(smaller.max() / (max(larger.max(), 0.0) + 0.05))


def _curvatures(grey: Any) -> tuple[Any, Any]:
    """The eigenvalues of the Hessian of the smoothed picture, larger and smaller; both are above 0 in a dark spot."""
    import numpy as np

    rows = [_derivative(grey.shape[0], order) for order in range(3)]
    columns = [_derivative(grey.shape[1], order) for order in range(3)]
    xx, yy, xy = rows[0] @ grey @ columns[2].T, rows[2] @ grey @ columns[0].T, rows[1] @ grey @ columns[1].T
    half, spread = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    return half + spread, half - spread


def _derivative(length: int, order: int) -> Any:
    """The matrix that smooths a line of pixels with a Gaussian and takes its derivative of this order, 0 to 2."""
    import numpy as np

    away = np.subtract.outer(np.arange(length), np.arange(length)) / _IRIS_SIGMA
    bell = np.exp(-(away**2) / 2) / (math.sqrt(2 * math.pi) * _IRIS_SIGMA)
    return (bell, -away / _IRIS_SIGMA * bell, (away**2 - 1) / _IRIS_SIGMA**2 * bell)[order]

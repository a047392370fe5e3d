"""The crop of a face that a classifier is shown, framed as FER2013 frames faces."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gallery.faces import Box, Detection
from gallery.images.turns import nearest_turn, turned_box, turned_face, turned_image, turned_size, undone

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, slots=True)
class Framing:
    """How a square crop lies about a detector's box: all in heights of the box, dx to the right, dy down."""

    side: float
    dx: float
    dy: float


FRAMINGS: Mapping[str, Framing] = {
    # MTCNN's boxes in 2,539 of 3,000 evenly spread Training faces, enlarged four times with a border of 12 repeated
    # pixels; quartiles: side 0.860 0.946 1.045, dx -0.028 0.005 0.040, dy -0.037 -0.009 0.019. Made again by
    # `python -m gallery.training.framing fer2013.csv`. Centre: the medians. Side: the third quartile, since on 724
    # press photos, detected, framed and classified by `custom`, sides of 0.946, 1.0, 1.05, 1.1 and 1.15 gave an
    # accuracy of 0.568, 0.583, 0.605, 0.577 and 0.558.
    "fer2013": Framing(side=1.05, dx=0.005, dy=-0.009),
}
"""Framings by the name a checkpoint keeps: where a face's box sits in the pictures the network was trained on."""

_BOX_FILTER = 4  # PIL.Image.Resampling.BOX; searching must not import Pillow

CROP_SIDE = 112
"""Largest side of a stored crop in pixels: more than twice what the networks are shown, a few kilobytes as JPEG."""


TILTED: Final = 25.0
"""Degrees: the networks have seen heads tilted by less, and turning a crop costs it some sharpness."""

_ROOM: Final = 1.5


def crop_square(box: Box, framing: str = "fer2013") -> Box:
    """What the crop of the face in this box shows of the picture, beyond its edges too."""
    frame = FRAMINGS[framing]
    side = max(frame.side * box.height, 1.0)
    x = (box.left + box.right) / 2 + frame.dx * box.height
    y = (box.top + box.bottom) / 2 + frame.dy * box.height
    return Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def crop_face(image: Image.Image, box: Box, framing: str = "fer2013") -> Image.Image:
    """The square picture of a face, framed as FER2013 frames faces, at most CROP_SIDE pixels wide, in the image's mode.

    `box` is in pixels of `image`. What lies outside the image is filled with the mean colour of what lies inside.
    """
    square = crop_square(box, framing)
    inside = square.clipped(*image.size)
    if inside.area <= 0:
        raise ValueError(f"{box} lies outside the image of {image.size}")
    pixels = max(1, min(CROP_SIDE, round(square.width)))
    return _filled(image, square, inside, pixels / square.width)


def square_found(face: Detection) -> Box:
    """What the crop of a face that was found shows of the picture, but for its tilt; see `crop_found`."""
    lies, unit = nearest_turn(tilt(face.landmarks)), (1, 1)
    return turned_box(crop_square(turned_box(face.box, lies, unit, unit)), undone(lies), unit, unit)


def crop_found(image: Image.Image, face: Detection) -> Image.Image:
    """As `crop_face`, of a face that was found in the image; one tilted by TILTED or more is upright in the crop.

    The box of a face that lies on its side lies about it as it does, wider than high.
    """
    from PIL.Image import Resampling  # here: searching must not import Pillow

    lies = nearest_turn(tilt(face.landmarks))
    if lies != 1:
        size = turned_size(image.size, lies)
        return crop_found(turned_image(image, lies), turned_face(face, lies, image.size, size))
    turn = tilt(face.landmarks)
    if abs(turn) < TILTED:
        return crop_face(image, face.box)
    x, y = (face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2
    # So much that its corners, turned, lie outside of the crop.
    half = max(face.box.width, face.box.height) * _ROOM
    around = (round(x - half), round(y - half), round(x + half), round(y + half))
    part = image.crop(around).rotate(turn, Resampling.BILINEAR, center=(x - around[0], y - around[1]))
    return crop_face(part, face.box.moved(-around[0], -around[1]))


def tilt(landmarks: Sequence[tuple[float, float]]) -> float:
    """By how many degrees, -180 to 180, a head would have to be turned counterclockwise to be upright.

    Told by the line from eye to eye of a Detection's landmarks; 0 where there are none.
    """
    if len(landmarks) < 2:
        return 0.0
    (left_x, left_y), (right_x, right_y) = landmarks[:2]
    return math.degrees(math.atan2(right_y - left_y, right_x - left_x))


def _filled(image: Image.Image, square: Box, inside: Box, scale: float) -> Image.Image:
    """`square` of the image at `scale`, the part outside the image in the mean colour of `inside`."""
    pixels = round(square.width * scale)
    shown = inside.moved(-square.left, -square.top).scaled(scale, scale)
    left, top = min(round(shown.left), pixels - 1), min(round(shown.top), pixels - 1)
    size = max(1, round(shown.right) - left), max(1, round(shown.bottom) - top)
    part = image.resize(size, box=(inside.left, inside.top, inside.right, inside.bottom), reducing_gap=3.0)
    if size == (pixels, pixels):
        return part
    colour = part.resize((1, 1), _BOX_FILTER)
    canvas = colour.resize((pixels, pixels))
    canvas.paste(part, (left, top))
    return canvas

"""Faces as the rest of the program sees them: boxes, detections, predictions, and the crop a classifier is shown.

Coordinates are pixels, x to the right, y down, measured from the top left corner of the upright picture; a box covers
`left <= x < right`, `top <= y < bottom`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gallery.emotions import EMOTIONS

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels of the picture it belongs to."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return max(self.width, 0.0) * max(self.height, 0.0)

    def scaled(self, x: float, y: float) -> Box:
        """The same area in a picture that is `x` times as wide and `y` times as high."""
        return Box(self.left * x, self.top * y, self.right * x, self.bottom * y)

    def moved(self, x: float, y: float) -> Box:
        """The same area, `x` further to the right and `y` further down."""
        return Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def clipped(self, width: float, height: float) -> Box:
        """The part inside a picture of `width` times `height`; its area is 0 where nothing is inside."""
        left, right = (min(max(v, 0.0), width) for v in (self.left, self.right))
        top, bottom = (min(max(v, 0.0), height) for v in (self.top, self.bottom))
        return Box(left, top, right, bottom)

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 (apart) to 1 (equal)."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        shared = max(width, 0.0) * max(height, 0.0)
        whole = self.area + other.area - shared
        return shared / whole if whole > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Detection:
    """One face found by a detector.

    `landmarks` are five (x, y) points: left eye, right eye, nose, left and right corner of the mouth, where left means
    smaller x on a frontal upright face. `confidence` is 0 to 1.
    """

    box: Box
    confidence: float
    landmarks: tuple[tuple[float, float], ...] = ()

    def scaled(self, x: float, y: float) -> Detection:
        """The same face in a picture that is `x` times as wide and `y` times as high."""
        points = tuple((px * x, py * y) for px, py in self.landmarks)
        return Detection(self.box.scaled(x, y), self.confidence, points)


@dataclass(frozen=True, slots=True)
class Prediction:
    """Seven probabilities in the order of EMOTIONS; they sum to 1."""

    probabilities: tuple[float, ...]

    @property
    def emotion(self) -> str:
        """The most probable label; on a tie the first in the order of EMOTIONS."""
        return EMOTIONS[self.probabilities.index(self.score)]

    @property
    def score(self) -> float:
        """The probability of `emotion`."""
        return max(self.probabilities)


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


class FaceDetector(Protocol):
    """Finds faces."""

    @property
    def signature(self) -> str:
        """Names the detector and every setting that changes what it finds."""
        ...

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """The faces of each upright RGB picture, best confidence first, boxes clipped to the picture.

        A picture without a face, or too small to hold one, gives an empty list.
        """
        ...


class EmotionClassifier(Protocol):
    """Reads the emotion of face crops."""

    @property
    def model_id(self) -> str:
        """Stable identity of the weights: the same file gives the same id on every machine."""
        ...

    @property
    def name(self) -> str:
        """What people call the model."""
        ...

    def predict(self, crops: Sequence[Image.Image]) -> list[Prediction]:
        """Calibrated probabilities for each crop made by `crop_face`; no crop gives an empty list."""
        ...

"""Faces as the rest of the program sees them: boxes, detections, predictions, and who finds and reads them.

Coordinates are pixels, x to the right, y down, measured from the top left corner of the upright picture; a box covers
`left <= x < right`, `top <= y < bottom`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from gallery.emotions import EMOTIONS

if TYPE_CHECKING:
    from PIL import Image


_SAME_FACE: Final = 0.3
_COVERED: Final = 0.6


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in pixels of the picture it belongs to."""

    left: float
    top: float
    right: float
    bottom: float

    def __str__(self) -> str:
        """Left and top, right and bottom in whole pixels: `20,100 to 120,200`."""
        return f"{self.left:.0f},{self.top:.0f} to {self.right:.0f},{self.bottom:.0f}"

    def as_json(self) -> list[float]:
        """Left, top, right and bottom to a tenth of a pixel."""
        return [round(side, 1) for side in (self.left, self.top, self.right, self.bottom)]

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

    def shared(self, other: Box) -> float:
        """The area that lies in both, in square pixels."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 (apart) to 1 (equal)."""
        shared = self.shared(other)
        whole = self.area + other.area - shared
        return shared / whole if whole > 0 else 0.0


def are_one_face(one: Box, other: Box) -> bool:
    """Whether boxes of two searches in one picture show the same face: they overlap, or one lies in the other."""
    return one.iou(other) >= _SAME_FACE or one.shared(other) >= _COVERED * min(one.area, other.area)


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

    def moved(self, x: float, y: float) -> Detection:
        """The same face, `x` further to the right and `y` further down."""
        points = tuple((px + x, py + y) for px, py in self.landmarks)
        return Detection(self.box.moved(x, y), self.confidence, points)


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


class FaceDetector(Protocol):
    """Finds faces. A detector of your own derives from this class and has a `signature` and `detect`."""

    @property
    @abstractmethod
    def signature(self) -> str:
        """Names the detector and every setting that changes what it finds."""

    @abstractmethod
    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """The faces of each upright RGB picture, best confidence first, boxes clipped to the picture.

        A picture without a face, or too small to hold one, gives an empty list.
        """

    def detect_lying(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """The faces that stand when the picture is turned by one or two quarters, of pictures that show none upright.

        In pixels of the picture as it is, their boxes turned with them. None of a detector that doesn't look so, or
        finds lying faces anyway; else none where it isn't sure.
        """
        return [[] for _ in images]

    @property
    def processes(self) -> int:
        """How many processes had best search photos at once, where nobody says how many.

        More than one only of a detector that can be pickled: each process has a copy.
        """
        return 1

    @property
    def decoders(self) -> int:
        """How many processes had best decode photos while this one searches, as on a GPU; 0: they search themselves."""
        return 0


class EmotionClassifier(Protocol):
    """Reads the emotion of face crops. A classifier of your own derives from this class and has the other three."""

    @property
    @abstractmethod
    def model_id(self) -> str:
        """Stable identity of the weights: the same file gives the same id on every machine."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What people call the model."""

    @abstractmethod
    def predict(self, crops: Sequence[Image.Image]) -> list[Prediction]:
        """Calibrated probabilities for each crop made by `crops.crop_face`; no crop gives an empty list."""

    def beside_others(self) -> AbstractContextManager[None]:
        """Entered while photos are decoded and searched beside it: it may then leave them most of the cores."""
        return nullcontext()

"""A search that takes its time: the usual one, one for small faces, and four in the picture turned.

What the usual search is sure of stays found, so that nobody loses a face by looking closer. MTCNN knows faces that are
upright: heads that are tilted by 25 degrees or more, and those of people who lie, it finds when the picture is turned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import cos, radians, sin
from typing import Final

from PIL import Image

from gallery.faces import Box, Detection, FaceDetector, are_one_face
from gallery.images.crops import tilt
from gallery.images.turns import SIDEWAYS, nearest_turn
from gallery.settings import Settings
from gallery.vision.detector import MTCNNDetector
from gallery.vision.device import choose_device
from gallery.vision.sideways import shrunk

USUAL: Final = Settings()
"""At whose sizes the usual search looks."""
LONG_SIDE: Final = 1600
SMALL_FACE: Final = 24
"""Pixels, where the longer side has LONG_SIDE. Smaller pictures are enlarged to it, at most LARGER times."""
LARGER: Final = 2.0
TURNS: Final = (35, -35, 90, -90)
"""Degrees, counterclockwise. Between them and upright no head is more than 28 degrees off."""
SURE: Final = {0: 0.99, 35: 0.98, -35: 0.98, 90: 0.97, -90: 0.97}
"""Least confidence of what only a further search finds, by its turn: each looks at as many windows again.

In 60 photos with 74 faces, upright and turned, what was no face had 0.989 at most in the search for small ones, and
0.978 in those of turned pictures. `python -m benchmarks.detection` counts what all of them find together.
"""


def load(settings: Settings) -> ThoroughDetector:
    """The detector as the settings say. Raises UsageError for a device that isn't there."""
    return ThoroughDetector(min_face=settings.min_face, device=str(choose_device(settings.device)))


class ThoroughDetector(FaceDetector):
    """Finds what MTCNN finds at its usual size, and small, tilted and lying faces besides."""

    def __init__(self, *, min_face: int = SMALL_FACE, device: str = "cpu") -> None:
        self._usual = MTCNNDetector(min_face=USUAL.min_face, device=device)
        self._small = MTCNNDetector(min_face=min_face, device=device)
        self._min_face = min_face

    @property
    def signature(self) -> str:
        """The detector and the settings that change what it finds."""
        return f"mtcnn thorough min_face={self._min_face}"

    @property
    def processes(self) -> int:
        """As many as for MTCNN."""
        return self._usual.processes

    @property
    def decoders(self) -> int:
        """As many as for MTCNN."""
        return self._usual.decoders

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """The faces of each picture, best confidence first; see FaceDetector."""
        return [self._faces(image) for image in images]

    def detect_lying(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """As MTCNN at its usual size: nothing else looks at pictures that stand on their head."""
        usual = [shrunk(image, USUAL.long_side) for image in images]
        found = self._usual.detect_lying(usual)
        sizes = [(small.size, image.size) for small, image in zip(usual, images, strict=True)]
        return [[_resized(face, *both) for face in faces] for faces, both in zip(found, sizes, strict=True)]

    def _faces(self, image: Image.Image) -> list[Detection]:
        usual = shrunk(image, USUAL.long_side)
        found = self._at_size(self._usual, usual, image.size)
        further = _sure(self._at_size(self._small, _enlarged(image), image.size), 0)
        for turn in TURNS:
            turned = self._usual.detect([usual.rotate(turn, Image.Resampling.BILINEAR, expand=True)])[0]
            upright = (_turned_back(face, turn, usual.size) for face in turned)
            further += _sure([_resized(face, usual.size, image.size) for face in upright], turn)
        for face in sorted(further, key=lambda one: -one.confidence):
            same = [one for one in found if are_one_face(face.box, one.box)]
            # One that is in doubt wouldn't be shown, and gives way.
            if all(one.confidence < USUAL.min_confidence for one in same):
                found = [*(one for one in found if one not in same), face]
        inside = [face for face in found if face.box.width >= 1 and face.box.height >= 1]
        return sorted(inside, key=lambda one: -one.confidence)

    def _at_size(self, detector: MTCNNDetector, image: Image.Image, size: tuple[int, int]) -> list[Detection]:
        return [_resized(face, image.size, size) for face in detector.detect([image])[0]]


def _sure(faces: Iterable[Detection], turn: int) -> list[Detection]:
    return [face for face in faces if face.confidence >= SURE[turn]]


def _enlarged(image: Image.Image) -> Image.Image:
    scale = min(LARGER, LONG_SIDE / max(image.size))
    if scale <= 1:
        return image
    return image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BICUBIC)


def _resized(face: Detection, of: tuple[int, int], to: tuple[int, int]) -> Detection:
    scaled = face.scaled(to[0] / of[0], to[1] / of[1])
    return replace(scaled, box=scaled.box.clipped(*to))


def _turned_back(face: Detection, degrees: float, size: tuple[int, int]) -> Detection:
    """Where a face of the picture that was turned counterclockwise, and grew by it, lies in the one of this size.

    The box keeps its sides, unless the face lies: then they are swapped, as where the picture was turned by a quarter.
    """
    width, height = _turned_size(size, degrees)
    angle = radians(degrees)

    def back(x: float, y: float) -> tuple[float, float]:
        right, down = x - width / 2, y - height / 2
        return (
            size[0] / 2 + right * cos(angle) - down * sin(angle),
            size[1] / 2 + right * sin(angle) + down * cos(angle),
        )

    x, y = back((face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2)
    points = tuple(back(*point) for point in face.landmarks)
    half = face.box.width / 2, face.box.height / 2
    across, down = half[::-1] if nearest_turn(tilt(points)) in SIDEWAYS else half
    return Detection(Box(x - across, y - down, x + across, y + down), face.confidence, points)


def _turned_size(size: tuple[int, int], degrees: float) -> tuple[float, float]:
    """As Pillow's `rotate` with `expand` makes it, but for rounding."""
    across, along = abs(cos(radians(degrees))), abs(sin(radians(degrees)))
    return size[0] * across + size[1] * along, size[0] * along + size[1] * across

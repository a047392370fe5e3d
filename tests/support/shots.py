"""Pictures that other programs turned, cropped or compressed again, and a detector that finds their faces anywhere."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from gallery.faces import Box, Detection, FaceDetector
from tests.support.fakes import FACE_COLOURS
from tests.support.library import Library

TURNS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture with this EXIF orientation upright, as Pillow calls it."""

FACES = {"happy": Box(60, 60, 140, 180), "sad": Box(400, 220, 480, 340)}
"""Where `draw_shot` puts faces: higher than they are wide, as people have them."""


def draw_shot(seed: int, faces: Sequence[str] = tuple(FACES), size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture in greys with faces that have features; another seed gives another picture, and other features."""
    dice = random.Random(seed)
    picture = Image.new("RGB", size, _grey(dice))
    pen = ImageDraw.Draw(picture)
    for _ in range(25):
        x, y = dice.randrange(size[0]), dice.randrange(size[1])
        pen.rectangle((x, y, x + dice.randint(30, 200), y + dice.randint(30, 200)), _grey(dice))
    for emotion in faces:
        _draw_face(pen, dice, FACES[emotion], FACE_COLOURS[emotion])
    return picture


def _draw_face(pen: ImageDraw.ImageDraw, dice: random.Random, box: Box, colour: tuple[int, int, int]) -> None:
    left, top = int(box.left), int(box.top)
    pen.rectangle((left, top, int(box.right) - 1, int(box.bottom) - 1), fill=colour)
    for _ in range(8):
        x, y = left + dice.randint(6, 60), top + dice.choice([*range(8, 34), *range(74, 96)])
        pen.rectangle((x, y, x + 14, y + 14), fill=_grey(dice))


def _grey(dice: random.Random) -> tuple[int, int, int]:
    level = dice.randrange(20, 236)
    return level, level, level


@contextmanager
def library_of_shots(folder: Path) -> Iterator[Library]:
    """A library whose detector finds the faces of shots wherever they lie."""
    made = Library(folder)
    made.detector = AnywhereDetector()  # type: ignore[assignment]
    with made.store:
        yield made


def turned(picture: Image.Image, turn: int) -> Image.Image:
    how = TURNS[turn]
    return picture if how is None else picture.transpose(how)


def save(picture: Image.Image, path: Path, quality: int = 92) -> Path:
    """As JPEG, without anything said of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, "JPEG", quality=quality)
    return path


class AnywhereDetector(FaceDetector):
    """Finds one face of each pure colour, wherever it is, and counts the pictures it was shown."""

    def __init__(self) -> None:
        self.seen = 0

    @property
    def signature(self) -> str:
        return "anywhere"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        self.seen += len(images)
        return [list(self._search(image)) for image in images]

    def _search(self, image: Image.Image) -> list[Detection]:
        pixels = np.asarray(image.convert("RGB"), dtype=np.int16)
        found = []
        for number, colour in enumerate(FACE_COLOURS.values()):
            near = (np.abs(pixels - np.array(colour)) < 40).all(axis=2)
            rows, columns = (np.flatnonzero(near.sum(axis=axis) > 10) for axis in (1, 0))
            if len(rows) > 20 and len(columns) > 20:
                box = Box(float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))
                eyes = tuple((box.left + x * box.width, box.top + y * box.height) for x, y in _POINTS)
                found.append(Detection(box, 0.99 - number / 1000, eyes))
        return found


_POINTS = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))

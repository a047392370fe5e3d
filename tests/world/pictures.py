"""Draws photos whose faces a detector of our own finds exactly, and knows of all bytes what they show."""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from gallery.faces import Box, Detection, FaceDetector
from tests.support.fakes import FACE_COLOURS

SIZE: Final = (320, 240)
BLOCK: Final = 16
"""All edges lie on multiples of it: JPEG compresses blocks, and so no colour runs into another."""
FACE: Final = 48


@dataclass(frozen=True)
class Facts:
    """What a file's bytes are.

    `shot` is the moment that was taken, `picture` names the image data: they change when it is turned pixel by pixel,
    cropped or compressed again. `faces` are the emotions of the faces in it from left to right, each once. `date` is
    what a camera wrote, `orientation` that of EXIF.
    """

    shot: int
    picture: str
    faces: tuple[str, ...]
    date: datetime | None = None
    orientation: int = 1


class Catalogue:
    """What all bytes that were ever written are, by their hash."""

    def __init__(self) -> None:
        self._known: dict[str, Facts] = {}
        self._drawn = 0

    def draw(self, emotions: Sequence[str]) -> bytes:
        """A new shot with these faces."""
        self._drawn += 1
        content = compressed(drawn(self._drawn, tuple(emotions)))
        self.note(content, Facts(self._drawn, f"shot {self._drawn}", tuple(emotions)))
        return content

    def note(self, content: bytes, facts: Facts) -> None:
        """These bytes are that."""
        assert self._known.setdefault(digest_of(content), facts) == facts

    def of(self, digest: str) -> Facts | None:
        """None for bytes that are no photo."""
        return self._known.get(digest)


def digest_of(content: bytes) -> str:
    """The hash by which the program tells what is shown of bytes."""
    return hashlib.sha256(content).hexdigest()


def compressed(picture: Image.Image, quality: int = 92) -> bytes:
    """As JPEG, colours at full size."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, subsampling=0)
    return file.getvalue()


@cache
def drawn(number: int, emotions: tuple[str, ...]) -> Image.Image:
    """Grey boxes that no other number has, and the faces on them from left to right, each higher or lower."""
    dice = random.Random(number)
    width, height = (side // BLOCK for side in SIZE)
    picture = Image.new("RGB", SIZE, _grey(dice))
    pen = ImageDraw.Draw(picture)
    for _ in range(10):
        x, y = dice.randrange(width), dice.randrange(height)
        _rectangle(pen, x, y, dice.randint(3, 8), dice.randint(3, 8), _grey(dice))
    for place, emotion in enumerate(emotions):
        _rectangle(pen, 2 + 4 * place, dice.randint(2, 9), FACE // BLOCK, FACE // BLOCK, FACE_COLOURS[emotion])
    return picture


def _rectangle(pen: ImageDraw.ImageDraw, x: int, y: int, width: int, height: int, colour: tuple[int, int, int]) -> None:
    pen.rectangle((x * BLOCK, y * BLOCK, (x + width) * BLOCK - 1, (y + height) * BLOCK - 1), colour)


def _grey(dice: random.Random) -> tuple[int, int, int]:
    level = dice.choice((20, 60, 150, 200, 240))
    return level, level, level


class BlockDetector(FaceDetector):
    """Finds the one box of each face's colour, wherever it is."""

    @property
    def signature(self) -> str:
        """Never another."""
        return "blocks"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """The faces of each picture."""
        return [list(map(_detection, boxes_in(image))) for image in images]


def _detection(box: Box) -> Detection:
    shares = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    marks = tuple((box.left + x * box.width, box.top + y * box.height) for x, y in shares)
    return Detection(box, 0.99, marks)


def boxes_in(image: Image.Image) -> list[Box]:
    """Where the faces are, whole ones alone."""
    middles = np.asarray(image.convert("RGB"), dtype=np.int16)[4::8, 4::8]
    found = []
    for colour in FACE_COLOURS.values():
        rows, columns = np.nonzero((np.abs(middles - np.array(colour, dtype=np.int16)) < 40).all(axis=2))
        if rows.size == (FACE // 8) ** 2:
            found.append(
                Box(*(8.0 * int(side) for side in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)))
            )
    return found

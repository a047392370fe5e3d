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
from PIL import Image, ImageDraw, ImageOps

from gallery.faces import Box, Detection, FaceDetector
from tests.support.fakes import FACE_COLOURS

SIZE: Final = (320, 240)
BLOCK: Final = 16
"""All edges lie on multiples of it: JPEG compresses blocks, and so no colour runs into another."""
FACE: Final = 48


@dataclass(frozen=True)
class Facts:
    """What a file's bytes are.

    `shot` is the moment that was taken, `data` names the image data, which change when it is turned pixel by pixel,
    cropped or compressed again; `orientation` is that of EXIF. `frame` tells what part of the shot is seen. `faces` are
    the emotions of the faces in the upright picture from left to right, each once. `date` is what a camera wrote.
    """

    shot: int
    data: str
    faces: tuple[str, ...]
    frame: str = "all"
    date: datetime | None = None
    orientation: int = 1

    @property
    def picture(self) -> str:
        """Names what is seen, whatever is said of it."""
        return self.data if self.orientation == 1 else f"{self.data} turned by {self.orientation}"


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

    def note_made(self, content: bytes, facts: Facts, frame: str) -> None:
        """These bytes were made of what the facts tell, with other pixels, without anything that was said of it."""
        digest = digest_of(content)
        made = Facts(facts.shot, f"shot {facts.shot} as {digest[:8]}", faces_in(opened(content)), frame)
        self._known.setdefault(digest, made)

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


def opened(content: bytes) -> Image.Image:
    """Upright."""
    return ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")


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
        left, top = 2 + 4 * place, dice.randint(2, 9)
        _rectangle(pen, left, top, FACE // BLOCK, FACE // BLOCK, FACE_COLOURS[emotion])
        _draw_features(pen, dice, left * BLOCK, top * BLOCK)
    return picture


def _draw_features(pen: ImageDraw.ImageDraw, dice: random.Random, left: int, top: int) -> None:
    """By which a face is told from all others: in neither its corners nor its middle, where its colour is asked."""
    fields = [(x, y) for x in range(6) for y in range(6) if (x not in (0, 5) or y not in (0, 5))]
    fields = [(x, y) for x, y in fields if x not in (2, 3) or y not in (2, 3)]
    for x, y in dice.sample(fields, 12):
        edges = (left + 8 * x, top + 8 * y, left + 8 * x + 7, top + 8 * y + 7)
        pen.rectangle(edges, fill=_grey(dice))


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
        return [list(map(_detection, boxes_in(image).values())) for image in images]


def _detection(box: Box) -> Detection:
    shares = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    marks = tuple((box.left + x * box.width, box.top + y * box.height) for x, y in shares)
    return Detection(box, 0.99, marks)


def boxes_in(image: Image.Image) -> dict[str, Box]:
    """Where the faces are, whole ones alone, by their emotions."""
    middles = np.asarray(image.convert("RGB"), dtype=np.int16)[4::8, 4::8]
    found = {}
    for emotion, colour in FACE_COLOURS.items():
        rows, columns = np.nonzero((np.abs(middles - np.array(colour, dtype=np.int16)) < 40).all(axis=2))
        if rows.size < 20:
            continue
        sides = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        box = Box(*(8.0 * int(side) for side in sides))
        if (box.width, box.height) == (FACE, FACE):
            found[emotion] = box
    return found


def faces_in(image: Image.Image) -> tuple[str, ...]:
    """Their emotions in the order of the middles of their boxes: from left to right, then from the top."""
    boxes = boxes_in(image)
    return tuple(sorted(boxes, key=lambda one: (boxes[one].left, boxes[one].top)))

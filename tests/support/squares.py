"""A stand-in for a detector that finds squares wherever they are, so that it can be asked for any part of a picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from gallery.faces import Box, Detection, FaceDetector
from tests.support.fakes import FACE_COLOURS


class Squares(FaceDetector):
    """Finds one square or part of a square of each colour of faces, of at least so many pixels; sure of each part."""

    def __init__(self, least: int = 5) -> None:
        self.least = least
        self.shown: list[Image.Image] = []

    @property
    def signature(self) -> str:
        return "squares"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        self.shown += images
        return [self._search(image) for image in images]

    def _search(self, image: Image.Image) -> list[Detection]:
        pixels = np.asarray(image).astype(int)
        faces = []
        for colour in FACE_COLOURS.values():
            rows, columns = (np.abs(pixels - colour).max(2) < 60).nonzero()
            if len(rows) and min(np.ptp(rows), np.ptp(columns)) + 1 >= self.least:
                box = Box(*(float(side) for side in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)))
                faces.append(Detection(box, 0.99, ((box.left, box.top), (box.right, box.top))))
        return faces

"""Who finds and reads the faces of the tour: drawn ones as they were drawn, real ones by the networks."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from PIL import Image

from gallery.emotions import EMOTIONS
from gallery.faces import Detection, EmotionClassifier, FaceDetector, Prediction
from gallery.images.crops import crop_face
from tests.support.make import landmarks
from tests.support.tour.people import Shown

SIDE = 32
NEAR = 6.0
"""Mean difference of two pictures that are one, saved as JPEG and read, at SIDE pixels."""

Look = np.ndarray


def look(picture: Image.Image) -> Look:
    """The picture very small, to know it again by."""
    return np.asarray(picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32)


def nearest(wanted: Look, known: Sequence[Look]) -> int | None:
    """Which of them it is, or None: it is none of them."""
    if not known:
        return None
    far = np.abs(np.stack(known) - wanted).mean(axis=(1, 2, 3))
    return int(far.argmin()) if far.min() < NEAR else None


def scores(feeling: str, dice: random.Random) -> Prediction:
    """As a network might read the face: mostly rightly, now and then in doubt."""
    sure = dice.uniform(0.3, 0.42) if dice.random() < 0.16 or feeling == "asleep" else dice.uniform(0.62, 0.96)
    shares = np.array([dice.random() ** 3 + 0.02 for _ in EMOTIONS])
    at = EMOTIONS.index("neutral" if feeling == "asleep" else feeling)
    shares[at] = 0
    shares *= (1 - sure) / shares.sum()
    shares[at] = sure
    return Prediction(tuple(float(share) for share in shares))


class Known:
    """The drawn pictures and their faces, learned while they are drawn."""

    def __init__(self) -> None:
        self.pictures: list[Look] = []
        self.widths: list[int] = []
        self.faces: list[list[Detection]] = []
        self.crops: list[Look] = []
        self.read: list[Prediction] = []

    def learn(self, picture: Image.Image, shown: Sequence[Shown]) -> None:
        dice = random.Random(len(self.pictures))
        found = [Detection(face.box, 0.99 - 0.01 * dice.random(), landmarks(face.box)) for face in shown]
        self.pictures.append(look(picture))
        self.widths.append(picture.width)
        self.faces.append(found)
        for face in shown:
            self.crops.append(look(crop_face(picture, face.box)))
            self.read.append(scores(face.feeling, dice))


class Finder(FaceDetector):
    """Finds what was drawn where it was drawn."""

    def __init__(self, known: Known, real: FaceDetector) -> None:
        self.known, self.real = known, real

    @property
    def signature(self) -> str:
        return f"{self.real.signature}, and what was drawn"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        return [self._find(image) for image in images]

    def _find(self, image: Image.Image) -> list[Detection]:
        at = nearest(look(image), self.known.pictures)
        if at is None:
            return self.real.detect([image])[0]
        # It may have been made smaller before it is searched.
        scale = image.width / self.known.widths[at]
        return [face.scaled(scale, scale) for face in self.known.faces[at]]


class Reader(EmotionClassifier):
    """Reads what was meant."""

    def __init__(self, known: Known, real: EmotionClassifier) -> None:
        self.known, self.real = known, real

    @property
    def model_id(self) -> str:
        return self.real.model_id

    @property
    def name(self) -> str:
        return self.real.name

    def predict(self, crops: Sequence[Image.Image]) -> list[Prediction]:
        return [self._read(crop) for crop in crops]

    def _read(self, crop: Image.Image) -> Prediction:
        at = nearest(look(crop), self.known.crops)
        return self.real.predict([crop])[0] if at is None else self.known.read[at]

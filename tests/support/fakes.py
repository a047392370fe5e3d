"""Stand-ins for the networks that follow the protocols and are exact: a face is a square of a pure colour.

`draw_faces` paints them, `FakeDetector` finds them, `FakeClassifier` reads their emotion from the colour.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from gallery.emotions import EMOTIONS
from gallery.faces import Box, Detection, EmotionClassifier, FaceDetector, Prediction

FACE_COLOURS = {
    "angry": (255, 0, 0),
    "disgust": (0, 128, 0),
    "fear": (128, 0, 128),
    "happy": (255, 255, 0),
    "sad": (0, 0, 255),
    "surprise": (255, 128, 0),
    "neutral": (0, 255, 255),
}


def draw_faces(*emotions: str, seed: int = 0) -> Image.Image:
    """An RGB picture 640x480 with a 100-pixel face per emotion, left to right; `seed` makes its content unique."""
    picture = Image.new("RGB", (640, 480), (16, 16, 16))
    draw = ImageDraw.Draw(picture)
    for number, emotion in enumerate(emotions):
        left = 20 + 150 * number
        draw.rectangle((left, 100, left + 99, 199), fill=FACE_COLOURS[emotion])
    draw.text((20, 400), f"photo {seed}", fill=(90, 90, 90))
    return picture


class FakeDetector(FaceDetector):
    """Finds the faces of `draw_faces`, and counts the pictures it was shown."""

    def __init__(self) -> None:
        self.seen = 0

    @property
    def signature(self) -> str:
        return "fake"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        self.seen += len(images)
        return [self._search(image) for image in images]

    def _search(self, image: Image.Image) -> list[Detection]:
        scale = image.width / 640
        found = []
        for number in range(4):
            left = 20 + 150 * number
            box = Box(left, 100, left + 100, 200).scaled(scale, scale)
            if box.bottom > image.height:
                continue
            pixel = image.getpixel((int((box.left + box.right) / 2), int((box.top + box.bottom) / 2)))
            if nearest_emotion(pixel):
                found.append(Detection(box, 0.99 - number / 1000))
        return found


class TellingDetector(FakeDetector):
    """Leaves a file in a folder for each process it searches in, named by the process's number."""

    processes = 2

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        (self.folder / str(os.getpid())).touch()
        return super().detect(images)


class FakeClassifier(EmotionClassifier):
    """Gives a face 0.88 for the emotion of its colour and 0.02 for each other one."""

    def __init__(self, name: str = "fake", answer: str | None = None) -> None:
        self._name, self._answer = name, answer

    @property
    def model_id(self) -> str:
        return f"id-of-{self._name}"

    @property
    def name(self) -> str:
        return self._name

    def predict(self, crops: Sequence[Image.Image]) -> list[Prediction]:
        return [self._read(crop) for crop in crops]

    def _read(self, crop: Image.Image) -> Prediction:
        pixel = crop.convert("RGB").getpixel((crop.width // 2, crop.height // 2))
        emotion = self._answer or nearest_emotion(pixel)
        return Prediction(tuple(0.88 if label == emotion else 0.02 for label in EMOTIONS))


def nearest_emotion(pixel: object) -> str | None:
    """The emotion whose colour is within what JPEG blurs."""
    assert isinstance(pixel, tuple)
    for emotion, colour in FACE_COLOURS.items():
        if all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True)):
            return emotion
    return None

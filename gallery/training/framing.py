"""Measures how FER2013 frames faces, in terms of the detector's box: the source of `crops.FRAMINGS["fer2013"]`.

`python -m gallery.training.framing fer2013.csv` prints the figures.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from gallery.faces import Detection, FaceDetector
from gallery.training.data import load_dataset
from gallery.training.faces import SIDE, Faces

ENLARGED: Final = 4
"""FER2013's 48 pixels are few for MTCNN; four times as many, bicubic, and it finds five faces in six."""

BORDER: Final = 12
"""Pixels of repeated edge about each picture: in photos, too, faces have surroundings, and boxes vary less so."""

MIN_CONFIDENCE: Final = 0.95


def measure(faces: Faces, detector: FaceDetector, *, count: int = 3000, border: int = BORDER) -> np.ndarray:
    """Boxes of `count` evenly spread faces, float64 [found, 4]: left, top, right, bottom in sides of the picture.

    Pictures in which no face is found with enough confidence are left out; of several faces the surest counts.
    """
    rows = np.linspace(0, len(faces) - 1, min(count, len(faces))).astype(int)
    boxes = []
    for start in range(0, len(rows), 16):
        pictures = [_enlarged(faces.pixels[row].numpy(), border) for row in rows[start : start + 16]]
        boxes += [_relative(found[0], border) for found in detector.detect(pictures) if _is_sure(found)]
    return np.array(boxes).reshape(-1, 4)


def summary(boxes: np.ndarray) -> dict[str, tuple[float, float, float]]:
    """First quartile, median and third quartile of side, dx and dy as `faces.Framing` defines them."""
    left, top, right, bottom = boxes.T
    height = bottom - top
    values = {
        "side": 1 / height,
        "dx": (0.5 - (left + right) / 2) / height,
        "dy": (0.5 - (top + bottom) / 2) / height,
    }
    return {name: tuple(np.percentile(value, [25, 50, 75]).tolist()) for name, value in values.items()}


def _enlarged(pixels: np.ndarray, border: int) -> Image.Image:
    picture = Image.fromarray(np.pad(pixels, border, mode="edge"))
    side = ENLARGED * picture.width
    return picture.resize((side, side), Image.Resampling.BICUBIC).convert("RGB")


def _relative(face: Detection, border: int) -> list[float]:
    box = face.box
    return [(value / ENLARGED - border) / SIDE for value in (box.left, box.top, box.right, box.bottom)]


def _is_sure(found: Sequence[Detection]) -> bool:
    return bool(found) and found[0].confidence >= MIN_CONFIDENCE


def main(data: str) -> None:
    """Print the figures for the Training split."""
    from gallery.vision.detector import MTCNNDetector

    faces = load_dataset(Path(data))["Training"]
    detector = MTCNNDetector(min_face=60)
    for border in (BORDER, 0):
        boxes = measure(faces, detector, border=border)
        print(f"border {border}: {len(boxes)} of 3000 faces found")  # noqa: T201
        for name, quartiles in summary(boxes).items():
            print(f"  {name:5} quartiles {quartiles[0]:.3f}  {quartiles[1]:.3f}  {quartiles[2]:.3f}")  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])

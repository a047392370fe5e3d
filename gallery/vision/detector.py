"""MTCNN (Zhang et al. 2016, "Joint face detection and alignment using multi-task cascaded convolutional networks").

The networks and their weights are facenet-pytorch's; the search with them is in `cascade`. Here "no face" is an empty
list, boxes stay inside the picture, and pictures too small to search have no face.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

import torch
from facenet_pytorch import MTCNN
from PIL import Image

from gallery.faces import Box, Detection, FaceDetector
from gallery.settings import Settings
from gallery.vision.batches import Batches
from gallery.vision.cascade import Cascade, Found
from gallery.vision.device import choose_device
from gallery.vision.sideways import LEAST_FACE, lying_faces

BATCH: Final = 32
"""Pictures of one size searched together on a GPU. On a CPU this gains nothing and costs memory."""


def load(settings: Settings) -> MTCNNDetector:
    """The detector as the settings say. Raises UsageError for a device that isn't there."""
    return MTCNNDetector(min_face=settings.min_face, device=choose_device(settings.device))


class MTCNNDetector(FaceDetector):
    """Finds every face of at least `min_face` pixels in upright RGB pictures."""

    def __init__(self, *, min_face: int = 30, device: torch.device | str = "cpu") -> None:
        self._min_face = min_face
        mtcnn = MTCNN(device=device)
        networks = [part.to(memory_format=torch.channels_last) for part in (mtcnn.pnet, mtcnn.rnet, mtcnn.onet)]
        self._cascade = Cascade(*networks, min_face=min_face, device=torch.device(device))
        self._quick = Cascade(*networks, min_face=LEAST_FACE, device=torch.device(device))
        self._batches = Batches(1 if torch.device(device).type == "cpu" else BATCH)

    @property
    def signature(self) -> str:
        """The detector and the settings that change what it finds."""
        return f"mtcnn min_face={self._min_face}"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """The faces of each picture, best confidence first; see FaceDetector."""
        return self._search(self._cascade, self._min_face, images)

    def detect_lying(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """The faces of pictures that lie on their side or stand on their head; see FaceDetector."""
        return lying_faces(images, partial(self._search, self._quick, LEAST_FACE), self.detect)

    def _search(self, cascade: Cascade, least: int, images: Sequence[Image.Image]) -> list[list[Detection]]:
        faces: list[list[Detection]] = [[] for _ in images]
        for numbers in _by_size(images, least):
            found = self._batches.run(cascade.search, [images[number] for number in numbers])
            for number, each in zip(numbers, found, strict=True):
                faces[number] = _detections(each, images[number].size)
        return faces


def _by_size(images: Sequence[Image.Image], least: int) -> Iterable[list[int]]:
    """The numbers of those pictures that are alike in size; of a side below `least` none."""
    alike: dict[tuple[int, int], list[int]] = {}
    for number, image in enumerate(images):
        if min(image.size) >= least:
            alike.setdefault(image.size, []).append(number)
    return alike.values()


def _detections(found: Found, size: tuple[int, int]) -> list[Detection]:
    faces = [
        Detection(
            Box(*box).clipped(*size),
            min(max(confidence, 0.0), 1.0),
            tuple((x, y) for x, y in points),
        )
        for box, confidence, points in zip(
            found.boxes.tolist(), found.scores.tolist(), found.points.tolist(), strict=True
        )
    ]
    return [face for face in faces if face.box.width >= 1 and face.box.height >= 1]

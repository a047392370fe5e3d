"""MTCNN (Zhang et al. 2016, "Joint face detection and alignment using multi-task cascaded convolutional networks").

The networks and their weights are facenet-pytorch's; the search with them is in `cascade`. Here "no face" is an empty
list, boxes stay inside the picture, and pictures too small to search have no face.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from facenet_pytorch import MTCNN
from PIL import Image

from gallery.faces import Box, Detection
from gallery.vision.cascade import Cascade, Found


class MTCNNDetector:
    """Finds every face of at least `min_face` pixels in upright RGB pictures."""

    def __init__(self, *, min_face: int = 30, device: torch.device | str = "cpu") -> None:
        self._min_face = min_face
        mtcnn = MTCNN(device=device)
        networks = [part.to(memory_format=torch.channels_last) for part in (mtcnn.pnet, mtcnn.rnet, mtcnn.onet)]
        self._cascade = Cascade(*networks, min_face=min_face, device=torch.device(device))

    @property
    def signature(self) -> str:
        """The detector and the settings that change what it finds."""
        return f"mtcnn min_face={self._min_face}"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """The faces of each picture, best confidence first; see FaceDetector."""
        # One by one: on a CPU, batches of equal pictures gain nothing and cost memory.
        return [
            _detections(self._cascade.search(image), image.size) if min(image.size) >= self._min_face else []
            for image in images
        ]


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

"""MTCNN (Zhang et al. 2016, "Joint face detection and alignment using multi-task cascaded convolutional networks").

The network and its weights are facenet-pytorch's; this adapter hides its rough edges: "no face" is an empty list, boxes
stay inside the picture, pictures too small to search have no face.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import torch
from facenet_pytorch import MTCNN
from PIL import Image

from gallery.faces import Box, Detection

GPU_BATCH: Final = 16
"""Pictures of one size searched at once on a GPU. On a CPU batches gain nothing, and cost memory."""


PNET_SIDE: Final = 12.0
"""Pixels of the smallest face that MTCNN's first network sees."""


class MTCNNDetector:
    """Finds every face of at least `min_face` pixels in upright RGB pictures."""

    def __init__(self, *, min_face: int = 30, device: torch.device | str = "cpu") -> None:
        self._min_face = min_face
        self._batch = 1 if torch.device(device).type == "cpu" else GPU_BATCH
        self._mtcnn = MTCNN(keep_all=True, min_face_size=min_face, device=device)
        for network in (self._mtcnn.pnet, self._mtcnn.rnet, self._mtcnn.onet):
            network.to(memory_format=torch.channels_last)

    @property
    def signature(self) -> str:
        """The detector and the settings that change what it finds."""
        return f"mtcnn min_face={self._min_face}"

    def detect(self, images: Sequence[Image.Image]) -> list[list[Detection]]:
        """The faces of each picture, best confidence first; see FaceDetector."""
        found: list[list[Detection]] = [[] for _ in images]
        by_size: dict[tuple[int, int], list[int]] = defaultdict(list)
        for number, image in enumerate(images):
            # MTCNN's own arithmetic: 12 / 47 * 47 is below 12, and there it would find no scale to search at.
            if min(image.size) * (PNET_SIDE / self._min_face) >= PNET_SIDE:
                by_size[image.size].append(number)
        for numbers in by_size.values():
            for start in range(0, len(numbers), self._batch):
                part = numbers[start : start + self._batch]
                for number, faces in zip(part, self._search([images[n] for n in part]), strict=True):
                    found[number] = faces
        return found

    def _search(self, images: list[Image.Image]) -> list[list[Detection]]:
        """Faces of pictures that all have the same size."""
        with torch.inference_mode():
            boxes, confidences, landmarks = self._mtcnn.detect(images, landmarks=True)
        size = images[0].size
        return [_detections(*face, size) for face in zip(boxes, confidences, landmarks, strict=True)]


def _detections(boxes: Any, confidences: Any, landmarks: Any, size: tuple[int, int]) -> list[Detection]:
    if boxes is None:
        return []
    faces = [
        Detection(
            Box(*map(float, box)).clipped(*size),
            min(max(float(confidence), 0.0), 1.0),
            tuple((float(x), float(y)) for x, y in points),
        )
        for box, confidence, points in zip(boxes, confidences, landmarks, strict=True)
    ]
    inside = [face for face in faces if face.box.width >= 1 and face.box.height >= 1]
    return sorted(inside, key=lambda face: face.confidence, reverse=True)

"""MTCNN's cascade over pictures of one size: three networks, each asked only about what the one before took for a face.

Networks, thresholds and what is found are those of facenet-pytorch's `detect_face`; the loop round them is not. The
pyramid is scaled in 8 bits, and windows for the second and third network are cut, all at once, from the level on which
each has about the size the network wants; there they cost one call together instead of one each.

Coordinates: pixels of the pictures given, corners of the pixel grid. Boxes are float32 [N, 4]: left, top, right,
bottom; `owners` int64 [N] are the numbers of the pictures they lie in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from PIL import Image
from torch import nn
from torchvision.ops import batched_nms, box_iou

from gallery.vision.pyramid import Level, cut, stacked

FACTOR: Final = 0.709
"""From one level of the pyramid to the next; two steps halve the picture."""

THRESHOLDS: Final = (0.6, 0.7, 0.7)
"""Least probability of a face after each of the three networks."""

OVERLAP: Final = 0.7
"""Of two windows that share more than this only the better one is kept; within a level of the pyramid half is much."""
OVERLAP_IN_LEVEL: Final = 0.5

SAME_FACE: Final = 0.6
"""Windows of the third network that overlap so much show one face, which is put at their mean, weighted by score.

Not so in facenet-pytorch, which takes the best window. It is another one after the least change of the picture: saved
again as JPEG, half of the faces of 20 photos moved by more than 4.5 % (IoU), and by 1.6 % where they are put at the
mean (Gidaris and Komodakis 2015, "Object detection via a multi-region and semantic segmentation-aware CNN model").
"""

WINDOW: Final = 12
STRIDE: Final = 2
"""Of the first network, which looks at every window of 12 pixels, two apart."""

SIDES: Final = (24, 48)
"""Pixels the second and third network are shown."""


@dataclass(frozen=True, slots=True)
class Found:
    """Faces, best first: `boxes` [N, 4], which may leave the picture, `scores` [N], `points` [N, 5, 2] as x, y."""

    boxes: torch.Tensor
    scores: torch.Tensor
    points: torch.Tensor


class Cascade:
    """The three networks (P-Net, R-Net and O-Net of the paper), which lie on `device`."""

    def __init__(
        self, first: nn.Module, second: nn.Module, third: nn.Module, *, min_face: int, device: torch.device
    ) -> None:
        self._first, self._second, self._third = first, second, third
        self._min_face, self._device = min_face, device

    @torch.inference_mode()
    def search(self, pictures: Sequence[Image.Image]) -> list[Found]:
        """The faces of each of some RGB pictures of one size, of which no side is below `min_face`."""
        size = pictures[0].size
        finer, searched = self._pyramid(stacked(pictures, self._device))
        levels = [*finer, *searched]
        boxes, owners = self._propose(searched)
        boxes, owners, windows = cut(levels, squared(boxes), owners, size, SIDES[0])
        boxes, owners = self._refine(boxes, owners, windows)
        boxes, owners, windows = cut(levels, squared(boxes), owners, size, SIDES[1])
        return self._decide(boxes, owners, windows, len(pictures))

    def _pyramid(self, pictures: torch.Tensor) -> tuple[list[Level], list[Level]]:
        """The pictures at falling sizes: those too large to search in, and those in which a least face has 12 pixels or
        fewer."""
        least = min(pictures.shape[2:])
        searched = [WINDOW / self._min_face]
        while least * searched[-1] * FACTOR >= WINDOW:
            searched.append(searched[-1] * FACTOR)
        finer: list[float] = []
        while (scale := searched[0] / FACTOR ** (len(finer) + 1)) < 1:
            finer.append(scale)
        scales = [1.0, *reversed(finer), *searched]
        levels = [Level(pictures, scale) for scale in scales]
        return levels[: -len(searched)], levels[-len(searched) :]

    def _propose(self, levels: Sequence[Level]) -> tuple[torch.Tensor, torch.Tensor]:
        """Boxes of the first network, of all levels together, and their owners."""
        boxes, owners, scores, shifts = (torch.cat(parts) for parts in zip(*map(self._scan, levels), strict=True))
        keep = batched_nms(boxes, scores, owners, OVERLAP)
        sides = (boxes[keep, 2:] - boxes[keep, :2]).repeat(1, 2)
        return boxes[keep] + shifts[keep] * sides, owners[keep]

    def _scan(self, level: Level) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Windows of a level that look like a face: boxes, owners, scores, how far to shift each edge, in sides."""
        shifts, probabilities = self._first(level.pixels)
        owners, rows, columns = (probabilities[:, 1] >= THRESHOLDS[0]).nonzero(as_tuple=True)
        scores = probabilities[owners, 1, rows, columns]
        corner = torch.stack([columns, rows], 1) * STRIDE
        boxes = torch.cat([((corner + 1) / level.scale).floor(), ((corner + WINDOW) / level.scale).floor()], 1)
        keep = batched_nms(boxes, scores, owners, OVERLAP_IN_LEVEL)
        return boxes[keep], owners[keep], scores[keep], shifts[owners[keep], :, rows[keep], columns[keep]]

    def _refine(
        self, boxes: torch.Tensor, owners: torch.Tensor, windows: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Boxes that the second network takes for a face, shifted as it says, and their owners."""
        if not len(boxes):  # the networks refuse a batch of nothing
            return boxes, owners
        shifts, probabilities = self._second(windows)
        chosen = probabilities[:, 1] > THRESHOLDS[1]
        boxes, owners, scores, shifts = boxes[chosen], owners[chosen], probabilities[chosen, 1], shifts[chosen]
        keep = batched_nms(boxes, scores, owners, OVERLAP)
        return shifted(boxes[keep], shifts[keep]), owners[keep]

    def _decide(self, boxes: torch.Tensor, owners: torch.Tensor, windows: torch.Tensor, count: int) -> list[Found]:
        """What the third network takes for a face, by picture; eyes, nose and corners of the mouth with it."""
        if not len(boxes):
            return [Found(boxes, boxes.new_empty(0), boxes.new_empty(0, 5, 2))] * count
        answers = self._third(windows)
        shifts, points, probabilities = (answer.cpu() for answer in answers)
        boxes, owners, scores = boxes.cpu(), owners.cpu(), probabilities[:, 1]
        places = points.unflatten(1, (2, 5)).transpose(1, 2) * extent(boxes)[:, None] + boxes[:, None, :2] - 1
        boxes = shifted(boxes, shifts)
        theirs = [(owners == number) & (scores > THRESHOLDS[2]) for number in range(count)]
        return [merged(boxes[rows], scores[rows], places[rows]) for rows in theirs]


def merged(boxes: torch.Tensor, scores: torch.Tensor, points: torch.Tensor) -> Found:
    """Of all windows in one picture that show the same face, one at their mean."""
    keep = apart(boxes, scores)
    shares = (box_iou(boxes[keep], boxes) > SAME_FACE) * scores
    shares = shares / shares.sum(1, keepdim=True)
    return Found(shares @ boxes, scores[keep], (shares @ points.flatten(1)).unflatten(1, (5, 2)))


def extent(boxes: torch.Tensor) -> torch.Tensor:
    """Width and height [N, 2] as the networks were taught them: with both of the outermost pixels."""
    return boxes[:, 2:] - boxes[:, :2] + 1


def squared(boxes: torch.Tensor) -> torch.Tensor:
    """Boxes made square about their centres, by the longer side."""
    sides = boxes[:, 2:] - boxes[:, :2]
    longest = sides.amax(1, keepdim=True)
    start = boxes[:, :2] + (sides - longest) / 2
    return torch.cat([start, start + longest], 1)


def shifted(boxes: torch.Tensor, shifts: torch.Tensor) -> torch.Tensor:
    """Boxes with each edge moved by so many sides."""
    return boxes + shifts * extent(boxes).repeat(1, 2)


def apart(boxes: torch.Tensor, scores: torch.Tensor) -> list[int]:
    """Which boxes to keep, best first: those of which, or in which, no better one lies with more than OVERLAP."""
    area = extent(boxes).prod(1)
    end = torch.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    start = torch.maximum(boxes[:, None, :2], boxes[None, :, :2])
    shared = (end - start + 1).clamp(min=0).prod(2) / torch.minimum(area[:, None], area[None])
    kept: list[int] = []
    for number in scores.argsort(descending=True).tolist():
        if not kept or shared[number, kept].max() <= OVERLAP:
            kept.append(number)
    return kept

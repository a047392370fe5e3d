"""MTCNN's cascade over one picture: three networks, each asked only about what the one before took for a face.

Networks, thresholds and what is found are those of facenet-pytorch's `detect_face`; the loop round them is not. The
pyramid is scaled in 8 bits, and windows for the second and third network are cut, all at once, from the level on which
each has about the size the network wants; there they cost one call together instead of one each.

Coordinates: pixels of the picture given, corners of the pixel grid. Boxes are float32 [N, 4]: left, top, right, bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional
from torchvision.ops import box_iou, nms

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


class Level:
    """The picture at one size, as the networks want it."""

    def __init__(self, picture: Image.Image, scale: float, device: torch.device) -> None:
        self.scale, self._picture, self._device = scale, picture, device

    @cached_property
    def pixels(self) -> torch.Tensor:
        """float32 [1, 3, H, W] of -1 to 1, channels last."""
        width, height = self._picture.size
        size = int(width * self.scale + 1), int(height * self.scale + 1)
        # Each pixel is the mean of those it covers; without the gap, this would cost as much as the first network.
        scaled = self._picture if self.scale == 1 else self._picture.resize(size, Image.Resampling.BOX, reducing_gap=2)
        values = torch.from_numpy(np.array(scaled)).to(self._device).permute(2, 0, 1)[None]
        return values.float().sub_(127.5).mul_(1 / 128)


class Cascade:
    """The three networks (P-Net, R-Net and O-Net of the paper), which lie on `device`."""

    def __init__(
        self, first: nn.Module, second: nn.Module, third: nn.Module, *, min_face: int, device: torch.device
    ) -> None:
        self._first, self._second, self._third = first, second, third
        self._min_face, self._device = min_face, device

    @torch.inference_mode()
    def search(self, picture: Image.Image) -> Found:
        """The faces of an RGB picture of which no side is below `min_face`."""
        finer, searched = self._pyramid(picture)
        levels = [*finer, *searched]
        boxes, windows = cut(levels, squared(self._propose(searched)), picture.size, SIDES[0])
        boxes, windows = cut(levels, squared(self._refine(boxes, windows)), picture.size, SIDES[1])
        return self._decide(boxes, windows)

    def _pyramid(self, picture: Image.Image) -> tuple[list[Level], list[Level]]:
        """The picture at falling sizes: those too large to search in, and those in which a least face has 12 pixels or
        fewer."""
        searched = [WINDOW / self._min_face]
        while min(picture.size) * searched[-1] * FACTOR >= WINDOW:
            searched.append(searched[-1] * FACTOR)
        finer: list[float] = []
        while (scale := searched[0] / FACTOR ** (len(finer) + 1)) < 1:
            finer.append(scale)
        scales = [1.0, *reversed(finer), *searched]
        levels = [Level(picture, scale, self._device) for scale in scales]
        return levels[: -len(searched)], levels[-len(searched) :]

    def _propose(self, levels: Sequence[Level]) -> torch.Tensor:
        """Boxes of the first network, of all levels together."""
        boxes, scores, shifts = (torch.cat(parts) for parts in zip(*map(self._scan, levels), strict=True))
        keep = nms(boxes, scores, OVERLAP)
        sides = (boxes[keep, 2:] - boxes[keep, :2]).repeat(1, 2)
        return boxes[keep] + shifts[keep] * sides

    def _scan(self, level: Level) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Windows of a level that look like a face: boxes, scores, and how far to shift each edge, in sides."""
        shifts, probabilities = self._first(level.pixels)
        rows, columns = (probabilities[0, 1] >= THRESHOLDS[0]).nonzero(as_tuple=True)
        scores = probabilities[0, 1, rows, columns]
        corner = torch.stack([columns, rows], 1) * STRIDE
        boxes = torch.cat([((corner + 1) / level.scale).floor(), ((corner + WINDOW) / level.scale).floor()], 1)
        keep = nms(boxes, scores, OVERLAP_IN_LEVEL)
        return boxes[keep], scores[keep], shifts[0][:, rows[keep], columns[keep]].T

    def _refine(self, boxes: torch.Tensor, windows: torch.Tensor) -> torch.Tensor:
        """Boxes that the second network takes for a face, shifted as it says."""
        if not len(boxes):  # the networks refuse a batch of nothing
            return boxes
        shifts, probabilities = self._second(windows)
        chosen = probabilities[:, 1] > THRESHOLDS[1]
        boxes, scores, shifts = boxes[chosen], probabilities[chosen, 1], shifts[chosen]
        keep = nms(boxes, scores, OVERLAP)
        return shifted(boxes[keep], shifts[keep])

    def _decide(self, boxes: torch.Tensor, windows: torch.Tensor) -> Found:
        """What the third network takes for a face; eyes, nose and corners of the mouth with it."""
        if not len(boxes):
            return Found(boxes, boxes.new_empty(0), boxes.new_empty(0, 5, 2))
        shifts, points, probabilities = self._third(windows)
        chosen = probabilities[:, 1] > THRESHOLDS[2]
        boxes, scores, shifts, points = boxes[chosen], probabilities[chosen, 1], shifts[chosen], points[chosen]
        places = points.unflatten(1, (2, 5)).transpose(1, 2) * extent(boxes)[:, None] + boxes[:, None, :2] - 1
        boxes = shifted(boxes, shifts)
        keep = apart(boxes, scores)
        shares = (box_iou(boxes[keep], boxes) > SAME_FACE) * scores
        shares = shares / shares.sum(1, keepdim=True)
        return Found(shares @ boxes, scores[keep], (shares @ places.flatten(1)).unflatten(1, (5, 2)))


def cut(
    levels: Sequence[Level], boxes: torch.Tensor, size: tuple[int, int], side: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The boxes that have a part in the picture, and that part of each as [N, 3, side, side], stretched to a square.

    Each is cut from the smallest of the `levels`, falling in size, that has it at `side` pixels or more, between
    pixels interpolated.
    """
    corners = boxes.trunc()
    start = corners[:, :2].clamp(min=1) - 1
    end = torch.minimum(corners[:, 2:], boxes.new_tensor(size))
    inside = (end > start).all(1)
    boxes, start, end = boxes[inside], start[inside], end[inside]
    wanted = side / (end - start).amax(1)
    scales = boxes.new_tensor([level.scale for level in levels])
    chosen = ((scales[None] >= wanted[:, None]).sum(1) - 1).clamp(min=0)
    steps = (torch.arange(side, device=boxes.device) + 0.5) / side
    places = (start[:, :, None] + (end - start)[:, :, None] * steps) / boxes.new_tensor(size)[:, None] * 2 - 1
    windows = boxes.new_empty(len(boxes), 3, side, side)
    for number in set(chosen.tolist()):
        rows = chosen == number
        windows[rows] = sampled(levels[number].pixels, places[rows])
    return boxes, windows.contiguous(memory_format=torch.channels_last)


def sampled(pixels: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Squares [N, 3, S, S] of a picture [1, 3, H, W] at `places` [N, 2, S]: x and y of columns and rows, -1 to 1."""
    count, _, side = places.shape
    across = places[:, 0, None, :].expand(-1, side, -1)
    down = places[:, 1, :, None].expand(-1, -1, side)
    grid = torch.stack([across, down], -1).reshape(1, count * side, side, 2)
    squares = functional.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    return squares.reshape(3, count, side, side).transpose(0, 1)


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

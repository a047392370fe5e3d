"""Pictures at falling sizes, as MTCNN's networks want them, and windows cut from the level of the right size.

Coordinates: pixels of the full pictures, corners of the pixel grid. Boxes are float32 [N, 4]: left, top, right, bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import torch
from PIL import Image
from torch.nn import functional


def stacked(pictures: Sequence[Image.Image], device: torch.device) -> torch.Tensor:
    """RGB pictures of one size as uint8 [N, 3, H, W], channels last."""
    return torch.from_numpy(np.stack([np.asarray(picture) for picture in pictures])).to(device).permute(0, 3, 1, 2)


class Level:
    """The pictures at one scale; made when first asked for, since not every level is."""

    def __init__(self, pictures: torch.Tensor, scale: float) -> None:
        self.scale, self._pictures = scale, pictures

    @cached_property
    def pixels(self) -> torch.Tensor:
        """float32 [N, 3, H, W] of -1 to 1, channels last."""
        height, width = self._pictures.shape[2:]
        size = int(height * self.scale + 1), int(width * self.scale + 1)
        scaled = self._pictures if self.scale == 1 else shrunk(self._pictures, size)
        return scaled.contiguous(memory_format=torch.channels_last).float().sub_(127.5).mul_(1 / 128)


def shrunk(pictures: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """uint8 [N, 3, H, W] scaled to this height and width, each pixel a weighted mean of those it covers."""
    if pictures.device.type == "cpu":
        # In 8 bits: several times as fast as in floats, and as Pillow.
        return functional.interpolate(pictures, size, mode="bilinear", antialias=True)
    scaled = functional.interpolate(pictures.float(), size, mode="bilinear", antialias=True)
    return scaled.round_().clamp_(0, 255).byte()


def cut(
    levels: Sequence[Level], boxes: torch.Tensor, owners: torch.Tensor, size: tuple[int, int], side: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The boxes that have a part in their picture, whose they are, and that part of each as [N, 3, side, side].

    `owners` int64 [N] are numbers of pictures, `size` their width and height. A part is stretched to a square: cut from
    the smallest of the `levels`, falling in size, that has it at `side` pixels or more, between pixels interpolated.
    """
    corners = boxes.trunc()
    start = corners[:, :2].clamp(min=1) - 1
    end = torch.minimum(corners[:, 2:], boxes.new_tensor(size))
    inside = (end > start).all(1)
    boxes, owners, start, end = boxes[inside], owners[inside], start[inside], end[inside]
    wanted = side / (end - start).amax(1)
    scales = boxes.new_tensor([level.scale for level in levels])
    chosen = ((scales[None] >= wanted[:, None]).sum(1) - 1).clamp(min=0)
    steps = (torch.arange(side, device=boxes.device) + 0.5) / side
    places = (start[:, :, None] + (end - start)[:, :, None] * steps) / boxes.new_tensor(size)[:, None] * 2 - 1
    windows = boxes.new_empty(len(boxes), 3, side, side)
    for number, owner in set(zip(chosen.tolist(), owners.tolist(), strict=True)):
        rows = (chosen == number) & (owners == owner)
        windows[rows] = sampled(levels[number].pixels[owner : owner + 1], places[rows])
    return boxes, owners, windows.contiguous(memory_format=torch.channels_last)


def sampled(pixels: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Squares [N, 3, S, S] of a picture [1, 3, H, W] at `places` [N, 2, S]: x and y of columns and rows, -1 to 1."""
    count, _, side = places.shape
    across = places[:, 0, None, :].expand(-1, side, -1)
    down = places[:, 1, :, None].expand(-1, -1, side)
    grid = torch.stack([across, down], -1).reshape(1, count * side, side, 2)
    squares = functional.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    return squares.reshape(3, count, side, side).transpose(0, 1)

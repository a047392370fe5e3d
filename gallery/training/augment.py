"""Random variation of training faces, a whole batch at a time: face by face it would cost more than the network."""

from __future__ import annotations

import math
from typing import Final

import torch
from torch.nn import functional

from gallery.training.config import TrainConfig
from gallery.training.faces import SIDE

_MOST_DRAWS: Final = 16
"""So many kinds of variation a face can have."""


def augment(faces: torch.Tensor, config: TrainConfig, generator: torch.Generator) -> torch.Tensor:
    """Grey faces uint8 [N, 48, 48], each varied at random, as float32 0..255 on the same device.

    A `window` smaller than a face leaves [N, window, window].

    `generator` (of the CPU) draws what happens to each face; noise comes from the device's own generator. Saturation
    and hue are not touched: replicated to RGB a grey picture has no colour to change, and torchvision's jitter of both
    returns it as it was (as a tensor, to within its rounding).
    """
    dice = Dice(len(faces), faces.device, generator)
    varied = place(faces.float(), placements(config, dice), config.window)
    varied = sharpen(varied, dice.even(config.sharpness)) if config.sharpness else varied
    varied = expose(varied, dice.even(config.gamma)) if config.gamma else varied
    varied = (varied * (1 + dice.even(config.brightness))[:, None, None]).clamp_(0, 255)
    mean = varied.mean(dim=(1, 2), keepdim=True)
    varied = mean + (varied - mean) * (1 + dice.even(config.contrast))[:, None, None]
    if config.noise:
        varied = varied + torch.randn_like(varied) * (dice.even(config.noise).abs())[:, None, None]
    varied = varied.clamp_(0, 255)
    return erase(varied, dice, config.erase) if config.erase else varied


class Dice:
    """Draws numbers for each face of a batch: from the CPU's generator, all at once, and onto the device at once."""

    def __init__(self, count: int, device: torch.device, generator: torch.Generator) -> None:
        table = torch.rand(_MOST_DRAWS, count, generator=generator)
        self._rows = iter(table.to(device, non_blocking=True))

    def unit(self) -> torch.Tensor:
        """Numbers [count] drawn evenly from 0 to 1."""
        row: torch.Tensor = next(self._rows)
        return row

    def even(self, reach: float) -> torch.Tensor:
        """Numbers [count] drawn evenly from -reach to reach."""
        return (self.unit() * 2 - 1) * reach


def placements(config: TrainConfig, dice: Dice) -> torch.Tensor:
    """Affine maps [N, 2, 3] from places in the result to places in the face, in half sides from the centre."""
    radians = dice.even(config.rotation_degrees) * math.pi / 180
    mirror = 1 - 2 * (dice.unit() < config.flip).float()
    size = 1 + dice.even(config.scale) if config.scale else torch.ones_like(radians)
    part = config.window / SIDE
    reach = 2 * config.shift + 1 - part  # a window may lie anywhere in the face
    across, down = (dice.even(reach) if reach else torch.zeros_like(radians) for _ in range(2))
    cos, sin = radians.cos() * part / size, radians.sin() * part / size
    return torch.stack([torch.stack([mirror * cos, -mirror * sin, across], 1), torch.stack([sin, cos, down], 1)], dim=1)


def place(faces: torch.Tensor, maps: torch.Tensor, side: int = SIDE) -> torch.Tensor:
    """[N, side, side] from faces [N, H, W] through `maps`; where they reach beyond a face, its border is repeated."""
    grid = functional.affine_grid(maps, [len(faces), 1, side, side], align_corners=False)
    moved = functional.grid_sample(faces.unsqueeze(1), grid, padding_mode="border", align_corners=False)
    return moved.squeeze(1)


def sharpen(faces: torch.Tensor, strength: torch.Tensor) -> torch.Tensor:
    """Faces with `strength` [N] times their fine detail (all beyond a 3x3 mean) added; -1 leaves the mean."""
    blurred = functional.avg_pool2d(faces, 3, stride=1, padding=1, count_include_pad=False)
    return faces + (faces - blurred) * strength[:, None, None]


def expose(faces: torch.Tensor, gamma: torch.Tensor) -> torch.Tensor:
    """Faces with grey values, as parts of 255, raised to the power e^gamma."""
    return 255 * (faces / 255).clamp(0, 1) ** gamma.exp()[:, None, None]


def erase(faces: torch.Tensor, dice: Dice, probability: float) -> torch.Tensor:
    """Faces of which some have a square of a quarter to half the side replaced by their mean (cutout)."""
    side = faces.shape[-1]
    half = torch.where(dice.unit() < probability, side * (1 + dice.unit()) / 8, torch.zeros((), device=faces.device))
    rows, columns = ((torch.arange(side, device=faces.device) - side * dice.unit()[:, None]).abs() for _ in range(2))
    hidden = (rows < half[:, None])[:, :, None] & (columns < half[:, None])[:, None, :]
    return torch.where(hidden, faces.mean(dim=(1, 2), keepdim=True), faces)

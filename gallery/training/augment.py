"""Random variation of training faces, a whole batch at a time: face by face it would cost more than the network."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from gallery.training.config import TrainConfig


def augment(faces: torch.Tensor, config: TrainConfig, generator: torch.Generator) -> torch.Tensor:
    """Grey faces uint8 [N, H, W], each flipped, rotated and jittered at random, as float32 0..255.

    Saturation and hue are not touched: replicated to RGB a grey picture has no colour to change, and torchvision's
    jitter of both returns it as it was (as a tensor, to within its rounding).
    """
    varied = rotate(faces.float(), draw(len(faces), config.rotation_degrees, generator) * math.pi / 180)
    mirrored = torch.rand(len(faces), generator=generator) < config.flip
    varied = torch.where(mirrored[:, None, None], varied.flip(-1), varied)
    varied = varied * (1 + draw(len(faces), config.brightness, generator))[:, None, None]
    varied = varied.clamp(0, 255)
    factor = (1 + draw(len(faces), config.contrast, generator))[:, None, None]
    mean = varied.mean(dim=(1, 2), keepdim=True)
    return (mean + (varied - mean) * factor).clamp(0, 255)


def draw(count: int, reach: float, generator: torch.Generator) -> torch.Tensor:
    """`count` numbers drawn evenly from -reach to reach."""
    return (torch.rand(count, generator=generator) * 2 - 1) * reach


def rotate(faces: torch.Tensor, radians: torch.Tensor) -> torch.Tensor:
    """Faces [N, H, W] (square) turned about their centre; corners that come into view repeat the border."""
    cos, sin, zero = radians.cos(), radians.sin(), torch.zeros_like(radians)
    theta = torch.stack([torch.stack([cos, -sin, zero], 1), torch.stack([sin, cos, zero], 1)], 1)
    grid = functional.affine_grid(theta, [len(faces), 1, *faces.shape[1:]], align_corners=False)
    turned = functional.grid_sample(faces.unsqueeze(1), grid, padding_mode="border", align_corners=False)
    return turned.squeeze(1)

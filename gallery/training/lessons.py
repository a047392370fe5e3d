"""What a run learns from: faces with their targets, and the order in which they come."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from gallery.training.config import TrainConfig
from gallery.training.faces import Faces, targets


@dataclass(frozen=True, slots=True)
class Lessons:
    """`pixels` uint8 [N, 48, 48], `targets` float32 [N, 7], `weights` of the classes on the loss float32 [7].

    `log_shares` float32 [7]: the logarithm of each class's share. `chances` float64 [N]: how likely each face is drawn;
    None where every face comes once an epoch.
    """

    pixels: torch.Tensor
    targets: torch.Tensor
    weights: torch.Tensor
    log_shares: torch.Tensor
    chances: torch.Tensor | None
    batch_size: int

    @classmethod
    def of(cls, faces: Faces, config: TrainConfig) -> Lessons:
        """The faces there is something to learn from, balanced as the settings say.

        A class's weight is the mean class size over its own, to the power of `balance_strength`, times what makes the
        mean weight of a face 1: the scale of the loss stays as it was.
        """
        wanted = targets(faces, config.labels, config.ferplus_share)
        rows = wanted.sum(1) > 0
        wanted = wanted[rows]
        sizes = wanted.sum(0)
        rarity = (sizes.mean() / sizes.clamp(min=1)) ** config.balance_strength
        rarity = rarity * sizes.sum() / (sizes * rarity).sum()
        weights = rarity if config.balance == "weights" else torch.ones_like(rarity)
        chances = (wanted @ rarity).double() if config.balance == "sampler" else None
        log_shares = (sizes.clamp(min=1) / sizes.clamp(min=1).sum()).log()
        return cls(faces.pixels[rows], wanted, weights, log_shares, chances, config.batch_size)

    def on(self, device: torch.device) -> Lessons:
        """The same with faces and targets on this device: FER2013 takes 66 MB there, and no step waits for any."""
        return replace(self, pixels=self.pixels.to(device), targets=self.targets.to(device))

    @property
    def batches(self) -> int:
        """Steps in an epoch."""
        return -(-len(self.targets) // self.batch_size)

    def epoch(self, generator: torch.Generator) -> Iterator[torch.Tensor]:
        """The rows of each batch of an epoch."""
        count = len(self.targets)
        if self.chances is None:
            rows = torch.randperm(count, generator=generator)
        else:
            rows = torch.multinomial(self.chances, count, replacement=True, generator=generator)
        return iter(torch.split(rows.to(self.pixels.device), self.batch_size))


def epoch_seed(config: TrainConfig, epoch: int) -> int:
    """What everything random in an epoch (from 0 on) is drawn from, so that a resumed run draws what another would.

    A run that goes on from another's weights must not show the same faces varied in the same ways again: at equal seeds
    the network knows them by heart (loss 0.69 in place of 0.75), and learns nothing from them.
    """
    before = 0 if config.pretrained == "none" else zlib.crc32(config.pretrained.encode())
    return (config.seed * 1_000_003 + epoch + before) % 2**32

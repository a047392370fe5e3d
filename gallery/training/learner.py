"""One epoch of learning: batches varied, answered, and stepped away from their mistakes, without waiting for a GPU."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import torch
from lightning_fabric import Fabric
from torch import nn
from torch.optim.swa_utils import AveragedModel

from gallery.training.augment import augment
from gallery.training.config import TrainConfig
from gallery.training.engine import make_scheduler, sgd
from gallery.training.lessons import Lessons, epoch_seed
from gallery.training.objective import Objective, mixed
from gallery.vision.preprocess import Preprocessing

_TOLD_STEPS: Final = 50
"""On a GPU figures are read so seldom: each look at them waits until all that was asked of it is done."""


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The last steps on `faces` faces (of all devices together) in `epoch`, counted from 1, with this device's figures.

    One step on a CPU, several on a GPU.
    """

    epoch: int
    faces: int
    loss: float
    accuracy: float


OnBatch = Callable[[BatchResult], None]


class Learner:
    """A network that learns `lessons`, on the devices of `fabric`."""

    def __init__(
        self, network: nn.Module, config: TrainConfig, lessons: Lessons, preprocessing: Preprocessing, fabric: Fabric
    ) -> None:
        self._config, self._preprocessing, self._fabric = config, preprocessing, fabric
        self.lessons = lessons.on(fabric.device)
        self._objective = Objective(config, lessons, fabric.device)
        optimizer = sgd(network, config, fused=fabric.device.type in ("cpu", "cuda"))
        self.network, self.optimizer = fabric.setup(network, optimizer)
        self.scheduler = make_scheduler(optimizer, config, lessons.batches)
        self._mean = _running_mean(unwrapped(self.network), config.ema) if config.ema else None

    @property
    def finished(self) -> nn.Module:
        """What is validated and kept: the network, or the running mean of its weights."""
        return self._mean.module if self._mean else unwrapped(self.network)

    def epoch(self, done: int, on_batch: OnBatch | None = None) -> tuple[float, float]:
        """Learn each lesson once, as epoch `done`, counted from 0, has them: mean loss, and share answered right."""
        seed = epoch_seed(self._config, done)
        order, variety = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
        if self._fabric.global_rank:
            variety.manual_seed(seed + 7919 * self._fabric.global_rank)
        torch.manual_seed(variety.initial_seed())
        telling = _Telling(done + 1, self._fabric.device, on_batch)
        self.network.train()
        for rows in self.lessons.epoch(order):
            share = rows[self._fabric.global_rank :: self._fabric.world_size]
            telling.add(len(rows), len(share), self._step(share, variety))
        loss, right = telling.ended()
        return self._over_all(loss), self._over_all(right)

    def state_dict(self) -> dict[str, Any]:
        """All that `load_state_dict` needs to go on, but for the lessons."""
        mean = {"mean": self._mean.state_dict()} if self._mean else {}
        return {
            "network": self.network,
            "optimizer": self.optimizer,
            "scheduler": self.scheduler.state_dict(),
            **mean,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on where another one was."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scheduler.load_state_dict(state["scheduler"])
        if self._mean:
            self._mean.load_state_dict(state["mean"])

    def _step(self, rows: torch.Tensor, variety: torch.Generator) -> torch.Tensor:
        """Learn from these rows of the lessons: their mean loss and the share answered right, [2], on the device."""
        faces = augment(self.lessons.pixels[rows], self._config, variety)
        faces, targets = mixed(faces, self.lessons.targets[rows], self._config.mixup, variety)
        logits = self.network(self._preprocessing.normalised(faces))
        loss = self._objective.loss(logits, targets, faces)
        self.optimizer.zero_grad()
        self._fabric.backward(loss)
        self.optimizer.step()
        self.scheduler.step()
        if self._mean:
            self._mean.update_parameters(unwrapped(self.network))
        right = (logits.detach().argmax(1) == targets.argmax(1)).float().mean()
        return torch.stack([loss.detach(), right])

    def _over_all(self, value: float) -> float:
        return float(cast(torch.Tensor, self._fabric.all_reduce(torch.tensor(value), reduce_op="mean")))


class _Telling:
    """Adds up the figures of an epoch's steps where they are, and tells them from time to time."""

    def __init__(self, epoch: int, device: torch.device, on_batch: OnBatch | None) -> None:
        self._epoch, self._on_batch = epoch, on_batch
        self._every = 1 if device.type == "cpu" else _TOLD_STEPS
        self._sums: list[torch.Tensor] = []
        self._seen: list[int] = []
        self._faces = 0
        self._told = torch.zeros(2, dtype=torch.float64)
        self._all = 0

    def add(self, faces: int, seen: int, figures: torch.Tensor) -> None:
        """After a step on `faces` faces, `seen` of them here."""
        self._sums.append(figures * seen)
        self._seen.append(seen)
        self._faces += faces
        if len(self._sums) >= self._every:
            self._tell()

    def ended(self) -> tuple[float, float]:
        """The mean loss and the share answered right, of the whole epoch."""
        self._tell()
        loss, right = (self._told / self._all).tolist()
        return loss, right

    def _tell(self) -> None:
        if not self._sums:
            return
        sums, seen = torch.stack(self._sums).cpu().double().sum(0), sum(self._seen)
        self._told, self._all = self._told + sums, self._all + seen
        loss, right = (sums / seen).tolist()
        if self._on_batch:
            self._on_batch(BatchResult(self._epoch, self._faces, loss, right))
        self._sums, self._seen, self._faces = [], [], 0


def _running_mean(network: nn.Module, decay: float) -> AveragedModel:
    """The exponentially weighted mean of a network's weights, in which those of the first steps are soon forgotten."""

    def towards(
        mean: tuple[torch.Tensor, ...] | list[torch.Tensor],
        now: tuple[torch.Tensor, ...] | list[torch.Tensor],
        steps: torch.Tensor | int,
    ) -> None:
        kept = min(decay, (1 + int(steps)) / (10 + int(steps)))
        torch._foreach_lerp_(mean, now, 1 - kept)

    return AveragedModel(network, multi_avg_fn=towards)


def unwrapped(network: nn.Module) -> nn.Module:
    """The network inside Fabric's wrapper, and inside that of several processes."""
    while isinstance(inner := getattr(network, "module", None), nn.Module):
        network = inner
    return network

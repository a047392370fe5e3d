"""What a run is driven by: devices and precision, a fresh network, the optimiser, and how its rate moves."""

from __future__ import annotations

import os
from typing import Final

import torch
from lightning_fabric import Fabric
from torch import nn

from gallery.training.config import TrainConfig
from gallery.training.pretrained import start_from
from gallery.vision.device import choose_device
from gallery.vision.networks import build_network

PRECISIONS: Final = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}


def leads() -> bool:
    """Whether this process is the first of those that train together: the one that writes and speaks."""
    return int(os.environ.get("RANK", os.environ.get("LOCAL_RANK", "0"))) == 0


def make_fabric(config: TrainConfig, device: str, devices: int) -> Fabric:
    """Fabric on so many devices of a kind (CPU: processes), seeded; starts the other processes unless torchrun did."""
    fabric = Fabric(
        accelerator=choose_device(device).type,
        devices=devices,
        precision=PRECISIONS[config.precision],  # type: ignore[arg-type]
    )
    fabric.launch()
    fabric.seed_everything(config.seed, verbose=False)
    torch.backends.cudnn.benchmark = not config.deterministic
    if config.deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # else cuBLAS refuses to be deterministic
        torch.use_deterministic_algorithms(True)
    return fabric


def make_scheduler(
    optimizer: torch.optim.Optimizer, config: TrainConfig, batches: int
) -> torch.optim.lr_scheduler.LRScheduler:
    """Moves the learning rate after every step; an epoch has `batches` of them."""
    if config.schedule == "step":
        return torch.optim.lr_scheduler.StepLR(optimizer, config.step_epochs * batches, config.step_factor)
    total = max(config.epochs * batches, 10)
    warmup = max(config.warmup, 1.1 / total)  # torch divides by the length of the way up less one step
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.learning_rate, total_steps=total, pct_start=warmup, cycle_momentum=False
    )


def fresh_network(config: TrainConfig) -> nn.Module:
    """The network of the settings, with random or pretrained weights. Raises as `start_from` does."""
    network = build_network(config.model, config.network_options)
    if config.pretrained != "none":
        start_from(network, config.pretrained)
    return network.to(memory_format=torch.channels_last)


def sgd(network: nn.Module, config: TrainConfig, *, fused: bool) -> torch.optim.SGD:
    """Stochastic gradient descent as the settings say; `fused` in one operation, where the device has it."""
    return torch.optim.SGD(
        network.parameters(),
        config.learning_rate,
        config.momentum,
        weight_decay=config.weight_decay,
        nesterov=config.nesterov,
        fused=fused,
    )

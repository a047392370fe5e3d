"""The training loop: one epoch of learning, one of validation, the best kept, every epoch resumable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn
from torch.nn import functional

from gallery.errors import CheckpointError, UsageError
from gallery.training.augment import augment
from gallery.training.config import TrainConfig
from gallery.training.data import Faces
from gallery.training.evaluate import evaluate_network, fit_temperature, logits_of
from gallery.vision.checkpoint import load_network, save_checkpoint
from gallery.vision.device import choose_device
from gallery.vision.networks import build_network
from gallery.vision.preprocess import Preprocessing


@dataclass(frozen=True, slots=True)
class EpochResult:
    """One epoch, counted from 1: mean loss and accuracy while learning, accuracy on PublicTest after it."""

    epoch: int
    learning_rate: float
    loss: float
    train_accuracy: float
    accuracy: float
    best_accuracy: float
    seconds: float


OnBatch = Callable[[int, int, float], None]
"""Called after each batch with the epoch (from 1), the faces in the batch and their loss."""


class Trainer:
    """A run in `folder`: `state.pt` to resume from, `best.safetensors`, and at the end `NAME.safetensors`."""

    def __init__(self, config: TrainConfig, data: Mapping[str, Faces], folder: Path, *, device: str = "auto") -> None:
        self.config, self.data, self.folder = config, data, folder
        self.preprocessing = Preprocessing()
        self.fabric = Fabric(accelerator=choose_device(device).type, devices=1)
        self.fabric.seed_everything(config.seed, verbose=False)
        network = _fresh_network(config).to(memory_format=torch.channels_last)
        optimizer = torch.optim.SGD(
            network.parameters(), config.learning_rate, config.momentum, weight_decay=config.weight_decay
        )
        self.network, self.optimizer = self.fabric.setup(network, optimizer)
        self.scheduler = torch.optim.lr_scheduler.StepLR(optimizer, config.step_epochs, config.step_factor)
        self.done, self.best = 0, -1.0

    def run(self, *, on_batch: OnBatch | None = None) -> Iterator[EpochResult]:
        """Train the epochs that are left, yielding each one after its state is on disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        while self.done < self.config.epochs:
            started, rate = time.monotonic(), float(self.scheduler.get_last_lr()[0])
            loss, train_accuracy = self._learn(on_batch)
            accuracy = self._validate()
            self.scheduler.step()
            self.done += 1
            if accuracy > self.best:
                self.best = accuracy
                self._save(self.folder / BEST, temperature=1.0, metrics={"PublicTest": {"accuracy": accuracy}})
            self._save_state()
            seconds = time.monotonic() - started
            yield EpochResult(self.done, rate, loss, train_accuracy, accuracy, self.best, seconds)

    def finish(self, name: str) -> Path:
        """Calibrate the best weights on PublicTest, measure them, and write the checkpoint to ship."""
        network = self.fabric.to_device(load_network(self.folder / BEST))
        self.network.load_state_dict(network.state_dict())
        public = self.data["PublicTest"]
        temperature = fit_temperature(logits_of(network, public, self.preprocessing), public.labels)
        metrics = {
            split: evaluate_network(network, faces, self.preprocessing, temperature, split).summary()
            for split, faces in self.data.items()
            if split != "Training" and len(faces)
        }
        path = self.folder / f"{name}.safetensors"
        self._save(path, temperature=temperature, metrics=metrics)
        return path

    def resume(self) -> None:
        """Take up the run in `folder`. Raises UsageError where there is none, or its settings differ."""
        path = self.folder / STATE
        if not path.is_file():
            raise UsageError(f"nothing to resume in {self.folder}: {STATE} is missing; start without --resume")
        try:
            # Not Fabric's load: before its version 2.6 it would run what a pickle says.
            state = torch.load(path, map_location="cpu", weights_only=True)
            self._check_config(state["config"])
            self.network.load_state_dict(state["network"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.scheduler.load_state_dict(state["scheduler"])
            self.done, self.best = int(state["done"]), float(state["best"])
        except UsageError:
            raise
        except Exception as error:  # a damaged pickle fails in every way there is
            raise CheckpointError(path, f"can't be resumed from: {str(error)[:200]}") from None

    def _check_config(self, theirs: Mapping[str, Any]) -> None:
        ours = self.config.as_dict()
        other = {key: theirs.get(key) for key in sorted({*ours, *theirs}) if ours.get(key) != theirs.get(key)}
        if other:
            raise UsageError(
                f"{self.folder / STATE} was made with other settings ({other}); give the same or another --run folder"
            )

    def _learn(self, on_batch: OnBatch | None) -> tuple[float, float]:
        faces = self.data["Training"]
        # Seeded by epoch, dropout included, so that a resumed run draws what an uninterrupted one would.
        generator = torch.Generator().manual_seed(self.config.seed * 1_000_003 + self.done)
        torch.manual_seed(self.config.seed * 1_000_003 + self.done)
        batches = torch.split(torch.randperm(len(faces), generator=generator), self.config.batch_size)
        loss, right = 0.0, 0
        self.network.train()
        for rows in batches:
            pixels = augment(faces.pixels[rows], self.config, generator)
            batch_loss, batch_right = self._step(pixels, faces.labels[rows])
            loss += batch_loss * len(rows)
            right += batch_right
            if on_batch:
                on_batch(self.done + 1, len(rows), batch_loss)
        return loss / len(faces), right / len(faces)

    def _step(self, pixels: torch.Tensor, labels: torch.Tensor) -> tuple[float, int]:
        inputs, labels = self.fabric.to_device((self.preprocessing.normalised(pixels), labels))
        logits = self.network(inputs)
        loss = functional.cross_entropy(logits, labels)
        self.optimizer.zero_grad()
        self.fabric.backward(loss)
        self.optimizer.step()
        return loss.item(), int((logits.argmax(1) == labels).sum())

    def _validate(self) -> float:
        faces = self.data["PublicTest"]
        logits = logits_of(self.network, faces, self.preprocessing)
        return (logits.argmax(1) == faces.labels).float().mean().item()

    def _save(self, path: Path, *, temperature: float, metrics: Mapping[str, Any]) -> None:
        save_checkpoint(
            path,
            _unwrapped(self.network),
            name=path.stem,
            architecture=self.config.model,
            options=self.config.network_options,
            preprocessing=self.preprocessing,
            temperature=temperature,
            metrics=metrics,
            training=self.config.as_dict(),
        )

    def _save_state(self) -> None:
        state = {
            "network": self.network,
            "optimizer": self.optimizer,
            "scheduler": self.scheduler.state_dict(),
            "config": self.config.as_dict(),
            "done": self.done,
            "best": self.best,
        }
        beside = self.folder / f"{STATE}.part"
        self.fabric.save(beside, state)
        beside.replace(self.folder / STATE)


STATE, BEST = "state.pt", "best.safetensors"


def _fresh_network(config: TrainConfig) -> nn.Module:
    try:
        return build_network(config.model, config.network_options)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _unwrapped(network: nn.Module) -> nn.Module:
    module = getattr(network, "module", network)
    assert isinstance(module, nn.Module)  # noqa: S101 - for the type checker
    return module

"""The training loop: one epoch of learning, one of validation, the best kept, every epoch resumable.

The best is that of the highest macro recall on PublicTest: of all figures at hand it foretells best how right the tags
of photos are that nobody chose by, while accuracy hides how rarely fear and disgust are found.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import torch
from torch import nn
from torch.nn import functional

from gallery.errors import CheckpointError, UsageError
from gallery.training.augment import augment
from gallery.training.calibrate import Thresholds, fit_temperature, fit_thresholds
from gallery.training.config import TrainConfig
from gallery.training.engine import fresh_network, make_fabric, make_scheduler, sgd
from gallery.training.evaluate import Answers, answers, logits_of, macro_recall
from gallery.training.faces import Dataset
from gallery.training.journal import EpochResult, Journal
from gallery.training.lessons import Lessons, epoch_seed
from gallery.training.pretrained import mix
from gallery.vision.preprocess import Preprocessing
from gallery.vision.weights import load_network, save_checkpoint

STATE: Final = "state.pt"
BEST: Final = "best.safetensors"
_CHOSEN_BY: Final = "best_macro_recall"


@dataclass(frozen=True, slots=True)
class BatchResult:
    """One step on `faces` faces (of all devices together) in `epoch`, counted from 1, with this device's figures."""

    epoch: int
    faces: int
    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The checkpoint to ship, and what it says of PublicTest and, where there is one, PrivateTest."""

    path: Path
    answers: tuple[Answers, ...]


OnBatch = Callable[[BatchResult], None]


class Trainer:
    """A run in `folder`: `state.pt` to resume from, `best.safetensors`, and at the end `NAME.safetensors`."""

    def __init__(
        self, config: TrainConfig, data: Dataset, folder: Path, *, device: str = "auto", devices: int = 1
    ) -> None:
        self.config, self.data, self.folder = config, data, folder
        self.preprocessing = Preprocessing(per_face=config.per_face, mirror=config.mirror)
        self.journal = Journal(folder)
        self.fabric = make_fabric(config, device, devices)
        self.lessons = Lessons.of(data["Training"], config)
        self._weights = self.fabric.to_device(self.lessons.weights)
        network = fresh_network(config)
        self._start = copy.deepcopy(network.state_dict()) if config.kept else {}
        optimizer = sgd(network, config)
        self.network, self.optimizer = self.fabric.setup(network, optimizer)
        self.scheduler = make_scheduler(optimizer, config, self.lessons.batches)
        self.done, self.best, self.best_epoch = 0, -1.0, 0

    @property
    def leads(self) -> bool:
        """Whether this process, of several, is the one that writes."""
        return bool(self.fabric.is_global_zero)

    @property
    def stopped(self) -> bool:
        """Whether no epoch is left, or `patience` ran out."""
        config = self.config
        waited = self.done - self.best_epoch
        return self.done >= config.epochs or 0 < config.patience <= waited

    def run(self, *, on_batch: OnBatch | None = None) -> Iterator[EpochResult]:
        """Train the epochs that are left, yielding each one after its state is on disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.leads:
            self.journal.start(self.config, done=self.done)
        while not self.stopped:
            started, rate = time.monotonic(), float(self.scheduler.get_last_lr()[0])
            loss, train_accuracy = self._learn(on_batch)
            accuracy, recall = self._validate()
            self.done += 1
            if recall > self.best:
                self.best, self.best_epoch = recall, self.done
                figures = {"PublicTest": {"macro_recall": recall, "accuracy": accuracy}}
                self._save(self.folder / BEST, _unwrapped(self.network), temperature=1.0, metrics=figures)
            seconds = time.monotonic() - started
            result = EpochResult(self.done, rate, loss, train_accuracy, accuracy, recall, self.best, seconds)
            if self.leads:
                self.journal.add(result)  # before the state: a row too many is dropped on resuming, none is missing
            self._save_state()
            yield result

    def finish(self, name: str) -> Finished:
        """Mix the start into the best weights as `kept` says, calibrate them on PublicTest, measure them, and write the
        checkpoint to ship.

        It holds half precision: at these networks' size that changes no figure, and the figures are of what it holds.
        """
        network = load_network(self.folder / BEST)
        mix(network, self._start, self.config.kept)
        network = network.half().float()
        network = self.fabric.to_device(network)
        logits = {
            split: logits_of(network, faces, self.preprocessing)
            for split, faces in self.data.items()
            if split != "Training" and len(faces)
        }
        temperature = fit_temperature(logits["PublicTest"], self.data["PublicTest"].labels)
        told = {split: answers(logits[split], self.data[split], temperature, split) for split in logits}
        path = self.folder / f"{name}.safetensors"
        self._save(
            path,
            network,
            half=True,
            temperature=temperature,
            metrics={split: each.evaluation.summary() for split, each in told.items()},
            thresholds=fit_thresholds(told["PublicTest"].probabilities, told["PublicTest"].faces.labels),
        )
        return Finished(path, tuple(told.values()))

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
            self.done, self.best_epoch = int(state["done"]), int(state["best_epoch"])
            self.best = float(state[_CHOSEN_BY]) if _CHOSEN_BY in state else self._best_of_older()
        except UsageError:
            raise
        except Exception as error:  # a damaged pickle fails in every way there is
            raise CheckpointError(path, f"can't be resumed from: {str(error)[:200]}") from None

    def _best_of_older(self) -> float:
        """The macro recall of the best weights so far, where an older version chose them by their accuracy."""
        path = self.folder / BEST
        return self._validate(self.fabric.to_device(load_network(path)))[1] if path.is_file() else -1.0

    def _check_config(self, theirs: Mapping[str, Any]) -> None:
        ours, theirs = self.config.as_dict(), {**TrainConfig().as_dict(), **theirs}  # an older version had fewer
        other = {key: theirs.get(key) for key in sorted({*ours, *theirs}) if ours.get(key) != theirs.get(key)}
        if other:
            raise UsageError(
                f"{self.folder / STATE} was made with other settings ({other}); give the same or another --run folder"
            )

    def _learn(self, on_batch: OnBatch | None) -> tuple[float, float]:
        seed = epoch_seed(self.config, self.done)
        order, variety = torch.Generator().manual_seed(seed), torch.Generator().manual_seed(seed)
        if self.fabric.global_rank:
            variety.manual_seed(seed + 7919 * self.fabric.global_rank)
        torch.manual_seed(variety.initial_seed())
        loss, right, seen = 0.0, 0.0, 0
        self.network.train()
        for rows in self.lessons.epoch(order):
            share = rows[self.fabric.global_rank :: self.fabric.world_size]
            step = self._step(share, variety)
            loss, right, seen = loss + step[0] * len(share), right + step[1] * len(share), seen + len(share)
            if on_batch:
                on_batch(BatchResult(self.done + 1, len(rows), *step))
        return self._mean(loss / seen), self._mean(right / seen)

    def _step(self, rows: torch.Tensor, variety: torch.Generator) -> tuple[float, float]:
        """Learn from these rows of the lessons: their loss, and the share answered right."""
        pixels, targets = self.fabric.to_device((self.lessons.pixels[rows], self.lessons.targets[rows]))
        logits = self.network(self.preprocessing.normalised(augment(pixels, self.config, variety)))
        smoothing = self.config.label_smoothing
        loss = functional.cross_entropy(logits.float(), targets, self._weights, label_smoothing=smoothing)
        self.optimizer.zero_grad()
        self.fabric.backward(loss)
        self.optimizer.step()
        self.scheduler.step()
        return loss.item(), (logits.argmax(1) == targets.argmax(1)).float().mean().item()

    def _validate(self, network: nn.Module | None = None) -> tuple[float, float]:
        """Accuracy and macro recall on PublicTest, of the first process where there are several."""
        faces = self.data["PublicTest"]
        read = logits_of(network or _unwrapped(self.network), faces, self.preprocessing).argmax(1)
        figures = (read == faces.labels).float().mean().item(), macro_recall(read, faces.labels)
        return cast(tuple[float, float], self.fabric.broadcast(figures))

    def _mean(self, value: float) -> float:
        return float(cast(torch.Tensor, self.fabric.all_reduce(torch.tensor(value), reduce_op="mean")))

    def _save(
        self,
        path: Path,
        network: nn.Module,
        *,
        temperature: float,
        metrics: Mapping[str, Any],
        thresholds: Thresholds | None = None,
        half: bool = False,
    ) -> None:
        if not self.leads:
            return
        save_checkpoint(
            path,
            network,
            name=path.stem,
            architecture=self.config.model,
            options=self.config.network_options,
            preprocessing=self.preprocessing,
            temperature=temperature,
            metrics=metrics,
            thresholds=thresholds or {},
            training=self.config.as_dict(),
            half=half,
        )

    def _save_state(self) -> None:
        state = {
            "network": self.network,
            "optimizer": self.optimizer,
            "scheduler": self.scheduler.state_dict(),
            "config": self.config.as_dict(),
            "done": self.done,
            _CHOSEN_BY: self.best,
            "best_epoch": self.best_epoch,
        }
        beside = self.folder / f"{STATE}.part"
        self.fabric.save(beside, state)
        if self.leads:
            beside.replace(self.folder / STATE)
        self.fabric.barrier()


def forget(folder: Path) -> None:
    """Begins anew in a folder that holds a run: its state and best weights go, the rest is overwritten in time."""
    for name in (STATE, BEST):
        (folder / name).unlink(missing_ok=True)


def _unwrapped(network: nn.Module) -> nn.Module:
    """The network inside Fabric's wrapper, and inside that of several processes."""
    while isinstance(inner := getattr(network, "module", None), nn.Module):
        network = inner
    return network

"""The training loop: one epoch of learning, one of validation, the best kept, every epoch resumable.

The best is that of the highest macro recall on PublicTest: of all figures at hand it foretells best how right the tags
of photos are that nobody chose by, while accuracy hides how rarely fear and disgust are found.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import torch
from torch import nn

from gallery.errors import CheckpointError, UsageError
from gallery.training.calibrate import Thresholds, fit_temperature, fit_thresholds, stricter
from gallery.training.config import TrainConfig
from gallery.training.engine import fresh_network, make_fabric
from gallery.training.evaluate import Answers, answers, logits_of, macro_recall
from gallery.training.faces import Dataset, clear_votes, voted
from gallery.training.journal import EpochResult, Journal
from gallery.training.learner import Learner, OnBatch
from gallery.training.lessons import Lessons
from gallery.training.pretrained import mix
from gallery.training.readout import read_out
from gallery.vision.networks import build_network
from gallery.vision.preprocess import Preprocessing
from gallery.vision.weights import load_network, save_checkpoint

STATE: Final = "state.pt"
BEST: Final = "best.safetensors"
_CHOSEN_BY: Final = "best_macro_recall"
_KEPT_SECONDS: Final = 20.0
"""A finished epoch is on disk that soon: on a GPU, where one takes a second or two, writing each would take as long."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The checkpoint to ship, and what it says of PublicTest and, where there is one, PrivateTest."""

    path: Path
    answers: tuple[Answers, ...]


class Trainer:
    """A run in `folder`: `state.pt` to resume from, `best.safetensors`, and at the end `NAME.safetensors`."""

    def __init__(
        self, config: TrainConfig, data: Dataset, folder: Path, *, device: str = "auto", devices: int = 1
    ) -> None:
        self.config, self.data, self.folder = config, data, folder
        self.preprocessing = Preprocessing(per_face=config.per_face, mirror=config.mirror)
        self.journal = Journal(folder)
        self.fabric = make_fabric(config, device, devices)
        network = fresh_network(config)
        self._start = copy.deepcopy(network.state_dict()) if config.kept else {}
        lessons = Lessons.of(data["Training"], config)
        self._log_shares = lessons.log_shares
        self.learner = Learner(network, config, lessons, self.preprocessing, self.fabric)
        self.done, self.best, self.best_epoch = 0, -1.0, 0
        self._unkept: Mapping[str, Any] | None = None
        self._kept_at = -_KEPT_SECONDS

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

    def run(self, *, on_batch: OnBatch | None = None) -> Generator[EpochResult, None, None]:
        """Train the epochs that are left, yielding each one.

        Its state is on disk where 20 seconds have passed since the last one was, at the end, and once the generator is
        closed.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.leads:
            self.journal.start(self.config, done=self.done)
        while not self.stopped:
            result = self._epoch(on_batch)
            if self.leads:
                self.journal.add(result)  # before the state: a row too many is dropped on resuming, none is missing
            is_kept = self._is_due()
            if is_kept:
                self._keep()
            try:
                yield result
            except GeneratorExit:
                if not is_kept:
                    self._keep()
                raise

    def _epoch(self, on_batch: OnBatch | None) -> EpochResult:
        started, rate = time.monotonic(), float(self.learner.scheduler.get_last_lr()[0])
        loss, train_accuracy = self.learner.epoch(self.done, on_batch)
        accuracy, recall = self._validate(self.learner.finished)
        self.done += 1
        if recall > self.best:
            self.best, self.best_epoch = recall, self.done
            self._unkept = copy.deepcopy(self.learner.finished.state_dict())
        seconds = time.monotonic() - started
        return EpochResult(self.done, rate, loss, train_accuracy, accuracy, recall, self.best, seconds)

    def finish(self, name: str) -> Finished:
        """Mix the start into the best weights as `kept` says, give back of the emotions' shares what `readout` says,
        calibrate them on PublicTest, measure them, and write the checkpoint to ship.

        It holds half precision: at these networks' size that changes no figure, and the figures are of what it holds.
        """
        network = load_network(self.folder / BEST)
        mix(network, self._start, self.config.kept)
        read_out(network, self.config.readout * self._log_shares)
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
            thresholds=_thresholds(told["PublicTest"]),
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
            self.learner.load_state_dict(state)
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

    def _validate(self, network: nn.Module) -> tuple[float, float]:
        """Accuracy and macro recall on PublicTest, of the first process where there are several."""
        faces = self.data["PublicTest"]
        read = logits_of(network, faces, self.preprocessing).argmax(1)
        figures = (read == faces.labels).float().mean().item(), macro_recall(read, faces.labels)
        return cast(tuple[float, float], self.fabric.broadcast(figures))

    def _is_due(self) -> bool:
        """Whether the state is to be written now. Several processes, which write together, do so after every epoch."""
        since = time.monotonic() - self._kept_at
        return self.stopped or self.fabric.world_size > 1 or since >= _KEPT_SECONDS

    def _keep(self) -> None:
        if self._unkept is not None:
            network = build_network(self.config.model, self.config.network_options)
            network.load_state_dict(self._unkept)
            figures = {"PublicTest": {"macro_recall": self.best}}
            self._save(self.folder / BEST, network, temperature=1.0, metrics=figures)
            self._unkept = None
        self._save_state()
        self._kept_at = time.monotonic()

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
            **self.learner.state_dict(),
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


def _thresholds(told: Answers) -> Thresholds:
    """By the labels, and by the votes where there are any: whichever asks for more."""
    by_labels = fit_thresholds(told.probabilities, told.faces.labels)
    if told.faces.votes is None:
        return by_labels
    rows = clear_votes(told.faces)
    return stricter(by_labels, fit_thresholds(told.probabilities[rows], voted(told.faces).labels[rows]))


def forget(folder: Path) -> None:
    """Begins anew in a folder that holds a run: its state and best weights go, the rest is overwritten in time."""
    for name in (STATE, BEST):
        (folder / name).unlink(missing_ok=True)

"""The two bars of `gallery train`: epochs of the run, faces of the epoch. Elsewhere than on a terminal, nothing."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from gallery.cli.output import error_console
from gallery.cli.progress import Pace

if TYPE_CHECKING:
    from rich.progress import Progress

    from gallery.training.learner import BatchResult

SMOOTHING = 0.98
"""Loss and accuracy shown are running means over about 50 batches: single ones jump."""


class TrainingProgress:
    """A context manager; `advance` after each batch."""

    def __init__(self, *, epochs: int, done: int, faces: int, quiet: bool) -> None:
        self._faces, self._epochs, self._done = faces, epochs, done
        self._pace = Pace()
        self._loss: float | None = None
        self._accuracy = 0.0
        self._epoch = 0
        self._bars: Progress | None = None
        if sys.stderr.isatty() and not quiet:
            self._bars = _bars()
            self._run = self._bars.add_task("epochs", total=epochs, completed=done, text="")
            self._batches = self._bars.add_task("faces", total=faces, text="")

    def __enter__(self) -> TrainingProgress:
        if self._bars is not None:
            self._bars.start()
        self._pace.add(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def advance(self, batch: BatchResult) -> None:
        """So many faces more are learnt from."""
        self._pace.add(batch.faces)
        if self._bars is None:
            return
        if batch.epoch != self._epoch:
            self._epoch, self._loss = batch.epoch, None
            self._bars.update(self._batches, completed=0)
        self._average(batch)
        self._bars.advance(self._batches, batch.faces)
        self._bars.update(self._batches, text=self.now())
        left = (self._epochs - self._done) * self._faces - self._pace.done
        self._bars.update(
            self._run, completed=self._epochs - left / self._faces, text=f"{self._pace.remaining(left)} to go"
        )

    def now(self) -> str:
        """`loss 1.234, accuracy 45.6 %, 380 faces/s`."""
        speed = self._pace.per_second() or 0
        return f"loss {self._loss or 0:.3f}, accuracy {self._accuracy:.1%}, {speed:.0f} faces/s"

    def _average(self, batch: BatchResult) -> None:
        if self._loss is None:
            self._loss, self._accuracy = batch.loss, batch.accuracy
        self._loss += (1 - SMOOTHING) * (batch.loss - self._loss)
        self._accuracy += (1 - SMOOTHING) * (batch.accuracy - self._accuracy)


def _bars() -> Progress:
    from rich.progress import BarColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description:>6}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TextColumn("{task.fields[text]}"),
        console=error_console(),
        transient=True,
    )

"""What a run did, epoch by epoch: its settings, its figures as a CSV file, and the same for TensorBoard."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final

from gallery.errors import CheckpointError
from gallery.system.files import write_beside
from gallery.training.config import TrainConfig
from gallery.training.events import Events

CONFIG: Final = "config.json"
METRICS: Final = "metrics.csv"
TENSORBOARD: Final = "tensorboard"


@dataclass(frozen=True, slots=True)
class EpochResult:
    """One epoch, counted from 1: mean loss and accuracy while learning, accuracy and macro recall on PublicTest.

    `learning_rate` is that of the epoch's first step, `best` the highest macro recall so far. Of an epoch that an older
    version trained neither recall is known: both are no number.
    """

    epoch: int
    learning_rate: float
    loss: float
    train_accuracy: float
    accuracy: float
    macro_recall: float
    best: float
    seconds: float


COLUMNS: Final = [field.name for field in fields(EpochResult)]
_OLDER: Final = ["epoch", "learning_rate", "loss", "train_accuracy", "accuracy", "best_accuracy", "seconds"]
"""Those of version 0.1."""


class Journal:
    """The record of the run in `folder`: `config.json`, `metrics.csv` and `tensorboard/`. One process alone keeps it.

    What can't be written is an OSError; the files are then as they were.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._results: list[EpochResult] = []
        self._events: Events | None = None

    def start(self, config: TrainConfig, *, done: int) -> None:
        """Begin the record, or go on with that of the first `done` epochs; what it says of later ones is dropped.

        Raises CheckpointError where the record to go on with is damaged.
        """
        kept = [result for result in self.history() if result.epoch <= done] if done else []
        self.folder.mkdir(parents=True, exist_ok=True)
        write_beside(self.folder / CONFIG, (json.dumps(config.as_dict(), indent=2) + "\n").encode())
        self._write(kept)
        self._events = Events(self.folder / TENSORBOARD)
        for result in kept:
            self._events.add(result.epoch, _scalars(result))

    def add(self, result: EpochResult) -> None:
        """Record one more epoch; it is on disk when this returns."""
        assert self._events is not None, "start comes first"  # noqa: S101 - for the type checker
        self._write([*self._results, result])
        self._events.add(result.epoch, _scalars(result))

    def history(self) -> list[EpochResult]:
        """The epochs recorded so far, from `metrics.csv`; none where there is no such file.

        Raises CheckpointError naming the first line that doesn't fit.
        """
        path = self.folder / METRICS
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise _damaged(path, f"can't be read: {error}") from None
        return _parse(path, text)

    def _write(self, results: Sequence[EpochResult]) -> None:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([COLUMNS, *map(astuple, results)])
        write_beside(self.folder / METRICS, text.getvalue().encode())
        self._results = list(results)


def best_of(history: Sequence[EpochResult]) -> EpochResult:
    """The epoch whose weights are kept: of the highest macro recall, or accuracy where an older version trained all."""
    known = [result for result in history if not math.isnan(result.macro_recall)]
    return max(known or history, key=lambda result: result.macro_recall if known else result.accuracy)


def recall_told(best: EpochResult) -> str:
    """How good that epoch was, in the figure by which it was the best."""
    return f"accuracy {best.accuracy:.2%}" if math.isnan(best.macro_recall) else f"macro recall {best.macro_recall:.2%}"


_UNKNOWN_BEFORE: Final = ("macro_recall", "best")


def _scalars(result: EpochResult) -> dict[str, float]:
    return {
        "loss": result.loss,
        "accuracy/training": result.train_accuracy,
        "accuracy/PublicTest": result.accuracy,
        "macro recall/PublicTest": result.macro_recall,
        "learning_rate": result.learning_rate,
    }


def _parse(path: Path, text: str) -> list[EpochResult]:
    reader = csv.reader(io.StringIO(text))
    results: list[EpochResult] = []
    try:
        if (header := next(reader, [])) not in (COLUMNS, _OLDER):
            raise ValueError(f"the columns are {', '.join(header)[:200] or 'missing'}; needed: {', '.join(COLUMNS)}")
        for row in reader:
            if len(row) != len(header):
                raise ValueError(f"{len(row)} values; needed: {len(header)}")
            known = row if header == COLUMNS else [*row[:5], "nan", "nan", row[6]]
            results.append(_result(known, after=results[-1].epoch if results else 0))
    except (csv.Error, ValueError) as error:
        raise _damaged(path, f"line {max(reader.line_num, 1)}: {error}") from None
    return results


def _result(row: Sequence[str], *, after: int) -> EpochResult:
    """One row. A loss may be infinite or no number, as that of a run that went astray, and a recall be unknown."""
    result = EpochResult(int(row[0]), *map(float, row[1:]))
    if result.epoch <= after:
        raise ValueError(f"epoch {result.epoch} comes after epoch {after}")
    most = dict.fromkeys(("train_accuracy", "accuracy", *_UNKNOWN_BEFORE), 1.0)
    for name in set(COLUMNS) - {"epoch", "loss"}:
        value = getattr(result, name)
        if name in _UNKNOWN_BEFORE and math.isnan(value):
            continue
        if not (0 <= value <= most.get(name, math.inf) and math.isfinite(value)):
            raise ValueError(f"{name} is {value}")
    return result


def _damaged(path: Path, reason: str) -> CheckpointError:
    return CheckpointError(path, f"{reason}; mend it, or delete the file: only the curves of these epochs are lost")

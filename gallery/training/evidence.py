"""What a finished run leaves to look at: curves, confusion, reliability, the hardest faces, and a page of all that."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gallery.training.config import TrainConfig
from gallery.training.evaluate import Answers
from gallery.training.journal import EpochResult
from gallery.training.plots import draw_curves, draw_evaluation
from gallery.training.report import write_report


def write_evidence(
    folder: Path,
    config: TrainConfig,
    history: Sequence[EpochResult],
    answers: Sequence[Answers],
    notes: Sequence[str] = (),
) -> Path:
    """The pictures of the last of `answers`, the curves, and `report.html` with the figures of all; its path."""
    last = answers[-1]
    pictures = [
        draw_curves(history, folder / "curves.png"),
        *draw_evaluation(last.evaluation, last.faces, last.probabilities, folder / last.evaluation.split),
    ]
    evaluations = [each.evaluation for each in answers]
    return write_report(folder, config=config, history=history, evaluations=evaluations, pictures=pictures, notes=notes)

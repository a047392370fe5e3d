"""Pictures of a run and of what its network gets wrong, as PNG files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from torchmetrics.functional.classification import multiclass_calibration_error

from gallery.emotions import EMOTIONS
from gallery.system.files import write_beside
from gallery.training.evaluate import CALIBRATION_BINS, Evaluation
from gallery.training.faces import Faces
from gallery.training.journal import EpochResult, best_of, recall_told
from gallery.training.sheet import contact_sheet

DPI: Final = 150
TRAINING_COLOUR, VALIDATION_COLOUR, RECALL_COLOUR, QUIET = "#c2410c", "#1d4ed8", "#047857", "#64748b"


def draw_curves(history: Sequence[EpochResult], path: Path) -> Path:
    """Accuracy, loss and learning rate over the epochs, the best one marked."""
    with style.context("default"):
        return _save(curves(history), path)


def draw_confusion(evaluation: Evaluation, path: Path) -> Path:
    """Which emotions are taken for which: rows are true, columns what was read."""
    with style.context("default"):
        return _save(confusion(evaluation), path)


def draw_reliability(probabilities: torch.Tensor, labels: torch.Tensor, path: Path, *, split: str = "") -> Path:
    """Whether scores mean what they say: accuracy against confidence, 15 bins.

    `probabilities` float32 [N, 7], rows summing to 1; `labels` int64 [N]. The title names `split`.
    """
    with style.context("default"):
        return _save(reliability(Bins.of(probabilities, labels), split), path)


def draw_hardest(faces: Faces, probabilities: torch.Tensor, path: Path, *, count: int = 60) -> Path:
    """Contact sheet of the faces read wrong with the highest probability, that one first.

    `probabilities` float32 [N, 7], rows summing to 1.
    """
    score, read = probabilities.cpu().max(1)
    wrong = (read != faces.labels).nonzero().flatten()
    rows = wrong[score[wrong].argsort(descending=True, stable=True)][:count].tolist()
    captions = [(EMOTIONS[faces.labels[row]], f"-> {EMOTIONS[read[row]]} {score[row]:.2f}") for row in rows]
    content = io.BytesIO()
    contact_sheet([faces.pixels[row].cpu().numpy() for row in rows], captions).save(content, "PNG", optimize=True)
    write_beside(path, content.getvalue())
    return path


def draw_evaluation(evaluation: Evaluation, faces: Faces, probabilities: torch.Tensor, folder: Path) -> list[Path]:
    """`confusion.png`, `reliability.png` and `hardest.png` in `folder`, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        draw_confusion(evaluation, folder / "confusion.png"),
        draw_reliability(probabilities, faces.labels, folder / "reliability.png", split=evaluation.split),
        draw_hardest(faces, probabilities, folder / "hardest.png"),
    ]


def curves(history: Sequence[EpochResult]) -> Figure:
    """The figure of `draw_curves`."""
    figure = Figure(figsize=(7, 6.5), layout="constrained")
    accuracy, loss, rate = figure.subplots(3, sharex=True, height_ratios=(3, 2, 1.2))
    epochs = [result.epoch for result in history]
    for values, name, colour in (
        ([result.train_accuracy for result in history], "training", TRAINING_COLOUR),
        ([result.accuracy for result in history], "PublicTest", VALIDATION_COLOUR),
        ([result.macro_recall for result in history], "macro recall, PublicTest", RECALL_COLOUR),
    ):
        accuracy.plot(epochs, values, ".-", color=colour, label=name)
    loss.plot(epochs, [result.loss for result in history], ".-", color=TRAINING_COLOUR)
    rate.plot(epochs, [result.learning_rate for result in history], ".-", color=QUIET)
    rate.set_yscale("log")
    if history:
        _mark_best(figure, history)
    accuracy.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    accuracy.legend(loc="lower right")
    for axes, name in ((accuracy, "accuracy"), (loss, "loss (training)"), (rate, "learning rate")):
        axes.set_ylabel(name)
        axes.grid(alpha=0.3)
    rate.set_xlabel("epoch")
    rate.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def _mark_best(figure: Figure, history: Sequence[EpochResult]) -> None:
    best = best_of(history)
    for axes in figure.axes:
        axes.axvline(best.epoch, color=RECALL_COLOUR, linestyle=":", alpha=0.7)
    figure.axes[0].plot(best.epoch, best.macro_recall, "o", color=RECALL_COLOUR, markersize=8)
    figure.axes[0].set_title(f"best on PublicTest: {recall_told(best)} in epoch {best.epoch}")


def confusion(evaluation: Evaluation) -> Figure:
    """The figure of `draw_confusion`."""
    figure = Figure(figsize=(7, 6.5), layout="constrained")
    axes = figure.subplots()
    shares = [[count / max(sum(row), 1) for count in row] for row in evaluation.confusion]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for true, row in enumerate(evaluation.confusion):
        for read, count in enumerate(row):
            share = f"{shares[true][read]:.0%}" if any(row) else "–"
            colour = "white" if shares[true][read] > 0.7 else "black"
            axes.text(read, true, f"{share}\n{count:,}", ha="center", va="center", color=colour, fontsize=9)
    places = range(len(EMOTIONS))
    axes.set_xticks(places, EMOTIONS, rotation=30)
    axes.set_yticks(places, EMOTIONS)
    axes.set_xlabel("read as")
    axes.set_ylabel("labelled")
    axes.set_title(f"{evaluation.split}: {evaluation.count:,} faces, {evaluation.accuracy:.2%} read right")
    return figure


@dataclass(frozen=True, slots=True)
class Bins:
    """Faces by the probability of what they were read as, in bins of equal width from 0 to 1.

    `counts` of each bin, with mean `confidence` and `accuracy`, 0 where a bin is empty; `ece` over all.
    """

    counts: list[int]
    confidence: list[float]
    accuracy: list[float]
    ece: float

    @classmethod
    def of(cls, probabilities: torch.Tensor, labels: torch.Tensor) -> Bins:
        """Faces sorted into bins; `ece` as in `Evaluation`."""
        probabilities, labels = probabilities.cpu(), labels.cpu()
        score, read = probabilities.max(1)
        place = (score * CALIBRATION_BINS).long().clamp(max=CALIBRATION_BINS - 1)
        counts = torch.bincount(place, minlength=CALIBRATION_BINS)
        confidence, accuracy = (
            (torch.bincount(place, values.double(), CALIBRATION_BINS) / counts.clamp(min=1)).tolist()
            for values in (score, read == labels)
        )
        ece = multiclass_calibration_error(probabilities, labels, len(EMOTIONS), CALIBRATION_BINS)
        return cls(counts.tolist(), confidence, accuracy, ece.item())


def reliability(bins: Bins, split: str = "") -> Figure:
    """The figure of `draw_reliability`."""
    figure = Figure(figsize=(7, 7), layout="constrained")
    above, below = figure.subplots(2, sharex=True, height_ratios=(3, 1.2))
    width = 1 / CALIBRATION_BINS
    filled = [place for place, count in enumerate(bins.counts) if count]
    middles = [(place + 0.5) * width for place in filled]
    above.bar(middles, [bins.accuracy[place] for place in filled], width, color="#93b4f5", edgecolor="white")
    above.plot([0, 1], [0, 1], "--", color=QUIET, label="scores that mean what they say")
    confidence, accuracy = ([values[place] for place in filled] for values in (bins.confidence, bins.accuracy))
    above.plot(confidence, accuracy, "o", color=VALIDATION_COLOUR, label="mean of a bin")
    above.legend(loc="upper left")
    above.set(xlim=(0, 1), ylim=(0, 1), ylabel="share read right")
    start = f"{split}: " if split else ""
    above.set_title(f"{start}{sum(bins.counts):,} faces, expected calibration error {bins.ece:.2%}")
    below.bar(middles, [bins.counts[place] for place in filled], width, color=QUIET, edgecolor="white")
    _label_counts(below, bins, filled)
    below.set(ylabel="faces", xlabel="probability of the emotion read")
    return figure


def _label_counts(axes: Axes, bins: Bins, filled: Sequence[int]) -> None:
    axes.set_ylim(0, max(bins.counts) * 1.2)
    for place in filled:
        count, middle = bins.counts[place], (place + 0.5) / CALIBRATION_BINS
        axes.annotate(f"{count:,}", (middle, count), (0, 2), textcoords="offset points", ha="center", fontsize=8)


def _save(figure: Figure, path: Path) -> Path:
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=DPI)
    write_beside(path, content.getvalue())
    return path

"""How good a network is on a labelled split: recall, accuracy, confusion, and whether its scores mean what they say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn
from torch.nn import functional
from torchmetrics.functional.classification import (
    multiclass_calibration_error,
    multiclass_confusion_matrix,
    multiclass_f1_score,
    multiclass_precision,
    multiclass_recall,
)

from gallery.emotions import EMOTIONS
from gallery.errors import UsageError
from gallery.training.data import load_dataset
from gallery.training.faces import SPLITS, Faces, clear_votes, voted
from gallery.training.folders import COMMON, Classes
from gallery.vision.checkpoints import read_card
from gallery.vision.device import choose_device
from gallery.vision.preprocess import Preprocessing
from gallery.vision.weights import load_network, preprocessing_of

BATCH: Final = 512
VIEW_SHIFT: Final = 2
CALIBRATION_BINS: Final = 15


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures on one split, all 0..1 but `support`, `count` and `confusion`.

    `macro_recall` is the mean recall of the emotions that occur: what best foretells how right the tags of unseen
    photos are, where some emotions are rare. `confusion[i][j]` counts faces labelled EMOTIONS[i] and read as
    EMOTIONS[j]; `ece` is the expected calibration error over 15 bins (Guo et al. 2017, "On calibration of modern neural
    networks").
    """

    split: str
    count: int
    macro_recall: float
    accuracy: float
    macro_f1: float
    per_class: dict[str, dict[str, float | int]]
    confusion: list[list[int]]
    ece: float

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
            "macro_recall": self.macro_recall,
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "per_class": self.per_class,
            "confusion": self.confusion,
            "ece": self.ece,
            "split": self.split,
            "count": self.count,
        }

    def summary(self) -> dict[str, Any]:
        """What a checkpoint keeps: the figures without the tables."""
        names = ("count", "macro_recall", "accuracy", "macro_f1", "ece")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a network says of labelled faces: `probabilities` float32 [N, 7], calibrated, and the figures on them."""

    faces: Faces
    probabilities: torch.Tensor
    evaluation: Evaluation


def evaluate(
    model: Path,
    data: Path,
    *,
    split: str = "PublicTest",
    device: str = "auto",
    labels: str = "fer2013",
    tta: bool = False,
) -> Answers:
    """The answers of a checkpoint on a split of FER2013 (a CSV file, or folders of pictures).

    `labels`: those of `fer2013`, or of `ferplus` the faces on whose emotion six voters of ten agree. `tta`: the mean
    over ten views of each face. Raises CheckpointError, DatasetError, and UsageError for an unknown or empty split.
    """
    return evaluate_by(model, data, (labels,), split=split, device=device, tta=tta)[labels]


def evaluate_by(
    model: Path,
    data: Path,
    labels: Sequence[str],
    *,
    split: str = "PublicTest",
    device: str = "auto",
    tta: bool = False,
    classes: Classes = COMMON,
) -> dict[str, Answers]:
    """As `evaluate`, by each of these `labels`; the network is asked about each face once. `classes`: of folders."""
    if split not in SPLITS:
        raise UsageError(f"unknown split {split!r}; choose from {', '.join(SPLITS)}")
    card, network = read_card(model), load_network(model)
    faces = load_dataset(data, labels="ferplus" if "ferplus" in labels else "fer2013", need=(), classes=classes)[split]
    logits = logits_of(network.to(choose_device(device)), faces, preprocessing_of(card), tta=tta)
    told = {}
    for name in labels:
        rows = clear_votes(faces) if name == "ferplus" else torch.ones(len(faces), dtype=torch.bool)
        chosen = (voted(faces) if name == "ferplus" else faces).where(rows)
        if not len(chosen):
            raise UsageError(f"{data} holds no face of the split {split}")
        told[name] = answers(logits[rows], chosen, card.temperature, split)
    return told


def answers(logits: torch.Tensor, faces: Faces, temperature: float, split: str) -> Answers:
    """What these logits say of the faces; `temperature` divides them."""
    probabilities = (logits / temperature).softmax(1)
    return Answers(faces, probabilities, measure(probabilities, faces.labels, split))


def measure(probabilities: torch.Tensor, labels: torch.Tensor, split: str) -> Evaluation:
    """The figures of probabilities [N, 7] against labels [N]."""
    kinds = len(EMOTIONS)
    each = {
        "precision": multiclass_precision(probabilities, labels, kinds, average="none"),
        "recall": multiclass_recall(probabilities, labels, kinds, average="none"),
        "f1": multiclass_f1_score(probabilities, labels, kinds, average="none"),
        "support": torch.bincount(labels, minlength=kinds),
    }
    return Evaluation(
        split=split,
        count=len(labels),
        macro_recall=_over_those_that_occur(each["recall"], each["support"]),
        accuracy=(probabilities.argmax(1) == labels).float().mean().item(),
        macro_f1=each["f1"].mean().item(),
        per_class={label: {k: v[i].item() for k, v in each.items()} for i, label in enumerate(EMOTIONS)},
        confusion=multiclass_confusion_matrix(probabilities, labels, kinds).tolist(),
        ece=multiclass_calibration_error(probabilities, labels, kinds, CALIBRATION_BINS).item(),
    )


def macro_recall(read: torch.Tensor, labels: torch.Tensor) -> float:
    """The mean recall of the emotions among `labels`, int64 [N], where faces are `read` so, int64 [N]."""
    kinds = len(EMOTIONS)
    recall = multiclass_recall(read, labels, kinds, average="none")
    return _over_those_that_occur(recall, torch.bincount(labels, minlength=kinds))


def _over_those_that_occur(recall: torch.Tensor, support: torch.Tensor) -> float:
    return recall[support > 0].mean().item()


@torch.inference_mode()
def logits_of(network: nn.Module, faces: Faces, preprocessing: Preprocessing, *, tta: bool = False) -> torch.Tensor:
    """Logits float32 [N, 7] on the CPU, with the network in evaluation mode; `tta`: their mean over `views`."""
    network.eval()
    device = next(network.parameters()).device
    parts = [torch.empty(0, len(EMOTIONS))]
    for pixels in torch.split(faces.pixels.to(device), BATCH):
        if tta:
            shown = views(preprocessing.normalised(pixels))
            parts.append(torch.stack([network(view).float() for view in shown]).mean(0).cpu())
        else:
            parts.append(preprocessing.logits(network, pixels).cpu())
    return torch.cat(parts)


def views(faces: torch.Tensor) -> Iterator[torch.Tensor]:
    """Ten views of faces [N, C, H, W]: where they are and two pixels off along both diagonals, each also mirrored."""
    height, width = faces.shape[-2:]
    wide = functional.pad(faces, [VIEW_SHIFT] * 4, mode="replicate")
    for down, across in ((1, 1), (0, 0), (0, 2), (2, 0), (2, 2)):
        top, left = down * VIEW_SHIFT, across * VIEW_SHIFT
        view = wide[..., top : top + height, left : left + width]
        yield view
        yield view.flip(-1)

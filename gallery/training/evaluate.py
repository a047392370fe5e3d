"""How good a network is on a labelled split: accuracy, F1, confusion, and whether its scores mean what they say."""

from __future__ import annotations

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

from gallery.checkpoints import read_card
from gallery.emotions import EMOTIONS
from gallery.errors import UsageError
from gallery.training.data import SPLITS, Faces, load_fer2013
from gallery.vision.checkpoint import load_network, preprocessing_of
from gallery.vision.device import choose_device
from gallery.vision.preprocess import Preprocessing

BATCH: Final = 512
CALIBRATION_BINS: Final = 15


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures on one split, all 0..1 but `support`, `count` and `confusion`.

    `confusion[i][j]` counts faces labelled EMOTIONS[i] and read as EMOTIONS[j]; `ece` is the expected calibration error
    over 15 bins (Guo et al. 2017, "On calibration of modern neural networks").
    """

    split: str
    count: int
    accuracy: float
    macro_f1: float
    per_class: dict[str, dict[str, float | int]]
    confusion: list[list[int]]
    ece: float

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object."""
        return {
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
        return {"count": self.count, "accuracy": self.accuracy, "macro_f1": self.macro_f1, "ece": self.ece}


def evaluate(model: Path, data: Path, *, split: str = "PublicTest", device: str = "auto") -> Evaluation:
    """Figures of a checkpoint on a split of a FER2013 CSV file.

    Raises CheckpointError, DatasetError, and UsageError for an unknown or empty split.
    """
    if split not in SPLITS:
        raise UsageError(f"unknown split {split!r}; choose from {', '.join(SPLITS)}")
    card, network = read_card(model), load_network(model)
    faces = load_fer2013(data)[split]
    if not len(faces):
        raise UsageError(f"{data} holds no row of the split {split}")
    preprocessing = preprocessing_of(card)
    return evaluate_network(network.to(choose_device(device)), faces, preprocessing, card.temperature, split)


def evaluate_network(
    network: nn.Module, faces: Faces, preprocessing: Preprocessing, temperature: float, split: str
) -> Evaluation:
    """Figures of a network on faces; `temperature` divides the logits and changes nothing but `ece`."""
    logits, labels = logits_of(network, faces, preprocessing), faces.labels
    kinds = len(EMOTIONS)
    each = {
        "precision": multiclass_precision(logits, labels, kinds, average="none"),
        "recall": multiclass_recall(logits, labels, kinds, average="none"),
        "f1": multiclass_f1_score(logits, labels, kinds, average="none"),
        "support": torch.bincount(labels, minlength=kinds),
    }
    probabilities = (logits / temperature).softmax(1)
    return Evaluation(
        split=split,
        count=len(labels),
        accuracy=(logits.argmax(1) == labels).float().mean().item(),
        macro_f1=each["f1"].mean().item(),
        per_class={label: {k: v[i].item() for k, v in each.items()} for i, label in enumerate(EMOTIONS)},
        confusion=multiclass_confusion_matrix(logits, labels, kinds).tolist(),
        ece=multiclass_calibration_error(probabilities, labels, kinds, CALIBRATION_BINS).item(),
    )


@torch.inference_mode()
def logits_of(network: nn.Module, faces: Faces, preprocessing: Preprocessing) -> torch.Tensor:
    """Logits float32 [N, 7] on the CPU, with the network in evaluation mode."""
    network.eval()
    device = next(network.parameters()).device
    parts = [network(preprocessing.normalised(p.to(device))).float().cpu() for p in torch.split(faces.pixels, BATCH)]
    return torch.cat(parts)


def fit_temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """The number that, dividing the logits, minimises the cross-entropy on these faces (Guo et al. 2017)."""
    log_temperature = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = functional.cross_entropy(logits.clone() / log_temperature.exp(), labels)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return log_temperature.detach().exp().clamp(0.05, 20).item()

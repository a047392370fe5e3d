"""What a step makes smaller: the distance of a network's answers from the labels, and from those of a teacher."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from gallery.training.config import TrainConfig
from gallery.training.lessons import Lessons
from gallery.vision.checkpoints import read_card
from gallery.vision.preprocess import Preprocessing
from gallery.vision.weights import load_network, preprocessing_of


class Objective:
    """The loss of a run's settings: cross-entropy, and the distance from a teacher where there is one.

    Sources: Menon et al. 2021, "Long-tail learning via logit adjustment", equation 10, for `logit_adjust`; Hinton et
    al. 2015, "Distilling the knowledge in a neural network", for the teacher.
    """

    def __init__(self, config: TrainConfig, lessons: Lessons, device: torch.device) -> None:
        self._config = config
        self._weights = lessons.weights.to(device)
        self._adjustment = config.logit_adjust * lessons.log_shares.to(device)
        self._teacher = Teacher(Path(config.teacher), device) if config.teacher != "none" else None

    def loss(self, logits: torch.Tensor, targets: torch.Tensor, faces: torch.Tensor) -> torch.Tensor:
        """Of logits [N, 7] for grey faces 0..255 [N, H, W], as the network was shown them, and targets [N, 7]."""
        config, logits = self._config, logits.float()
        told = functional.cross_entropy(
            logits + self._adjustment, targets, self._weights, label_smoothing=config.label_smoothing
        )
        if self._teacher is None:
            return told
        soft = config.teacher_temperature
        wanted = (self._teacher.logits(faces) / soft).softmax(1)
        apart = functional.kl_div((logits / soft).log_softmax(1), wanted, reduction="batchmean")
        return (1 - config.teacher_share) * told + config.teacher_share * soft**2 * apart


class Teacher:
    """A finished network that another one learns from.

    Raises CheckpointError where the file holds none for faces of 48 pixels and the seven emotions.
    """

    def __init__(self, path: Path, device: torch.device) -> None:
        card = read_card(path)
        self._preprocessing: Preprocessing = preprocessing_of(card)
        self._network: nn.Module = load_network(path).to(device)

    @torch.no_grad()
    def logits(self, faces: torch.Tensor) -> torch.Tensor:
        """What it says of these faces, float32 [N, 7]."""
        return self._preprocessing.logits(self._network, faces)


def mixed(
    faces: torch.Tensor, targets: torch.Tensor, strength: float, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Each face blended with another of the batch, and their targets alike (Zhang et al. 2018, "mixup").

    The shares are drawn from a beta distribution with both parameters `strength`; 0 leaves all as it is.
    """
    if not strength:
        return faces, targets
    seed = int(torch.randint(2**63 - 1, (), generator=generator))
    shares = np.random.default_rng(seed).beta(strength, strength, len(faces))
    share = torch.from_numpy(shares).to(faces.device, faces.dtype)
    other = torch.randperm(len(faces), generator=generator).to(faces.device)
    return (
        torch.lerp(faces[other], faces, share[:, None, None]),
        torch.lerp(targets[other], targets, share[:, None].to(targets.dtype)),
    )

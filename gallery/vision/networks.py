"""The networks that read emotions: 48x48 faces in, seven logits out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

import torch
from torch import nn
from torchvision.models import resnet

from gallery.emotions import EMOTIONS


class CustomCNN(nn.Module):
    """The published baseline: four convolutional layers with pooling, then two fully connected ones.

    Input float32 [N, 3, 48, 48], normalised; output logits [N, 7] in the order of EMOTIONS. Each layer is a 3x3
    convolution, batch normalisation (optional), ReLU and 2x2 max-pooling, so that 48 pixels become 24, 12, 6 and 3.
    Dropout stands before each of the fully connected layers, where nearly two thirds of the weights are.
    """

    def __init__(self, *, batch_norm: bool = True, dropout: float = 0.5, hidden: int = 256) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for channels_in, channels in pairwise(CHANNELS):
            layers.append(nn.Conv2d(channels_in, channels, kernel_size=3, padding=1, bias=not batch_norm))
            layers += [nn.BatchNorm2d(channels)] if batch_norm else []
            layers += [nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(CHANNELS[-1] * 3 * 3, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, len(EMOTIONS)),
        )

    def forward(self, faces: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.classifier(self.features(faces))
        return logits


CHANNELS: Final = (3, 32, 64, 128, 256)


class ResNet18(resnet.ResNet):  # type: ignore[misc]  # torchvision has no type hints to go by
    """torchvision's ResNet-18 (He et al. 2016) with seven outputs; input and output as of `CustomCNN`.

    `stem` is what comes before the blocks. `imagenet`: the 7x7 convolution of stride 2 and the pooling made for
    pictures of 224 pixels, which leave 12x12 of a face of 48. `coarse`: 3x3 in place of 7x7. `fine`: 3x3 of stride 2
    without pooling leaves 24x24, at twice the cost; `full`: 3x3 of stride 1 leaves all 48x48, at eight times. Weights
    fit from one stem to another but for a first convolution.
    """

    def __init__(self, *, stem: str = "imagenet", dropout: float = 0.0) -> None:
        super().__init__(resnet.BasicBlock, [2, 2, 2, 2])
        if stem != "imagenet":
            stride = 1 if stem == "full" else 2
            self.conv1 = nn.Conv2d(3, 64, kernel_size=3, stride=stride, padding=1, bias=False)
            nn.init.kaiming_normal_(self.conv1.weight, mode="fan_out", nonlinearity="relu")
        if stem in ("fine", "full"):
            self.maxpool = nn.Identity()
        self.fc = nn.Sequential(nn.Dropout(dropout), nn.Linear(self.inplanes, len(EMOTIONS)))


STEMS: Final = ("imagenet", "coarse", "fine", "full")

ARCHITECTURES: Final[Mapping[str, Callable[..., nn.Module]]] = {"custom": CustomCNN, "resnet18": ResNet18}


def build_network(architecture: str, options: Mapping[str, Any]) -> nn.Module:
    """A network with fresh weights. Raises ValueError for an unknown name or option, or a value out of range."""
    if architecture not in ARCHITECTURES:
        raise ValueError(f"unknown architecture {architecture!r}; known: {', '.join(ARCHITECTURES)}")
    hidden, dropout, stem = options.get("hidden", 256), options.get("dropout", 0.5), options.get("stem", "imagenet")
    if not (isinstance(hidden, int) and 1 <= hidden <= 4096 and isinstance(dropout, float | int) and 0 <= dropout < 1):
        raise ValueError(f"hidden {hidden!r} or dropout {dropout!r} is out of range")
    if stem not in STEMS:
        raise ValueError(f"unknown stem {stem!r}; known: {', '.join(STEMS)}")
    try:
        return ARCHITECTURES[architecture](**options)
    except TypeError as error:
        raise ValueError(f"options of {architecture}: {error}") from None

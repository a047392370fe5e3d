"""Every number that defines a training run. It travels in the checkpoint."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from gallery.errors import UsageError


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """The published baseline: SGD with momentum, StepLR by 0.1 every 7 epochs, 25 epochs, best on validation kept.

    The baseline names flip, rotation and colour jitter without their strengths; those here are torchvision's customary
    ones. Jitter of saturation and hue leaves a grey picture as it is (`augment` says why), yet is recorded.
    """

    model: str = "custom"
    batch_norm: bool = True
    dropout: float = 0.25
    hidden: int = 256
    epochs: int = 25
    batch_size: int = 64
    learning_rate: float = 0.005
    momentum: float = 0.9
    weight_decay: float = 0.0
    step_epochs: int = 7
    step_factor: float = 0.1
    flip: float = 0.5
    """Probability of a mirrored face."""
    rotation_degrees: float = 10.0
    """Drawn evenly from minus this to plus this."""
    brightness: float = 0.2
    """Factor drawn evenly from 1 minus this to 1 plus this; so for the next two."""
    contrast: float = 0.2
    saturation: float = 0.2
    hue: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "step_epochs", "hidden"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is {getattr(self, name)}; allowed: 1 or more")
        for name in ("dropout", "flip", "brightness", "contrast", "saturation", "hue", "momentum"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name} is {getattr(self, name)}; allowed: 0 to 1")
        for name in ("learning_rate", "step_factor"):
            if not 0 < getattr(self, name) < math.inf:
                raise UsageError(f"{name} is {getattr(self, name)}; allowed: more than 0")
        for name in ("weight_decay", "rotation_degrees"):
            if not 0 <= getattr(self, name) < math.inf:
                raise UsageError(f"{name} is {getattr(self, name)}; allowed: 0 or more")
        if not 0 <= self.seed < 2**32:
            raise UsageError(f"seed is {self.seed}; allowed: 0 to {2**32 - 1}")

    @classmethod
    def of(cls, values: Mapping[str, str]) -> TrainConfig:
        """From what people type: the defaults with these fields changed. Raises UsageError naming what doesn't fit."""
        kinds = {field.name: type(field.default) for field in fields(cls)}
        unknown = sorted(values.keys() - kinds)
        if unknown:
            raise UsageError(f"unknown training setting {unknown[0]!r}; known: {', '.join(kinds)}")
        return cls(**{name: _cast(name, text, kinds[name]) for name, text in values.items()})

    @property
    def network_options(self) -> dict[str, Any]:
        """What `build_network` needs beside the name."""
        return {"batch_norm": self.batch_norm, "dropout": self.dropout, "hidden": self.hidden}

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as a checkpoint keeps them."""
        return asdict(self)


def _cast(name: str, text: str, kind: type) -> Any:
    try:
        return {"true": True, "false": False}[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError):
        allowed = "true or false" if kind is bool else f"one of type {kind.__name__}"
        raise UsageError(f"{name} is {text!r}; allowed: {allowed}") from None

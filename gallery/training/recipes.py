"""Recipes by name: what `gallery train` starts from, before single numbers are changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gallery.errors import UsageError
from gallery.system.outside import content_of, read_toml
from gallery.training.config import CHOICES, TrainConfig

_REAL_PHOTOS: Final = {
    "per_face": True,
    "mirror": True,
    "rotation_degrees": 10.0,
    "scale": 0.1,
    "shift": 0.05,
    "brightness": 0.0,
    "contrast": 0.0,
    "saturation": 0.0,
    "hue": 0.0,
    "gamma": 0.25,
    "sharpness": 0.5,
    "noise": 2.0,
}
"""Faces in photos sit less squarely in their frame than FER2013's, and are sharper, noisier, darker or brighter.

Normalised face by face, brightness and contrast say nothing any more.
"""

_CYCLE: Final = {"schedule": "cycle", "nesterov": True, "batch_size": 128, "weight_decay": 0.0005}

RECIPES: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "baseline": {
        "custom": {},
        "resnet18": {"pretrained": "imagenet", "dropout": 0.0},
    },
    "best": {
        "custom": {
            **_REAL_PHOTOS,
            **_CYCLE,
            "labels": "both",
            "ferplus_share": 0.2,
            "epochs": 24,
            "learning_rate": 0.05,
            "dropout": 0.1,
        },
        "resnet18": {
            **_REAL_PHOTOS,
            **_CYCLE,
            "labels": "both",
            "ferplus_share": 0.4,
            "stem": "coarse",
            "epochs": 14,
            "learning_rate": 0.04,
            "dropout": 0.1,
        },
    },
}
"""By recipe and network: what differs from the defaults of `TrainConfig`, which are the baseline's."""


def config_for(
    model: str = "custom", recipe: str = "baseline", file: Path | None = None, changes: Mapping[str, Any] | None = None
) -> TrainConfig:
    """The recipe, changed by what a TOML file sets, then by `changes`.

    Raises UsageError for an unknown recipe, network or setting, and for a file that can't be read.
    """
    if recipe not in RECIPES or model not in RECIPES[recipe]:
        raise UsageError(f"no recipe {recipe!r} for {model!r}; recipes: {', '.join(RECIPES)}; for: {CHOICES['model']}")
    start = {"model": model, "recipe": recipe, **RECIPES[recipe][model]}
    return TrainConfig.of({**start, **_read(file), **(changes or {})})


def _read(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        return read_toml(content_of(file))
    except (OSError, ValueError) as error:
        raise UsageError(f"{file} can't be read as TOML: {error}") from None

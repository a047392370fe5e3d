"""Checkpoints as things: find one, read what it says of itself. No torch, and nothing in a file is ever executed.

A checkpoint is a safetensors file: eight bytes of length, a JSON header, then raw numbers. Under the header's
`__metadata__` the key `gallery` holds a JSON object of plain values: format, name, architecture, options, labels,
preprocessing, temperature, metrics, training, and where they were worked out, thresholds.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gallery.emotions import EMOTIONS
from gallery.errors import CheckpointError, UsageError
from gallery.settings import bundled_folder

FORMAT: Final = 1
SUFFIX: Final = ".safetensors"
DEFAULT_MODEL: Final = "resnet18"
_MAX_HEADER_BYTES: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a checkpoint says of itself; every field but path and size comes from the file."""

    name: str
    path: Path
    size_bytes: int
    architecture: str
    options: dict[str, Any]
    labels: tuple[str, ...]
    preprocessing: dict[str, Any]
    temperature: float
    metrics: dict[str, Any]
    training: dict[str, Any]
    thresholds: dict[str, dict[str, float | None]] = field(default_factory=dict)
    """By precision (`0.9`), then emotion: the least score at which a face read as that emotion is right that often on
    PublicTest; None where no score is."""

    def model_id(self) -> str:
        """Hexadecimal SHA-256 of the file: the same weights have the same id on every machine."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Everything, with the id, as plain values."""
        return {
            "name": self.name,
            "id": self.model_id(),
            "path": str(self.path),
            "size_bytes": self.size_bytes,
            "architecture": self.architecture,
            "options": self.options,
            "labels": list(self.labels),
            "preprocessing": self.preprocessing,
            "temperature": self.temperature,
            "metrics": self.metrics,
            "training": self.training,
            "thresholds": self.thresholds,
        }


def list_models(folder: Path | None = None) -> list[ModelCard]:
    """The shipped models (or those in `folder`) by name."""
    return [read_card(path) for path in sorted((folder or bundled_folder("models")).glob(f"*{SUFFIX}"))]


def find_model(name_or_path: str = "") -> Path:
    """The file of a shipped model by name, else the path itself; an empty name means the default model.

    Raises UsageError that lists the shipped models.
    """
    name = name_or_path or DEFAULT_MODEL
    for path in (bundled_folder("models") / f"{name}{SUFFIX}", Path(os.path.expanduser(name))):  # noqa: PTH111
        # Of os.path: pathlib raises for a name that is too long and for a home folder that nobody has.
        if os.path.isfile(path):  # noqa: PTH113
            return path
    shipped = sorted(path.stem for path in bundled_folder("models").glob(f"*{SUFFIX}"))
    raise UsageError(
        f"no model {name!r}: give the path of a checkpoint, or one of: {', '.join(shipped) or 'none shipped'}"
    )


def read_card(path: Path) -> ModelCard:
    """The card of a checkpoint, from its header alone.

    Raises CheckpointError where the file is no checkpoint of this program or was made for other labels.
    """
    try:
        card = _card(path, _metadata(path))
    except OSError as error:
        raise CheckpointError(path, f"can't be read: {error.strerror}") from None
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise CheckpointError(path, f"its description is damaged ({error})") from None
    if card.labels != EMOTIONS:
        raise CheckpointError(path, f"it was trained for other labels: {', '.join(card.labels)[:200]}")
    return card


def _metadata(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        header = file.read(length) if 2 <= length <= _MAX_HEADER_BYTES else b""
    if not header.startswith(b"{"):
        raise CheckpointError(path, "no gallery checkpoint; files that may carry code (.pt, .pkl) are never opened")
    text = json.loads(header).get("__metadata__", {}).get("gallery")
    if text is None:
        raise CheckpointError(path, "a safetensors file, but not one made by `gallery train`")
    values = json.loads(text)
    if values["format"] != FORMAT:
        raise CheckpointError(path, f"format {values['format']!r} is unknown; a newer gallery may read it")
    return dict(values)


def _card(path: Path, values: dict[str, Any]) -> ModelCard:
    temperature = float(values["temperature"])
    if not 0.01 <= temperature <= 100:
        raise ValueError(f"temperature {temperature}")
    return ModelCard(
        name=str(values["name"]),
        path=path,
        size_bytes=path.stat().st_size,
        architecture=str(values["architecture"]),
        options=dict(values["options"]),
        labels=tuple(map(str, values["labels"])),
        preprocessing=dict(values["preprocessing"]),
        temperature=temperature,
        metrics=dict(values["metrics"]),
        training=dict(values["training"]),
        thresholds=_thresholds(values.get("thresholds", {})),
    )


def _thresholds(values: Any) -> dict[str, dict[str, float | None]]:
    for precision, scores in values.items():
        _check_share(float(precision), "precision")
        for emotion, score in scores.items():
            if emotion not in EMOTIONS:
                raise ValueError(f"threshold of the unknown emotion {emotion!r}")
            if score is not None:
                _check_share(score, "threshold")
    return {precision: dict(scores) for precision, scores in values.items()}


def _check_share(value: Any, name: str) -> None:
    if isinstance(value, bool) or not (math.isfinite(value) and 0 <= value <= 1):
        raise ValueError(f"{name} {value!r}")

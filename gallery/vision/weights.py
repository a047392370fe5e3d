"""Save and load the weights of a checkpoint. What a checkpoint says of itself is read by `checkpoints`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import nn

from gallery.emotions import EMOTIONS
from gallery.errors import CheckpointError
from gallery.images.crops import FRAMINGS
from gallery.system.files import write_beside
from gallery.vision.checkpoints import FORMAT, ModelCard, read_card
from gallery.vision.networks import build_network
from gallery.vision.preprocess import Preprocessing


def save_checkpoint(
    path: Path,
    network: nn.Module,
    *,
    name: str,
    architecture: str,
    options: Mapping[str, Any],
    preprocessing: Preprocessing,
    temperature: float,
    metrics: Mapping[str, Any],
    training: Mapping[str, Any],
    thresholds: Mapping[str, Mapping[str, float | None]] = {},
    half: bool = False,
) -> None:
    """Write one self-describing file, with `half` in half precision; it appears whole or not at all."""
    card = {
        "format": FORMAT,
        "name": name,
        "architecture": architecture,
        "options": dict(options),
        "labels": EMOTIONS,
        "preprocessing": asdict(preprocessing),
        "temperature": temperature,
        "metrics": dict(metrics),
        "training": dict(training),
        "thresholds": {precision: dict(scores) for precision, scores in thresholds.items()},
    }
    weights = {key: _stored(value, half=half) for key, value in network.state_dict().items()}
    # Not safetensors' save_file: what it writes only the owner can read, in an installed package nobody else.
    write_beside(path, safetensors.torch.save(weights, metadata={"gallery": json.dumps(card)}))


def _stored(value: torch.Tensor, *, half: bool) -> torch.Tensor:
    value = value.detach().cpu().contiguous()
    return value.half() if half and value.is_floating_point() and value.half().isfinite().all() else value


def preprocessing_of(card: ModelCard) -> Preprocessing:
    """How faces are prepared for the model; raises CheckpointError for a way that this program doesn't know."""
    try:
        preprocessing = Preprocessing.of(card.preprocessing)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CheckpointError(card.path, f"its preprocessing is unknown ({error})") from None
    if preprocessing.framing not in FRAMINGS:
        raise CheckpointError(card.path, f"its framing {preprocessing.framing!r} is unknown")
    return preprocessing


def load_network(path: Path) -> nn.Module:
    """The network of a checkpoint, in evaluation mode on the CPU.

    Raises CheckpointError where weights and description don't belong together. Nothing in the file is executed.
    """
    card = read_card(path)
    try:
        network = build_network(card.architecture, card.options)
        weights = safetensors.torch.load_file(path)
        network.load_state_dict(
            {key: value.float() if value.is_floating_point() else value for key, value in weights.items()}
        )
    except (ValueError, RuntimeError, OSError, safetensors.SafetensorError) as error:
        raise CheckpointError(path, f"weights and description don't fit: {str(error)[:300]}") from None
    if not all(torch.isfinite(value).all() for value in network.state_dict().values()):
        raise CheckpointError(path, "some weights are not finite numbers")
    return network.eval().to(memory_format=torch.channels_last)

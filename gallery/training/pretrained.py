"""Weights that resnet18 may start from: torchvision's, learnt on ImageNet."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import safetensors.torch
import torch
from torch import nn
from torchvision.models import ResNet18_Weights

from gallery.errors import CheckpointError, UsageError
from gallery.system.paths import expanded

IMAGENET: Final = ResNet18_Weights.IMAGENET1K_V1

_ENDS: Final = ("conv1.weight", "fc.1.weight", "fc.1.bias")

Weights = dict[str, torch.Tensor]


def start_from(network: nn.Module, pretrained: str) -> None:
    """Gives a ResNet18 the weights of `imagenet`, or of a file of torchvision's or of an earlier run.

    The last layer stays fresh where the file's has other outputs, the first where its kernel is of another size.
    `imagenet` is looked for in `$TORCH_HOME`; nothing is downloaded, `download_imagenet` does that. Raises UsageError
    where there is no such file, CheckpointError for one that is something else; nothing in a file is executed.
    """
    path = imagenet_file() if pretrained == "imagenet" else expanded(pretrained)
    given = _read(path)
    own = network.state_dict()
    wanted = {key for key in own if key not in _ENDS or _fits(key, own, given)}
    unfit = sorted(key for key in wanted if not _fits(key, own, given))
    if unfit:
        reason = f"holds no weights of torchvision's resnet18: {unfit[0]} is missing or of another size"
        raise CheckpointError(path, reason)
    network.load_state_dict({key: given[key] for key in wanted}, strict=False)


@torch.no_grad()
def mix(network: nn.Module, others: Weights, share: float) -> None:
    """Moves each weight that is among the `others` towards that one, by this share of the way."""
    own = network.state_dict()
    for name, weight in others.items():
        if weight.is_floating_point():  # not the number of batches seen
            own[name].lerp_(weight, share)


def imagenet_file() -> Path:
    """Torchvision's file in `$TORCH_HOME`. Raises UsageError, with the ways to get it, where it isn't there."""
    path = _imagenet_path()
    if not path.is_file():
        raise UsageError(
            f"ImageNet's weights are not here: let them be downloaded (45 MB) with --download, {_by_hand()}"
        )
    return path


def has_imagenet() -> bool:
    """Whether torchvision's file is in `$TORCH_HOME`."""
    return _imagenet_path().is_file()


def download_imagenet() -> None:
    """Gets torchvision's file into `$TORCH_HOME`; its checksum is part of its name. UsageError where that fails."""
    try:
        IMAGENET.get_state_dict(progress=False, check_hash=True)
    except Exception as error:  # urllib, ssl, sockets and the disk each have their own
        raise UsageError(f"ImageNet's weights can't be downloaded ({error}): {_by_hand()}") from None


def _by_hand() -> str:
    return (
        f"get {IMAGENET.url} where there is a network and put it at {_imagenet_path()}, or train from scratch with"
        " --pretrained none"
    )


def _imagenet_path() -> Path:
    return Path(str(torch.hub.get_dir()), "checkpoints", str(IMAGENET.url).rpartition("/")[2])


def _read(path: Path) -> Weights:
    try:
        if path.suffix == ".safetensors":
            return dict(safetensors.torch.load_file(path))
        weights = torch.load(path, map_location="cpu", weights_only=True)
        return {str(key): value for key, value in weights.items() if isinstance(value, torch.Tensor)}
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file; give torchvision's weights of resnet18, or `imagenet`") from None
    except Exception as error:  # a damaged pickle fails in every way there is
        raise CheckpointError(path, f"can't be read as weights: {str(error)[:200]}") from None


def _fits(key: str, own: Weights, given: Weights) -> bool:
    return key in given and given[key].shape == own[key].shape

"""From a face crop to what a network is shown: the same few lines for training, evaluation and indexing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import torch
from PIL import Image
from torch import nn

FLAT: Final = 1 / 255
"""Added to a face's standard deviation: an even area stays even and isn't divided by zero."""


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """`size` in pixels; `mean` and `std` of grey values 0..1 over FER2013's Training split; `framing`: see `faces`.

    `per_face`: each face by its own mean and standard deviation instead, so that exposure and contrast don't matter.
    `mirror`: the network is asked about the face's mirror image, too, and the mean taken of what it says.
    """

    size: int = 48
    mean: float = 0.5077
    std: float = 0.2550
    framing: str = "fer2013"
    per_face: bool = False
    mirror: bool = False

    @classmethod
    def of(cls, values: dict[str, Any]) -> Preprocessing:
        """From a checkpoint's plain values; raises ValueError where they make no sense."""
        if values["size"] != 48:
            raise ValueError(f"size {values['size']!r} is out of range; known: 48")
        switches = {name: values.get(name, False) for name in ("per_face", "mirror")}
        for name, value in switches.items():
            if not isinstance(value, bool):
                raise ValueError(f"{name} {value!r} is neither true nor false")
        made = cls(48, float(values["mean"]), float(values["std"]), str(values["framing"]), **switches)
        if not 0 <= made.mean <= 1 or not 0.001 <= made.std <= 10:
            raise ValueError(f"preprocessing {asdict(made)} is out of range")
        return made

    def grey_faces(self, crops: Sequence[Image.Image]) -> torch.Tensor:
        """uint8 [N, size, size]: crops made grey (ITU-R 601) and scaled, down with an averaging filter."""
        shape = (self.size, self.size)
        faces = [np.asarray(c.convert("L").resize(shape, Image.Resampling.LANCZOS, reducing_gap=3.0)) for c in crops]
        return torch.from_numpy(np.stack(faces)) if faces else torch.empty((0, *shape), dtype=torch.uint8)

    def normalised(self, faces: torch.Tensor) -> torch.Tensor:
        """Grey values 0..255 [N, H, W] of any number type, normalised and replicated to RGB: float32 [N, 3, H, W]."""
        grey = faces.float() / 255
        if self.per_face:
            mean, std = grey.mean(dim=(1, 2), keepdim=True), grey.std(dim=(1, 2), keepdim=True, correction=0)
            grey = (grey - mean) / (std + FLAT)
        else:
            grey = (grey - self.mean) / self.std
        return grey.unsqueeze(1).expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)

    def logits(self, network: nn.Module, faces: torch.Tensor) -> torch.Tensor:
        """What a network says of grey faces [N, H, W], which lie where it does: float32 [N, 7]."""
        seen = self.normalised(faces)
        logits: torch.Tensor = network(seen).float()
        return (logits + network(seen.flip(-1)).float()) / 2 if self.mirror else logits

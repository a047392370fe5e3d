"""From a face crop to what a network is shown: the same few lines for training, evaluation and indexing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import torch
from PIL import Image

FLAT: Final = 1 / 255
"""Added to a face's standard deviation: an even area stays even and isn't divided by zero."""


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """`size` in pixels; `mean` and `std` of grey values 0..1 over FER2013's Training split; `framing`: see `faces`.

    `per_face`: each face by its own mean and standard deviation instead, so that exposure and contrast don't matter.
    """

    size: int = 48
    mean: float = 0.5077
    std: float = 0.2550
    framing: str = "fer2013"
    per_face: bool = False

    @classmethod
    def of(cls, values: dict[str, Any]) -> Preprocessing:
        """From a checkpoint's plain values; raises ValueError where they make no sense."""
        if values["size"] != 48:
            raise ValueError(f"size {values['size']!r} is out of range; known: 48")
        made = cls(
            48, float(values["mean"]), float(values["std"]), str(values["framing"]), values.get("per_face", False)
        )
        if not isinstance(made.per_face, bool):
            raise ValueError(f"per_face {made.per_face!r} is neither true nor false")
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

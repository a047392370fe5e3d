"""Photographs that everybody may use, as packages that we work with bring them; docs/tour.md names their sources."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import matplotlib.cbook
import numpy as np
from PIL import Image, ImageEnhance, ImageOps
from skimage import data


class Cut(NamedTuple):
    """A part of a photograph, its sides in shares of width and height, and how it is developed."""

    name: str
    part: tuple[float, float, float, float] = (0, 0, 1, 1)
    warmth: float = 0.0
    """Above 0 warmer, below 0 cooler."""
    light: float = 1.0
    grey: bool = False
    mirrored: bool = False


@cache
def _whole(name: str) -> Image.Image:
    if name == "hopper":
        with matplotlib.cbook.get_sample_data("grace_hopper.jpg") as file:
            return Image.open(file).convert("RGB")
    read = {
        "astronaut": data.astronaut,
        "camera": data.camera,
        "cat": data.chelsea,
        "coffee": data.coffee,
        "rocket": data.rocket,
        "stars": data.hubble_deep_field,
    }
    return Image.fromarray(read[name]()).convert("RGB")


def photograph(cut: Cut, longest: int = 1000) -> Image.Image:
    """The part of the photograph, so many pixels at its longer side."""
    whole = _whole(cut.name)
    left, top, right, bottom = cut.part
    picture = whole.crop(
        (
            round(left * whole.width),
            round(top * whole.height),
            round(right * whole.width),
            round(bottom * whole.height),
        )
    )
    scale = longest / max(picture.size)
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    if cut.warmth:
        tint = np.asarray(picture) * np.array([1 + cut.warmth, 1.0, 1 - cut.warmth])
        picture = Image.fromarray(tint.clip(0, 255).astype(np.uint8))
    if cut.grey:
        picture = ImageOps.grayscale(picture).convert("RGB")
    if cut.mirrored:
        picture = ImageOps.mirror(picture)
    return ImageEnhance.Brightness(picture).enhance(cut.light)

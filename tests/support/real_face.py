"""Crops of one real face, as they are stored."""

from __future__ import annotations

from PIL import ImageFilter

from gallery.faces import Box
from gallery.images.crops import crop_face
from gallery.indexing.pipeline import encode_crop
from tests.support.photos import astronaut


def crop(blur: float = 0) -> bytes:
    """The face of a real picture, blurred by so many pixels."""
    return encode_crop(crop_face(astronaut().filter(ImageFilter.GaussianBlur(blur)), Box(170, 50, 290, 190)))


SHARP, BLURRED = crop(), crop(2)

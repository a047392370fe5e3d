"""Draws small photos for the tests, each as a camera might have stored it."""

from __future__ import annotations

import random
from pathlib import Path

import pillow_heif
from PIL import ExifTags, Image, ImageDraw

pillow_heif.register_heif_opener()

ORIENTATIONS = range(1, 9)

_STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}

DAMAGED_EXIF = b"Exif\0\0II*\0\x08\0\0\0\x05\0\x0f\x01\x02\0\xff\xff\0\0\xff\xff\0\0"
"""Metadata that points beyond the file, of which Pillow warns."""


def draw_picture(size: tuple[int, int] = (640, 480), seed: int = 0) -> Image.Image:
    """An RGB picture that looks different from every side; another seed gives another picture. No faces."""
    dice = random.Random(seed)
    width, height = size
    picture = Image.new("RGB", size, _colour(dice))
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y = dice.randrange(width), dice.randrange(height)
        pen.rectangle((x, y, x + dice.randint(1, width // 3 + 1), y + dice.randint(1, height // 3 + 1)), _colour(dice))
    pen.rectangle((0, 0, width // 3, height // 5), "red")
    pen.rectangle((width * 3 // 4, 0, width, height // 3), "blue")
    return picture


def _colour(dice: random.Random) -> tuple[int, int, int]:
    return dice.randrange(256), dice.randrange(256), dice.randrange(256)


def save_photo(
    picture: Image.Image,
    path: Path,
    *,
    exif: Image.Exif | None = None,
    orientation: int | None = None,
    quality: int = 90,
) -> Path:
    """Saves `picture` in the format of the suffix, turned as by a camera that writes this EXIF orientation.

    Upright the file equals `picture`; an orientation out of 1 to 8 is written but turns nothing.
    """
    if orientation is not None:
        exif = Image.Exif() if exif is None else exif
        exif[ExifTags.Base.Orientation] = orientation
    stored = picture.transpose(_STORED_AS[orientation]) if orientation in _STORED_AS else picture
    path.parent.mkdir(parents=True, exist_ok=True)
    # Bytes: pillow-heif writes the rotation, and TIFF the nested blocks, only then.
    metadata = {} if exif is None else {"exif": exif.tobytes()}
    stored.save(path, quality=quality, **metadata)
    return path


def draw_photo(
    path: Path,
    *,
    size: tuple[int, int] = (640, 480),
    seed: int = 0,
    exif: Image.Exif | None = None,
    orientation: int | None = None,
    quality: int = 90,
) -> Path:
    """`draw_picture` saved by `save_photo`; `size` is that of the upright picture."""
    return save_photo(draw_picture(size, seed), path, exif=exif, orientation=orientation, quality=quality)


def astronaut() -> Image.Image:
    """NASA's portrait of Eileen Collins, 512 x 512 RGB: one real, smiling face. In the public domain."""
    from skimage import data

    return Image.fromarray(data.astronaut())

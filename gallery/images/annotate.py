"""Pictures with their faces framed and labelled."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageColor, ImageDraw, ImageFont

from gallery.emotions import COLOURS
from gallery.errors import ExportError, UsageError
from gallery.faces import Box
from gallery.records import FaceRecord, shown_score
from gallery.system.files import write_beside

_MIN_TEXT_PX: Final = 10
_TEXT_OF_FACE: Final = 1 / 6
_TEXT_OF_PICTURE: Final = (1 / 90, 1 / 40)
"""Height of the text: a share of the face's width, within these shares of the picture's longer side."""
_LINE_OF_PICTURE: Final = 1 / 400
_JPEG_QUALITY: Final = 92
_FORMATS: Final = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}


def annotate(image: Image.Image, faces: Sequence[FaceRecord]) -> Image.Image:
    """A copy of `image` in RGB with a box and a label per face; boxes are in pixels of `image`.

    Where there is more than a face 1, labels begin with the number, as in `2 happy 93%`.
    """
    picture = image.convert("RGB") if image.mode != "RGB" else image.copy()
    draw = ImageDraw.Draw(picture)
    for face in faces:
        _draw_box(draw, face.box.clipped(*picture.size), COLOURS[face.emotion], _line_px(picture.size))
    # All labels after all boxes, or a neighbour's box would cut through the text.
    labels: list[Box] = []
    numbered = any(face.number > 1 for face in faces)
    for face in faces:
        text = f"{face.number} {label(face)}" if numbered else label(face)
        labels.append(_draw_label(draw, face, text, picture.size, labels))
    return picture


def label(face: FaceRecord) -> str:
    """`happy 93%`, rounded down; what a person said has no score: `happy`."""
    return face.emotion if face.source == "person" else f"{face.emotion} {shown_score(face.score):.0%}"


def save_new(image: Image.Image, path: Path, *, overwrite: bool = False) -> None:
    """Writes a picture in the format of the path's suffix, whole or not at all.

    Raises UsageError for an unknown suffix or where something is there already and `overwrite` is false; a link that
    is overwritten is replaced, not followed. Raises ExportError where the file can't be written.
    """
    format_ = _format(path)
    if os.path.lexists(path) and (not overwrite or path.is_dir()):
        raise UsageError(f"{path}: is there already; choose another name")
    content = io.BytesIO()
    try:
        image.save(content, format=format_, quality=_JPEG_QUALITY, icc_profile=image.info.get("icc_profile"))
        write_beside(path, content.getvalue())
    except OSError as error:
        raise ExportError(path, f"can't be written: {error.strerror or error}") from None


def _format(path: Path) -> str:
    format_ = _FORMATS.get(path.suffix.lower())
    if format_ is None:
        raise UsageError(
            f"{path}: can't draw into a file called {path.suffix or 'without suffix'}; use {', '.join(_FORMATS)}"
        )
    return format_


def _line_px(size: tuple[int, int]) -> int:
    return max(2, round(max(size) * _LINE_OF_PICTURE))


def _draw_box(draw: ImageDraw.ImageDraw, box: Box, colour: str, line_px: int) -> None:
    """A coloured frame with a dark hairline around it, so that it shows on bright ground too."""
    left, top, right, bottom = round(box.left), round(box.top), round(box.right), round(box.bottom)
    if right - left <= 2 or bottom - top <= 2:
        return
    draw.rectangle((left, top, right - 1, bottom - 1), outline=colour, width=line_px)
    draw.rectangle((left - 1, top - 1, right, bottom), outline="black", width=1)


def _draw_label(
    draw: ImageDraw.ImageDraw, face: FaceRecord, text: str, size: tuple[int, int], others: Sequence[Box]
) -> Box:
    """Draws the label where it covers none of `others`, if there is such a place, and returns the area it covers."""
    line_px = _line_px(size)
    font, width, height = _fitted_text(draw, text, _text_px(face.box, size), size[0] - 4 * line_px)
    area = _label_area(face.box.clipped(*size), (width + 4 * line_px, height + 2 * line_px), size, others)
    colour = COLOURS[face.emotion]
    draw.rectangle((area.left, area.top, area.right - 1, area.bottom - 1), fill=colour)
    middle = ((area.left + area.right) / 2, (area.top + area.bottom) / 2)
    draw.text(middle, text, fill=_readable_on(colour), font=font, anchor="mm")
    return area


def _label_area(box: Box, label_size: tuple[int, int], size: tuple[int, int], others: Sequence[Box]) -> Box:
    """Above the box or, where the picture ends or another label is, below it; inside the picture."""
    width, height = label_size
    left = _within(round(box.left), size[0] - width)
    tops = [_within(round(top), size[1] - height) for top in (box.top - height, box.bottom)]
    areas = [Box(left, top, left + width, top + height) for top in tops]
    free = [area for area in areas if area.iou(box) == 0 and all(area.iou(other) == 0 for other in others)]
    return (free or areas)[0]


def _within(position: int, highest: int) -> int:
    return max(0, min(position, highest))


def _text_px(box: Box, size: tuple[int, int]) -> int:
    lowest, highest = (share * max(size) for share in _TEXT_OF_PICTURE)
    return max(_MIN_TEXT_PX, round(min(max(box.width * _TEXT_OF_FACE, lowest), highest)))


def _fitted_text(
    draw: ImageDraw.ImageDraw, text: str, text_px: int, room_px: float
) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, int, int]:
    """A font in which `text` is at most `room_px` wide where that is possible, and the size of the text in it."""
    for size in range(text_px, 0, -1):
        font = ImageFont.load_default(size)
        left, _, right, _ = draw.textbbox((0, 0), text, font=font)
        if right - left <= room_px:
            break
    return font, math.ceil(right - left), math.ceil(size * 1.2)


def _readable_on(colour: str) -> str:
    """Black or white, whichever stands out; luma weights of ITU-R BT.601."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "white"

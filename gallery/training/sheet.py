"""A contact sheet: many small faces in rows, each with its caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

FACE_PX: Final = 96
CAPTION_PX: Final = 32
CAPTION_SIZE: Final = 12
GAP_PX: Final = 8
COLUMNS: Final = 10
NOTHING: Final = "No face was read wrong."

Caption = tuple[str, str]


def contact_sheet(faces: Sequence[np.ndarray], captions: Sequence[Caption]) -> Image.Image:
    """Grey faces, uint8 [H, W], as a picture, row by row, each over its two lines; without any face, a sentence."""
    font = ImageFont.load_default(CAPTION_SIZE)
    if not faces:
        sheet = Image.new("L", (3 * FACE_PX, FACE_PX), 255)
        ImageDraw.Draw(sheet).text((GAP_PX, GAP_PX), NOTHING, fill=0, font=font)
        return sheet
    columns = min(COLUMNS, len(faces))
    rows = -(-len(faces) // columns)
    across, down = FACE_PX + GAP_PX, FACE_PX + CAPTION_PX + GAP_PX
    sheet = Image.new("L", (columns * across + GAP_PX, rows * down + GAP_PX), 255)
    draw = ImageDraw.Draw(sheet)
    for number, (face, lines) in enumerate(zip(faces, captions, strict=True)):
        x, y = GAP_PX + number % columns * across, GAP_PX + number // columns * down
        sheet.paste(Image.fromarray(face).resize((FACE_PX, FACE_PX), Image.Resampling.BICUBIC), (x, y))
        draw.multiline_text((x, y + FACE_PX + 1), "\n".join(lines), fill=0, font=font, spacing=1)
    return sheet

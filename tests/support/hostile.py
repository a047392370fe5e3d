"""Pictures that are made to keep a program busy, or to make it print."""

from __future__ import annotations

import io
import random
from pathlib import Path

from PIL import Image


def with_scans(path: Path, scans: int, *, size: tuple[int, int] = (64, 64)) -> Path:
    """A progressive JPEG that goes over its picture so many times: its last scan stands there again and again."""
    buffer = io.BytesIO()
    Image.new("RGB", size, "green").save(buffer, "JPEG", progressive=True, quality=30)
    content = buffer.getvalue()
    last = content.rindex(b"\xff\xda")
    more = scans - content.count(b"\xff\xda")
    path.write_bytes(content[:-2] + content[last:-2] * more + content[-2:])
    return path


def slow(path: Path) -> Path:
    """A picture that takes its decoder some ten seconds, and not for ever where a test fails."""
    return with_scans(path, 500, size=(6500, 6500))


def grumbling(path: Path) -> Path:
    """A damaged TIFF of which libtiff complains on stderr."""
    Image.effect_noise((600, 600), 80).save(path, compression="tiff_lzw")
    content, chance = bytearray(path.read_bytes()), random.Random(3)
    for _ in range(3000):
        content[chance.randrange(200, len(content) - 400)] = chance.randrange(256)
    path.write_bytes(content)
    return path

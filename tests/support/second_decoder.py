"""What ImageMagick makes of a picture: a second opinion on what the program reads, by other code throughout."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageCms

Pixels = np.ndarray[Any, Any]
"""Height x width x 3, from 0 to 255."""

_FORMATS: Final = {
    b"\xff\xd8": "jpeg",
    b"\x89PNG": "png",
    b"GIF8": "gif",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"II+\0": "tiff",
    b"MM\0+": "tiff",
}
_LIMITS: Final = ("-limit", "memory", "2GiB", "-limit", "map", "2GiB", "-limit", "disk", "2GiB")
_SECONDS: Final = 60
_MISSING: Final = re.compile(
    r"premature end of jpeg|truncated|unexpected end|insufficient image|not enough|read error", re.IGNORECASE
)
_TILES: Final = 64
"""Pictures are compared at so many pixels a side: each decoder makes up colours between pixels in its own way."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as the second decoder has it; none where it refuses, and what it says of it."""

    pixels: Pixels | None
    said: str

    @property
    def misses_pixels(self) -> bool:
        """Whether it says that the picture ends too early: it fills what isn't there with grey, and goes on."""
        return bool(_MISSING.search(self.said))


def format_of(content: bytes) -> str | None:
    """The format that the first bytes of a file tell, of those that the program reads."""
    if content[4:8] == b"ftyp":
        return "avif" if content[8:12] in (b"avif", b"avis") else "heic"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((name for head, name in _FORMATS.items() if content.startswith(head)), None)


def seen(path: Path, *, is_turned: bool = True, in_srgb: bool = True) -> Seen:
    """The first picture of a file on white, turned as its EXIF says, in sRGB where a profile tells its colours.

    The format is told by the content, as by the program: nothing here may be taken for a script or a web address.
    """
    with path.open("rb") as file:
        form = format_of(file.read(16))
    if form is None:
        return Seen(None, "no picture of these formats")
    # Of an animation, the first frame alone may be a part of the picture.
    on_white = ("-flatten",) if form in ("gif", "webp") else ("-alpha", "remove")
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "picture"
        plain.symlink_to(path.absolute())
        turn = ("-auto-orient",) if is_turned else ()
        colours = ("-profile", str(_srgb())) if in_srgb else ()
        told = _converted(
            f"{form}:{plain}[0]", (*turn, *colours, "-colorspace", "sRGB", "-background", "white", *on_white)
        )
    return Seen(_pixels(told.stdout), told.stderr.decode("utf-8", "replace"))


def _converted(picture: str, options: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    command = ["convert", *_LIMITS, picture, *options, "-strip", "-depth", "8", "ppm:-"]
    try:
        return subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, b"", b"took too long")


def _pixels(ppm: bytes) -> Pixels | None:
    head = re.match(rb"P6\s+([1-9]\d*)\s+([1-9]\d*)\s+255\s", ppm)
    if head is None:
        return None
    width, height = int(head[1]), int(head[2])
    return np.frombuffer(ppm, np.uint8, 3 * width * height, head.end()).reshape(height, width, 3)


@cache
def _srgb() -> Path:
    file = Path(tempfile.mkdtemp()) / "srgb.icc"
    file.write_bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    return file


def apart(one: Pixels, other: Pixels, tiles: int = _TILES) -> float | None:
    """The largest difference of any part, of 255; None for pictures of different sizes."""
    if one.shape != other.shape:
        return None
    small = [np.asarray(shrunk(picture, tiles), dtype=np.int16) for picture in (one, other)]
    return float(np.abs(small[0] - small[1]).max())


def shrunk(pixels: Pixels, side: int) -> Pixels:
    """With so many pixels a side at most, each the mean of those it stands for."""
    picture = Image.fromarray(pixels.astype(np.uint8))
    size = min(picture.width, side), min(picture.height, side)
    return pixels if size == picture.size else np.asarray(picture.resize(size, Image.Resampling.BOX))

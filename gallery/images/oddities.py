"""What is odd about a file whose picture could be read none the less, kept with what the file says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from PIL import Image

from gallery.images.capture import notes_on_dates, read_capture
from gallery.images.opening import oddity
from gallery.records import Capture

_MOST_LINES: Final = 10
_LONGEST_LINE: Final = 300


def told_by(image: Image.Image, exif: Image.Exif, mtime_ns: int) -> Capture:
    """`read_capture`, with what is odd about the file: parts left out of the picture's side, dates not as written.

    `image` is as its decoder opened it; only once its pixels are loaded it is known whether its end marker is there.
    """
    lines = [line[:_LONGEST_LINE] for line in _lines(image, exif)]
    return replace(read_capture(exif, mtime_ns), odd="\n".join(lines[:_MOST_LINES]) or None)


def _lines(image: Image.Image, exif: Image.Exif) -> Iterator[str]:
    if beside := oddity(image):
        yield from beside.split("; ") if beside.startswith("its part") else [beside]
    for note in notes_on_dates(exif):
        yield f"date {note.text}: {note.why}"

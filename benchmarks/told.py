"""What exiftool says of pictures, and where the program says something else."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from gallery.images.capture import FIRST_PHOTOGRAPH
from gallery.images.decode import DecodedPhoto
from gallery.images.written_dates import parse_date

Told = dict[str, Any]
"""Values by the names of their tags."""

_DATES: Final = ("DateTimeOriginal", "CreateDate", "ModifyDate", "GPSDateTime")
"""The best first; what the program takes is one of these."""
_TAGS: Final = (
    "-EXIF:DateTimeOriginal",
    "-EXIF:CreateDate",
    "-IFD0:ModifyDate",
    "-Composite:GPSDateTime",
    "-Composite:GPSLatitude",
    "-Composite:GPSLongitude",
    "-IFD0:Orientation",
)
_TURNED: Final = ("TIFF", "HEIF", "AVIF")
"""Their decoders turn the pixels; the tag tells nothing any more."""
_NEAR: Final = 1e-4
"""Degrees; ten metres."""


def tell(paths: Sequence[str]) -> dict[str, Told]:
    """By their paths."""
    if not paths:
        return {}
    with tempfile.NamedTemporaryFile("w", suffix=".args") as file:
        file.write("\n".join(["-charset", "filename=utf8", *paths]))
        file.flush()
        command = ["exiftool", "-json", "-n", "-q", "-q", "-m", *_TAGS, "-@", file.name]
        found = subprocess.run(command, capture_output=True, check=False).stdout
    return {one["SourceFile"]: one for one in json.loads(found or b"[]")}


def differences_in(photo: DecodedPhoto, told: Told) -> Iterator[str]:
    """A line for each."""
    yield from _date(photo, told)
    capture = photo.capture
    theirs = told.get("GPSLatitude"), told.get("GPSLongitude")
    if not _is_near((capture.latitude, capture.longitude), theirs):
        yield f"place: ours {capture.latitude}, {capture.longitude}, exiftool's {theirs}"
    orientation = told.get("Orientation")
    if photo.format not in _TURNED and orientation in range(2, 9) and orientation != photo.orientation:
        yield f"orientation: ours {photo.orientation}, exiftool's {orientation}"


def _date(photo: DecodedPhoto, told: Told) -> Iterator[str]:
    texts = [str(told[tag]) for tag in _DATES if tag in told]
    legible = [date for date in (parse_date(text) for text in texts) if date and _may_be(date.moment)]
    taken, source = photo.capture.taken_at, photo.capture.taken_source
    if source == "file" or taken is None:
        if legible:
            yield f"date: ours is the file's, exiftool's {texts}"
    elif not any(date.moment.replace(microsecond=0) == taken.replace(microsecond=0) for date in legible[:1]):
        yield f"date: ours {taken}, exiftool's {texts}"


def _is_near(ours: tuple[object, object], theirs: tuple[object, object]) -> bool:
    """Whether both are one place, or none; 0, 0 is none."""
    told = [number for number in theirs if isinstance(number, int | float)]
    if len(told) < 2 or not any(told):
        return ours[0] is None
    return all(isinstance(one, float) and abs(one - other) <= _NEAR for one, other in zip(ours, told, strict=True))


def _may_be(moment: datetime) -> bool:
    return moment.year >= FIRST_PHOTOGRAPH and moment < datetime.now()

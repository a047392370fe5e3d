"""What the dates in a photo are worth, for people who wonder about the one that is shown."""

from __future__ import annotations

import os

from gallery.errors import ImageError
from gallery.images.capture import DateNote, notes_on_dates
from gallery.images.exif import exif_of
from gallery.images.opening import open_image


def date_notes(path: str | os.PathLike[str]) -> tuple[DateNote, ...]:
    """The dates in the file that are passed over, or taken in part; none where it can't be read, or isn't there."""
    try:
        with open_image(path) as image:
            if image.format == "PNG":  # whose metadata may follow the pixels
                image.load()
            return notes_on_dates(exif_of(image))
    except ImageError:
        return ()

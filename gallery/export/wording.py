"""What exports say of photos in words: dates, faces, names of files. In English, whatever the computer speaks."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from gallery.emotions import EMOTIONS, UNCERTAIN
from gallery.records import Capture, FaceRecord, PhotoRecord

SHOWN_EMOTIONS: Final = (*EMOTIONS, UNCERTAIN)

_ADJECTIVES: Final = {"disgust": "disgusted", "fear": "fearful", "surprise": "surprised"}
"""Of the labels that are nouns."""
_NUMBERS: Final = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""Not the computer's language: the page is in English throughout."""
_UNSEEN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
_JOINERS: Final = "\u200c\u200d"


def plain(text: str) -> str:
    """`text` with `\ufffd` for all that can't be seen or turns the reading direction; joiners stay, emoji need them."""
    seen = (char if unicodedata.category(char) not in _UNSEEN or char in _JOINERS else "\ufffd" for char in text)
    return "".join(seen)


def file_name(photo: PhotoRecord) -> str:
    """The name of the photo's file, without its folders."""
    return plain(Path(photo.path).name)


def date(capture: Capture) -> str:
    """`1 June 2023`, or `file of 1 June 2023` where only the file has a date; empty where nothing has."""
    if capture.taken_at is None:
        return ""
    day = f"{capture.taken_at.day} {_month(capture.taken_at)}"
    return f"file of {day}" if capture.taken_source == "file" else day


def period(photos: Sequence[PhotoRecord]) -> str:
    """From the first to the last month in which photos were taken: `June 2021 to May 2023`; empty where none says."""
    times = [
        photo.capture.taken_at for photo in photos if photo.capture.taken_source != "file" and photo.capture.taken_at
    ]
    if not times:
        return ""
    first, last = _month(min(times)), _month(max(times))
    return first if first == last else f"{first} to {last}"


def _month(time: datetime) -> str:
    return f"{_MONTHS[time.month - 1]} {time.year}"


def description(photo: PhotoRecord) -> str:
    """The photo for who can't see it: `beach.jpg, 1 June 2023: two happy faces`."""
    what = ", ".join(part for part in (file_name(photo), date(photo.capture)) if part)
    return f"{what}: {faces(photo.faces)}" if photo.faces else what


def faces(shown: Sequence[FaceRecord]) -> str:
    """`two happy faces, one sad face and one uncertain face`."""
    counts = Counter(face.emotion for face in shown)
    parts = [_counted(counts[emotion], emotion) for emotion in SHOWN_EMOTIONS if counts[emotion]]
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def _counted(count: int, emotion: str) -> str:
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{number} {_ADJECTIVES.get(emotion, emotion)} {'face' if count == 1 else 'faces'}"

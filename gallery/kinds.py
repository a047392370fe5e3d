"""Which files are photos, raw files and videos, by what their names end in."""

from __future__ import annotations

from typing import Final

# fmt: off
PHOTOS: Final = frozenset((
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".heic", ".heif", ".hif",
    ".avif",
))
"""What the name of a photo ends in, in lower case, as all of these."""

RAW: Final = frozenset((
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos", ".mrw",
    ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f",
))
"""What cameras write before they make a picture of it; no faces are looked for there."""

VIDEOS: Final = frozenset((
    ".3g2", ".3gp", ".avi", ".flv", ".insv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv",
    ".vob", ".webm", ".wmv",
))
# fmt: on


def suffix(name: str) -> str:
    """What the name ends in from its last dot on, in lower case; empty for a hidden file and one without a dot."""
    return "" if name.startswith(".") or "." not in name else name[name.rfind(".") :].lower()

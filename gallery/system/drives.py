"""Whether drives are connected, and where they are."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TABLE: Final = Path("/proc/self/mountinfo")
"""Where Linux says what is mounted where; other systems have other ways, and no such file."""


def is_connected(place: str) -> bool:
    """Whether a drive is at this place, where one was seen: it is there, and on another device than its parent."""
    try:
        return os.stat(place).st_dev != os.stat(os.path.dirname(place)).st_dev  # noqa: PTH116, PTH120
    except (OSError, ValueError):
        return False


def drives_below(folders: Iterable[str]) -> frozenset[str]:
    """The places at and below the folders where something is mounted, as far as the system tells."""
    within = tuple(os.path.realpath(folder).rstrip(os.sep) + os.sep for folder in folders)
    return frozenset(place for place in _mounted() if (place.rstrip(os.sep) + os.sep).startswith(within))


def _mounted() -> list[str]:
    try:
        lines = _TABLE.read_bytes().splitlines()
    except OSError:
        return []
    return [os.fsdecode(_unescaped(line.split(b" ")[4])) for line in lines]


def _unescaped(place: bytes) -> bytes:
    """Blanks and the like are written as \\040."""
    return re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), place)

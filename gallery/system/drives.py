"""Whether drives are connected, and where they are."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gallery.system.mount_table import mount_table, plain


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
    return [plain(line.split(" ")[4]) for line in mount_table().split("\n") if line]

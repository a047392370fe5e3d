"""Folders that hold no photos of one's own, by their names: bins, snapshots, what other programs make of photos."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Final

SKIPPED: Final = frozenset({"@eadir", "node_modules", "__macosx"})
"""Folders that hold other programs' thumbnails and packages, in lower case. Names with a leading dot count, too."""

BINS: Final = frozenset(
    {
        *("#recycle", "@recycle", "$recycle.bin", "recycler"),
        *("#snapshot", "@recently-snapshot", "system volume information", "lost+found"),
    }
)
"""Bins and snapshots of Synology, QNAP, Windows and Linux, in lower case."""

LIBRARY: Final = ".photoslibrary"
"""How a library of Apple Photos ends: a folder of which only ORIGINALS are photos, the rest is made of them."""
ORIGINALS: Final = frozenset({"originals", "masters"})


class Reason(StrEnum):
    """Why a place is passed over although photos may lie in it."""

    IGNORED = "ignored"
    """An ignore file says so."""
    BIN = "bin"
    """It is a bin or a snapshot, or other programs make what is in it."""


@dataclass(slots=True)
class PassedOver:
    """What a walk passed over although photos may lie in it: folders and files, each with the reason.

    Hidden names are none of these: what lies there was never asked for, or by its own name.
    """

    places: dict[str, Reason] = field(default_factory=dict)

    def add(self, place: str, reason: Reason) -> None:
        """Notes a place."""
        self.places[place] = reason

    def of(self, reason: Reason) -> list[str]:
        """The places passed over for this reason."""
        return [place for place, why in self.places.items() if why is reason]

    def place_of(self, path: str) -> str | None:
        """The place for which this file was passed over, itself or a folder that it lies in; None where it wasn't."""
        while path not in self.places:
            above = os.path.dirname(path)  # noqa: PTH120 - a Path for each of 100,000 files would take seconds
            if above == path:
                return None
            path = above
        return path


@dataclass(frozen=True, slots=True)
class Names:
    """Which folders are passed over for their names, whatever the case, except those that `include` takes in.

    What it says may have the wildcards * and ?, as `*.lrdata`.
    """

    include: Collection[str] = ()
    _patterns: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_patterns", tuple(pattern.lower() for pattern in self.include))

    def takes_in(self, name: str) -> bool:
        """Somebody asked for folders of this name."""
        return any(fnmatchcase(name.lower(), pattern) for pattern in self._patterns)

    def is_bin(self, name: str, within: str) -> bool:
        """The folder `name` in the folder `within`, a path, is one in which nobody's photos are to be looked for."""
        low = name.lower()
        if low in BINS or low.startswith(".trash") or low.endswith(".lrdata"):
            return not self.takes_in(name)
        above = within[within.rfind(os.sep) + 1 :]
        return above.lower().endswith(LIBRARY) and low not in ORIGINALS and not self.takes_in(above)

    def is_skipped(self, name: str) -> bool:
        """The folder is hidden, or holds other programs' thumbnails."""
        return (name.startswith(".") or name.lower() in SKIPPED) and not self.takes_in(name)

    def passes_over(self, way: Sequence[str]) -> bool:
        """Whether any folder on the way, each of these names within the one before, is passed over."""
        return any(self.is_skipped(name) or self.is_bin(name, above) for above, name in pairwise(("", *way)))


USUAL_NAMES: Final = Names()

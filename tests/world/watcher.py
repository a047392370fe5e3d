"""A `gallery watch` that goes on while the world changes, and looks whenever it is told that something did."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from gallery.indexing.indexer import PhotoResult
from gallery.indexing.watching import QUIET_SECONDS, Look, watch


class Watcher:
    """Of these folders, whether they are there or not; `drives` were seen before."""

    def __init__(self, folders: Sequence[Path], look: Look, drives: Collection[str]) -> None:
        self._now = 0.0
        self._rounds: Iterator[Iterator[PhotoResult]] = watch(
            folders, look, events=self._events, drives=drives, clock=lambda: self._now
        )

    def look(self) -> None:
        """Something changed, and then nothing for a while."""
        for _ in next(self._rounds):
            pass

    def _events(self, roots: Sequence[str]) -> Iterator[Collection[str]]:
        while True:
            yield set(roots[:1])
            self._now += QUIET_SECONDS + 1
            yield ()

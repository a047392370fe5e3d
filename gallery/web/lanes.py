"""Threads in which answers are worked out: each kind has so many, so that quick ones never wait for slow ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, Literal, TypeVar

import anyio
import anyio.to_thread

from gallery.errors import StoreLockedError

T = TypeVar("T")

Lane = Literal["quick", "photo", "slow", "figures", "picture", "write", "export"]

_THREADS: Final[dict[Lane, int]] = {
    "quick": 2,
    "photo": 2,
    "slow": 2,
    "figures": 2,
    "picture": 4,
    "write": 1,
    "export": 1,
}
"""Python runs one at a time, beside those that wait for SQLite or the disk: more would mostly wait for each other's
turns, and hold memory."""

WRITES_WAIT_SECONDS: Final = 5.0
"""So long for those before, and as long again for other programs."""


class Lanes:
    """Made within the event loop that uses it."""

    def __init__(self) -> None:
        self._limits = {lane: anyio.CapacityLimiter(count) for lane, count in _THREADS.items()}

    async def run(self, lane: Lane, work: Callable[[], T]) -> T:
        """What `work` gives, from a thread of this lane, as soon as one is free; an exception of it is raised here.

        Raises StoreLockedError where those who write have to wait too long for each other.
        """
        patience = WRITES_WAIT_SECONDS if lane == "write" else math.inf
        with anyio.move_on_after(patience):
            return await anyio.to_thread.run_sync(work, limiter=self._limits[lane])
        raise StoreLockedError("database", "others are writing to it; try again in a moment")

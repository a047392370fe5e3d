"""Processes that end with the one that started them, however that ends, and without a word."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.synchronize import RLock


class PatientSpawn(SpawnContext):
    """Starts processes afresh (a fork of a process that has threads may hang), and keeps the locks it made for them.

    A pool lets go of its locks before it ends its processes; one that is still starting would find none, and say so by
    a traceback on the user's screen.
    """

    def __init__(self) -> None:
        self._locks: list[RLock] = []

    def RLock(self) -> RLock:  # noqa: N802 - as the context calls it
        """A lock that lives for as long as this context does."""
        lock = super().RLock()
        self._locks.append(lock)
        return lock


def end_with_parent() -> None:
    """Has this process of `multiprocessing` end at once when the one that started it is gone, whatever it is at.

    Else it would find that out when it asks for more to do: after the photo it is at, or after loading networks.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=[parent], name="gallery-parent", daemon=True).start()


def call_at_end_of(pipe: IO[bytes], call: Callable[[], object]) -> None:
    """Calls from another thread when nobody holds the other end of the pipe any more, or something comes.

    For a process that was started without `multiprocessing`: who started it holds that end, and lets go however it
    ends.
    """

    def wait() -> None:
        pipe.read(1)
        call()

    threading.Thread(target=wait, name="gallery-parent", daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)

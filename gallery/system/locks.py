"""Locks that other processes respect, and that go with the process that holds them, however it ends."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from gallery.system.unix import knows_locks, lock_now


class FolderLock:
    """Holds a folder for this process, without leaving a file in it, until it is released or forgotten.

    `taken` where another holds it. Raises OSError where the folder can't be opened.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor: int | None = None
        if knows_locks():  # Windows opens no folders
            self._descriptor = os.open(folder, os.O_RDONLY)
        self.taken = self._descriptor is not None and not lock_now(self._descriptor)

    def release(self) -> None:
        """Lets go of it; more than once does no harm."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def __del__(self) -> None:
        self.release()

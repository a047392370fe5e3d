"""Locks that other processes respect, and that go with the process that holds them, however it ends."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import Final

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows
    fcntl = None  # type: ignore[assignment]

_TAKEN: Final = (errno.EWOULDBLOCK, errno.EACCES)


def lock_now(descriptor: int) -> bool:
    """Locks an open file or folder until it is closed; False where another has locked it.

    Where the disk or the system knows no such locks, as some network disks, nothing is held and it is True.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _TAKEN
    return True


class FolderLock:
    """Holds a folder for this process, without leaving a file in it, until it is released or forgotten.

    `taken` where another holds it. Raises OSError where the folder can't be opened.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor: int | None = None
        if fcntl is not None:  # Windows opens no folders
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

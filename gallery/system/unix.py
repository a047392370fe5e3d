"""What only Unix has; elsewhere each of these does without, as it says.

It stands here alone: `mypy --platform win32` and a test that takes the names away hold all other modules to it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import struct
import sys
from collections.abc import Iterator
from typing import Final, TextIO

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

_LOWEST_PRIORITY: Final = 19
_TAKEN: Final = (errno.EWOULDBLOCK, errno.EACCES)


def knows_locks() -> bool:
    """Whether files and folders can be locked for a process, until it ends or closes them."""
    return fcntl is not None


def lock_now(descriptor: int) -> bool:
    """Locks an open file or folder until it is closed; False where another has locked it.

    Where the disk or the system knows no such locks, as some network disks, nothing is held and it is True.
    """
    if sys.platform == "win32" or fcntl is None:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _TAKEN
    return True


def lock_when_free(descriptor: int) -> None:
    """As `lock_now`, waiting for whoever holds it."""
    if sys.platform != "win32" and fcntl is not None:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def end_after(seconds: float) -> bool:
    """Has the system end this process when it has used so much more of the processor's time; 0: no longer.

    False where that can't be asked for.
    """
    if sys.platform == "win32" or not hasattr(signal, "setitimer"):
        return False
    signal.setitimer(signal.ITIMER_PROF, seconds)
    return True


def ended_by_its_time(exit_code: int | None) -> bool:
    """Whether a process ended because of `end_after`."""
    return sys.platform != "win32" and exit_code == -signal.SIGPROF


def memory() -> int | None:
    """The machine's bytes of memory; None where it doesn't tell."""
    if sys.platform == "win32" or not hasattr(os, "sysconf"):
        return None
    try:
        return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (OSError, ValueError):
        return None


def clock_ticks() -> int | None:
    """In how many parts of a second the kernel counts; None where it doesn't tell."""
    if sys.platform == "win32" or not hasattr(os, "sysconf"):
        return None
    return int(os.sysconf("SC_CLK_TCK"))


def usable_cores() -> int | None:
    """How many cores this process may use; None where that can't be restricted."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None


def come_last() -> None:
    """Gives this process, and those that it starts, the lowest priority."""
    if sys.platform != "win32" and hasattr(os, "nice"):
        os.nice(_LOWEST_PRIORITY)


def device(major: int, minor: int) -> int | None:
    """The number that `stat` gives for a device; None where devices aren't told so."""
    if sys.platform == "win32" or not hasattr(os, "makedev"):
        return None
    return os.makedev(major, minor)


def cell_size(terminal: TextIO) -> tuple[int, int] | None:
    """Width and height of a character in the terminal, in pixels; None where it doesn't tell."""
    if sys.platform == "win32" or fcntl is None:
        return None
    import termios  # here: nothing else needs it

    try:
        answer = fcntl.ioctl(terminal.fileno(), termios.TIOCGWINSZ, bytes(8))
    except (OSError, ValueError):
        return None
    lines, columns, width, height = struct.unpack("HHHH", answer)
    return (
        (width // columns, height // lines)
        if min(lines, columns) > 0 and width >= columns and height >= lines
        else None
    )


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Processes started inside never see Ctrl-C, which is for the one that started them; elsewhere they do."""
    if sys.platform == "win32" or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker  # here: Windows has none

    # Started with the first process, inside, it would let Ctrl-C through again before that process has begun.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

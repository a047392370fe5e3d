"""How much of the machine there is to use: cores, memory, and so many processes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from gallery.system import unix

LEAST_MEMORY: Final = 1_500_000_000
"""Bytes a process may need that looks for faces: the networks' library alone takes most of a gigabyte."""

LEAST_TO_DECODE: Final = 700_000_000
"""Bytes a process may need that only decodes: a picture as large as is allowed by default, in full."""

_GROUPS: Final = Path("/sys/fs/cgroup")
_GROUPS_OF_SELF: Final = Path("/proc/self/cgroup")


_IDLE_PRIORITY_CLASS: Final = 0x40
"""Of Windows: such a process runs while nobody else wants to."""

_left_alone = 0
"""Cores that this process leaves to others."""


def cores() -> int:
    """How many cores this process may use."""
    there = unix.usable_cores() or os.cpu_count() or 1
    return max(1, there - _left_alone)


def yield_to_others(*, leaving: int = 1) -> None:
    """From here on this process, and those that it starts, come last, and leave a core alone where there are several.

    With `leaving` 0 they take all cores, as long as nobody else wants one.

    That can't be taken back: only the system's administrator may raise a priority again.
    """
    global _left_alone
    _left_alone = leaving
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.GetCurrentProcess.restype = ctypes.c_void_p
        kernel.SetPriorityClass(ctypes.c_void_p(kernel.GetCurrentProcess()), _IDLE_PRIORITY_CLASS)
    else:
        unix.come_last()


def some_cores() -> int:
    """A quarter of the cores, at least one.

    Threads that wait for each other on cores that others use wait for long: on two cores, two threads were no faster
    than one, and ten times as slow where another program was busy.
    """
    return max(1, cores() // 4)


def suitable(memory: int | None = None, *, each: int = LEAST_MEMORY) -> int:
    """As many processes as there are cores, and memory for, at `each` bytes a process; at least one."""
    memory = _memory() if memory is None else memory
    return max(1, min(cores(), memory // each))


def _memory() -> int:
    """Bytes that this process may use: of the machine, or of the group of processes that it was put into."""
    whole = unix.memory() or 2 * LEAST_MEMORY  # it doesn't tell: enough for two processes
    return min([whole, *_limits()])


def _limits() -> Iterator[int]:
    """Of the control groups of Linux, as containers have them: of version 2, the group and all above it, or of 1."""
    try:
        groups = _GROUPS_OF_SELF.read_text().splitlines()
    except OSError:
        return
    for _, kinds, path in (line.split(":", 2) for line in groups if line.count(":") >= 2):
        if kinds not in ("", "memory"):
            continue
        root, name = (_GROUPS, "memory.max") if kinds == "" else (_GROUPS / "memory", "memory.limit_in_bytes")
        group = root / path.lstrip("/")
        for folder in (group, *group.parents):
            if folder.is_relative_to(root):
                with suppress(OSError, ValueError):  # no limit is called "max"
                    yield int((folder / name).read_text())

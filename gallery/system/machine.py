"""How much of the machine there is to use: cores, memory, and so many processes."""

from __future__ import annotations

import os
from typing import Final

from gallery.system import unix

LEAST_MEMORY: Final = 1_500_000_000
"""Bytes a process may need that looks for faces: the networks' library alone takes most of a gigabyte."""

LEAST_TO_DECODE: Final = 700_000_000
"""Bytes a process may need that only decodes: a picture as large as is allowed by default, in full."""


def cores() -> int:
    """How many cores this process may use."""
    return unix.usable_cores() or os.cpu_count() or 1


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
    """Bytes of the machine; where it doesn't tell, enough for two processes."""
    return unix.memory() or 2 * LEAST_MEMORY

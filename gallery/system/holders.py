"""Who holds a lock on a file, where the system tells: Linux does, in /proc."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from gallery.system.unix import clock_ticks

_PROC: Final = Path("/proc")
_LONGEST_COMMAND: Final = 60
_START_FIELD: Final = 19
"""Of the fields in /proc/PID/stat behind the name: when the process began, in ticks since the computer did."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds a lock. `since` is when it began; the lock it may have got later."""

    pid: int
    command: str
    since: datetime | None

    def __str__(self) -> str:
        """`gallery index Photos` (process 4711, running since 10:31)."""
        running = f", running since {_clock(self.since)}" if self.since else ""
        return f"`{self.command}` (process {self.pid}{running})"


def holder_of(file: Path, kind: str, byte: int = 0) -> Holder | None:
    """The process that keeps others from writing this byte of the file; None where that can't be known.

    `kind` is that of the lock, FLOCK or POSIX.
    """
    try:
        inode = file.stat().st_ino
        lines = (_PROC / "locks").read_text(encoding="ascii").splitlines()
        pids = [pid for pid in _writers(lines, kind, inode, byte) if _has_open(pid, file)]
        return _described(pids[0]) if pids else None
    except (OSError, ValueError, IndexError):
        return None


def _writers(lines: list[str], kind: str, inode: int, byte: int) -> Iterator[int]:
    for line in lines:
        # `9: POSIX  ADVISORY  WRITE 28897 fe:00:2146620 120 120`; who only waits has an arrow before POSIX.
        _, called, _, mode, pid, where, first, last = line.split()[:8]
        reaches = int(first) <= byte and (last == "EOF" or byte <= int(last))
        if (called, mode) == (kind, "WRITE") and where.rpartition(":")[2] == str(inode) and reaches:
            yield int(pid)


def _has_open(pid: int, file: Path) -> bool:
    """Whether the process has the file open: on another disk, a file may have the same number."""
    return any(os.path.realpath(link) == os.path.realpath(file) for link in (_PROC / str(pid) / "fd").iterdir())


def _described(pid: int) -> Holder:
    folder = _PROC / str(pid)
    words = [os.fsdecode(word) for word in (folder / "cmdline").read_bytes().split(b"\0") if word]
    command = _plain(words)
    short = command if len(command) <= _LONGEST_COMMAND else f"{command[: _LONGEST_COMMAND - 3]}..."
    return Holder(pid, short, _started(folder))


def _plain(words: list[str]) -> str:
    """The command as it was typed: `python -m gallery` and the program's script are `gallery`."""
    match words:
        case [python, "-m", "gallery", *rest] if "python" in Path(python).name:
            words = ["gallery", *rest]
        case [python, script, *rest] if "python" in Path(python).name and Path(script).name == "gallery":
            words = ["gallery", *rest]
        case [program, *rest]:
            words = [Path(program).name, *rest]
    return shlex.join(words)


def _started(folder: Path) -> datetime | None:
    fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    ticks_a_second = clock_ticks()
    booted = [line for line in (_PROC / "stat").read_text(encoding="ascii").splitlines() if line.startswith("btime ")]
    if not booted or ticks_a_second is None:
        return None
    return datetime.fromtimestamp(int(booted[0].split()[1]) + int(fields[_START_FIELD]) / ticks_a_second)


def _clock(moment: datetime) -> str:
    """The time of today, with the day where it was another."""
    return moment.strftime("%H:%M" if moment.date() == datetime.now().date() else "%Y-%m-%d %H:%M")

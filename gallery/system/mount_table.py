"""What is mounted where, as Linux tells; other systems have other ways, and an empty table here."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

_TABLE: Final = Path("/proc/self/mountinfo")
_ESCAPE: Final = re.compile(r"\\([0-7]{3})")


def mount_table() -> str:
    """The table, a line for each mount: see proc_pid_mountinfo(5). Empty where the system has none."""
    try:
        return os.fsdecode(_TABLE.read_bytes())
    except OSError:
        return ""


def plain(field: str) -> str:
    """A field of a line as it is called: blanks and the like are written as `\\040` there."""
    return _ESCAPE.sub(lambda found: os.fsdecode(bytes([int(found[1], 8)])), field)

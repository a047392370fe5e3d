"""How much memory a process and all that it starts hold, while something else goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SAMPLE_SECONDS = 0.2
"""Between two looks at the memory, which cost the processes looked at a few milliseconds."""


@contextmanager
def watched(process: int) -> Iterator[list[int]]:
    """Bytes of memory that a process and its descendants hold, taken again and again while the `with` lasts.

    Each page is shared out among the processes that use it (PSS). Empty where the system doesn't tell.
    """
    samples: list[int] = []
    end = threading.Event()

    def watch() -> None:
        while not end.wait(SAMPLE_SECONDS):
            samples.append(sum(map(pss, family(process))))

    thread = threading.Thread(target=watch)
    if Path("/proc/self/smaps_rollup").exists():
        thread.start()
    try:
        yield samples
    finally:
        end.set()
        if thread.ident:
            thread.join()


def family(process: int) -> list[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended
            parent = status.read_text().rpartition(")")[2].split()[1]
            children.setdefault(int(parent), []).append(int(status.parent.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def pss(process: int) -> int:
    """Bytes that a process holds; none once it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0

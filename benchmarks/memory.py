"""How much memory a process and all that it starts hold, while something else goes on.

`python -m benchmarks.memory FOLDER [COUNT]` indexes 2,000 photos, which are the pictures in FOLDER again and again,
each time with other bytes at their end, in two processes, and prints the peak for every part of the run.
"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from gallery.images.scan import scan
from gallery.indexing.indexer import index
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.vision.lazy import networks

PARTS: Final = 10

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


def main(folder: str, count: str = "2000") -> None:
    """Print the figures."""
    pictures = [Path(file.path) for file in scan([folder])]
    with tempfile.TemporaryDirectory() as place:
        library = Path(place) / "Photos"
        library.mkdir()
        for number, picture in zip(range(int(count)), itertools.cycle(pictures), strict=False):
            copy = library / f"{number:06}{picture.suffix}"
            copy.write_bytes(picture.read_bytes() + number.to_bytes(8, "big"))
        print(f"{count} photos made from {len(pictures)} in {folder}", flush=True)
        follow(library, int(count), Path(place) / "gallery.db")


def follow(library: Path, count: int, database: Path) -> None:
    """Index the photos, and print a line for each part of them."""
    settings = Settings(workers=2)
    detector, classifier = networks(settings)
    with Store.open(database) as store, watched(os.getpid()) as samples:
        failed = seen = 0
        run = index([library], store=store, detector=detector, classifier=classifier, settings=settings)
        for done, photo in enumerate(run, 1):
            failed += photo.reason is not None
            if done % (count // PARTS) == 0:
                peak = max(samples[seen:], default=0) / 1e9
                print(f"up to photo {done}: {peak:.2f} GB at most, {failed} failed so far", flush=True)
                seen = len(samples)


if __name__ == "__main__":
    main(*sys.argv[1:])

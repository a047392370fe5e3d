"""What it costs to find out that nothing has changed.

`python -m benchmarks.rescan [FILES]` makes so many tiny files (100,000) and a database that knows them all, indexes
them with networks that refuse to work, and prints seconds beyond start-up, in turn with the bare walk over the same
files. Processor seconds stand beside them: other work on the machine disturbs these less.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, NoReturn

from PIL import Image

from benchmarks.library import MODEL, fill, places
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.indexing.indexer import Status, index
from gallery.records import FileStamp
from gallery.store.store import Store

ROUNDS: Final = 5


class Idle(FaceDetector, EmotionClassifier):
    """Detector and classifier that nobody may ask for anything but the model's name."""

    model_id = MODEL.id
    name = MODEL.name

    @property
    def signature(self) -> NoReturn:
        """Fails."""
        raise AssertionError("a rescan asked for the detector's signature")

    def detect(self, images: Sequence[Image.Image]) -> NoReturn:
        """Fails."""
        raise AssertionError(f"a rescan looked for faces in {len(images)} photos")

    def predict(self, crops: Sequence[Image.Image]) -> NoReturn:
        """Fails."""
        raise AssertionError(f"a rescan classified {len(crops)} faces")


def main(files: str = "100000") -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        root, database = Path(folder) / "Photos", Path(folder) / "gallery.db"
        fill(database, list(made_files(root, int(files))), gone=0)
        with Store.open(database) as store:
            report(int(files), lambda: rescan(root, store), lambda: walk(str(root)))


def made_files(root: Path, count: int) -> Iterator[FileStamp]:
    """Files that hold their own name, and their stamps."""
    for name in places(count, str(root)):
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)
        info = path.stat()
        yield FileStamp(name, info.st_size, info.st_mtime_ns)


def rescan(root: Path, store: Store) -> int:
    """How many files the library found unchanged; any other fate ends the benchmark."""
    idle = Idle()
    fates = Counter(result.status for result in index([root], store=store, detector=idle, classifier=idle))
    if set(fates) != {Status.UNCHANGED}:
        sys.exit(f"not all files are unchanged: {dict(fates)}")
    return fates[Status.UNCHANGED]


def walk(folder: str) -> int:
    """How many files lie below the folder, each looked at."""
    found, below = 0, []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.path)
            else:
                entry.stat()
                found += 1
    return found + sum(map(walk, below))


def report(files: int, rescan: Callable[[], int], walk: Callable[[], int]) -> None:
    """Time both in turn and print seconds, processor seconds and their ratio."""
    times: dict[str, list[tuple[float, float]]] = {"rescan": [], "bare walk": []}
    for _ in range(ROUNDS):
        for name, work in (("rescan", rescan), ("bare walk", walk)):
            start, busy = time.perf_counter(), time.process_time()
            found = work()
            times[name].append((time.perf_counter() - start, time.process_time() - busy))
            assert found == files, f"{name} found {found} of {files} files"
    print(f"{files:,} unchanged files, {ROUNDS} rounds: median, worst, median of processor seconds")
    for name, pairs in times.items():
        seconds, busy_seconds = zip(*pairs, strict=True)
        print(f"{statistics.median(seconds):8.3f}{max(seconds):8.3f}{statistics.median(busy_seconds):8.3f}  {name}")
    ratios = [ours[1] / bare[1] for ours, bare in zip(times["rescan"], times["bare walk"], strict=True)]
    print(f"rescan / bare walk, processor seconds: median {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""How long `gallery index` takes to bring photos up to date whose ratings another program wrote.

`python -m benchmarks.rated [--photos FOLDER] [--count N]` makes N JPEGs (1,000) of 12 megapixels, of which a few are
encoded and the others differ in a byte of their last lines; has them indexed by networks that find nothing; gives each
a star; and times the run after that, in which no photo may be searched for faces. Prints that, and the time of the
second hash, that of the picture, beside that of the file's.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

from benchmarks.index import make_library
from gallery.images.picture import picture_hash
from gallery.images.scan import scan
from gallery.indexing.indexer import index
from gallery.store.store import Store
from tests.support.edits import give_star
from tests.support.fakes import FakeClassifier, FakeDetector

ENCODED: Final = 6
TURNS: Final = 20


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rated", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="pictures to make the library from")
    parser.add_argument("--count", type=int, default=1000, metavar="N", help="photos in the library; 1,000 by default")
    options = parser.parse_args()
    pictures = [Path(file.path) for file in scan([options.photos])] if options.photos else []
    with TemporaryDirectory() as place:
        library = Path(place) / "Photos"
        library.mkdir()
        encoded = make_library(Path(place), min(ENCODED, options.count), pictures)
        hashes(encoded)
        paths = [varied(encoded[n % len(encoded)], library / f"{n:05}.jpg", n) for n in range(options.count)]
        with Store.open(Path(place) / "gallery.db") as store:
            run(library, store)
            for path in paths:
                give_star(path)
            run(library, store)


def varied(source: Path, path: Path, number: int) -> Path:
    """The same photo but for two bytes of its last lines, which stay a picture."""
    content = bytearray(source.read_bytes())
    for at in (len(content) - 400, len(content) - 900):
        content[at - 1 : at + 2] = bytes((0x10, 1 + number % 250, 1 + number // 250))
    path.write_bytes(content)
    return path


def run(library: Path, store: Store) -> None:
    """One run over the library, and what it came to."""
    detector = FakeDetector()
    start, busy = time.perf_counter(), time.process_time()
    fates = Counter(
        str(result.status) for result in index([library], store=store, detector=detector, classifier=FakeClassifier())
    )
    took = f"{time.perf_counter() - start:.1f} s, {time.process_time() - busy:.1f} of the processor in this process"
    print(f"{dict(fates)}: {took}; searched for faces here: {detector.seen}", flush=True)


def hashes(paths: Sequence[Path]) -> None:
    """Milliseconds of processor time for each of both hashes."""
    size = statistics.mean(path.stat().st_size for path in paths) / 1e6
    picture = statistics.median(taken(picture_hash, path) for path in paths)
    whole = statistics.median(taken(lambda file: hashlib.file_digest(file, "sha256"), path) for path in paths)
    print(f"{size:.1f} MB: picture {picture:.2f} ms, file {whole:.2f} ms", flush=True)


def taken(hashed: Callable[[BinaryIO], object], path: Path) -> float:
    times = []
    for _ in range(TURNS):
        with path.open("rb") as file:
            start = time.process_time()
            hashed(file)
            times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


if __name__ == "__main__":
    main()

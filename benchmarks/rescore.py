"""How much sooner another model has read the stored faces than the photos could be searched for them again.

`python -m benchmarks.rescore [--photos FOLDER] [--count N]` makes N JPEGs of 12 megapixels from FOLDER (drawn ones
otherwise), indexes them with one shipped model and has their stored faces read by the other, both ways round. Prints
faces per second of each, start-up of processes and networks left out, and the ratios.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from PIL import Image

from benchmarks.index import indexed, make_library
from gallery.faces import EmotionClassifier
from gallery.images.scan import scan
from gallery.indexing.processes import MANY
from gallery.indexing.rescoring import rescore
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.vision.lazy import networks

MODELS: Final = ("resnet18", "custom")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.rescore", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="pictures to make the library from")
    parser.add_argument("--count", type=int, default=192, metavar="N", help="photos in the library; 192 by default")
    options = parser.parse_args()
    if options.count < MANY:
        parser.error(f"--count must be {MANY} or more: for fewer photos no processes are started")
    pictures = [Path(file.path) for file in scan([options.photos])] if options.photos else []
    with TemporaryDirectory() as folder:
        paths = make_library(Path(folder), options.count, pictures)
        for first, second in (MODELS, MODELS[::-1]):
            compare(paths, Path(folder) / f"{first}.db", first, second)


def compare(paths: Sequence[Path], database: Path, first: str, second: str) -> None:
    """Index the photos with one model, read the faces with the other, and print a line."""
    detector, classifier = networks(replace(Settings(), model=first))
    _, other = networks(replace(Settings(), model=second))
    with Store.open(database) as store:
        run = indexed(paths, store, detector, classifier)
        read = rescored(store, other)
    found = sum(list(run.faces.values())[-run.photos :]) / run.seconds
    print(
        f"indexed with {first}: {found:.1f} faces/s; then read with {second}: {read:.1f} faces/s, "
        f"{read / found:.1f} times as many"
    )


def rescored(store: Store, classifier: EmotionClassifier) -> float:
    """Faces classified anew per second, of all that are stored; the network is loaded before."""
    classifier.predict([Image.new("RGB", (100, 100))])
    start = time.perf_counter()
    last = list(rescore(store, classifier))[-1]
    return last.read / (time.perf_counter() - start)


if __name__ == "__main__":
    main()

"""What looking at pictures a second time, turned, finds and costs: photos that lie on their side without saying so.

`python -m benchmarks.sideways FOLDER [--count N]` searches the photos of the folder as they are, turned by a quarter to
either side and upside down, none of them saying how it lies: how many of the faces are found again, and what is found
besides. With --count it then indexes a library of so many photos of 12 megapixels, one in five of them without a face,
with and without the second look, in rounds by turns.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from benchmarks.index import make_library
from gallery import Store, index
from gallery.errors import ImageError
from gallery.faces import Box, Detection, FaceDetector
from gallery.images.decode import DecodedPhoto, read_image
from gallery.images.lying import SURE, are_one, lies
from gallery.images.scan import scan
from gallery.images.turns import turned_box, turned_image, turned_size, undone
from gallery.indexing.pipeline import find_faces
from gallery.settings import Settings
from gallery.vision.detector import MTCNNDetector
from gallery.vision.lazy import networks

WAYS = {1: "as they are", 6: "to the right", 8: "to the left", 3: "upside down"}
SAME = 0.5
ROUNDS = 4


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sideways", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=0, metavar="N", help="photos of the library; none by default")
    options = parser.parse_args()
    photos = {Path(file.path): read(Path(file.path)) for file in scan([options.folder])}
    with_faces, without = compare({path: photo for path, photo in photos.items() if photo is not None})
    if options.count:
        with TemporaryDirectory() as folder:
            race(Path(folder), options.count, with_faces, without)


def read(path: Path) -> DecodedPhoto | None:
    """As it is decoded to look for faces, saying nothing of how it lies."""
    try:
        photo = read_image(path, long_side=Settings().long_side, max_megapixels=200, quick=True)
    except ImageError as error:
        print(error)
        return None
    return replace(photo, is_told=False)


def compare(photos: dict[Path, DecodedPhoto]) -> tuple[list[Path], list[Path]]:
    """Searches each in all positions: those with faces as they are, and those without."""
    detector = MTCNNDetector()
    known = {path: [face.box for face in sure(photo, detector)] for path, photo in photos.items()}
    print(f"{len(photos)} photos, {sum(map(len, known.values()))} faces, {list(known.values()).count([])} without any")
    print(f"{'':14}{'again':>8}{'besides':>9}{'told right':>12}{'without faces: besides':>25}")
    for turn, name in WAYS.items():
        counts = [count(photo, known[path], turn, detector) for path, photo in photos.items()]
        empty = sum(one[1] for one, boxes in zip(counts, known.values(), strict=True) if not boxes)
        again, besides, right = (sum(column) for column in zip(*counts, strict=True))
        print(f"{name:14}{again:>8}{besides:>9}{right:>12}{empty:>25}")
    return [path for path, boxes in known.items() if boxes], [path for path, boxes in known.items() if not boxes]


def sure(photo: DecodedPhoto, detector: FaceDetector) -> list[Detection]:
    """The faces that are shown."""
    [found] = find_faces([photo], detector)
    return [face.detection for face in found if face.detection.confidence >= SURE]


def count(photo: DecodedPhoto, boxes: Sequence[Box], turn: int, detector: FaceDetector) -> tuple[int, int, bool]:
    """How many faces are found in the turned picture, what besides, and whether it is told how it lies."""
    size, new_size = (photo.width, photo.height), turned_size((photo.width, photo.height), turn)
    lying = replace(photo, image=turned_image(photo.image, turn), width=new_size[0], height=new_size[1])
    found = sure(lying, detector)
    places = [turned_box(box, turn, size, new_size) for box in boxes]
    again = sum(any(face.box.iou(place) >= SAME for face in found) for place in places)
    besides = sum(not any(are_one(face.box, place) for place in places) for face in found)
    return again, besides, bool(boxes) and (lies(found) or 1) == undone(turn)


def race(folder: Path, count: int, with_faces: Sequence[Path], without: Sequence[Path]) -> None:
    """Seconds of the processor that indexing takes, with the second look and without."""
    for name, number, sources in (("faces", count * 4 // 5, with_faces), ("none", count // 5, without)):
        (folder / name).mkdir()
        make_library(folder / name, number, sources)
    settings = Settings(workers=1, device="cpu")
    detector, classifier = networks(settings)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(-1, ROUNDS):
        for looks in (True, False) if turn % 2 else (False, True):
            found = FaceDetector.detect_lying if not looks else MTCNNDetector.detect_lying
            with patch.object(MTCNNDetector, "detect_lying", found), Store.open(folder / f"{turn}{looks}.db") as store:
                start = time.process_time()
                list(index([folder], store=store, detector=detector, classifier=classifier, settings=settings))
                if turn >= 0:  # the first one loads the networks
                    seconds[looks].append(time.process_time() - start)
    with_it, without_it = sum(seconds[True]), sum(seconds[False])
    print(f"{1e3 * without_it / ROUNDS / count:.0f} ms a photo, with the second look {with_it / without_it:.3f} times")


if __name__ == "__main__":
    main()

"""Which faces the three efforts of `index` find in the same photos, and what each costs.

`python -m benchmarks.detection FOLDER [--count N] [--truth truth.csv]` searches the photos of the folder as they are,
turned by 40 and by 90 degrees, shrunk to 480 pixels, and as a quarter of a panorama. A face of the usual search at full
size is one that the others should find; in the changed pictures its place is worked out. What is found besides and is
none of these is counted as `others`: look at them with --draw, for many are faces that the usual search misses. A
truth.csv with the columns file and faces says how many there are.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from gallery.cli.network_options import searched_at
from gallery.errors import ImageError
from gallery.faces import Box, Detection, FaceDetector
from gallery.images.decode import DecodedPhoto, read_image
from gallery.images.long_pictures import detailed_side, is_long
from gallery.images.scan import scan
from gallery.indexing.in_pieces import found_in_pieces
from gallery.records import Capture
from gallery.settings import Settings
from gallery.vision.loading import load_detector

EFFORTS = {"usual": None, "--fast": "fast", "--thorough": "thorough"}
SAME = 0.3
SURE = Settings().min_confidence


@dataclass
class Found:
    """Counts of one effort in one kind of picture."""

    of: int = 0
    again: int = 0
    others: int = 0
    seconds: float = 0.0
    photos: int = 0


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=50, metavar="N", help="photos, chosen at random; 50 by default")
    parser.add_argument("--truth", type=Path, metavar="FILE", help="how many faces each file shows")
    parser.add_argument("--draw", type=Path, metavar="FOLDER", help="where to put pictures of what is found besides")
    options = parser.parse_args()
    paths = sorted(file.path for file in scan([options.folder]))
    random.Random(1).shuffle(paths)
    truth = read_truth(options.truth)
    compare([Path(path) for path in paths[: options.count]], truth, options.draw)


def read_truth(file: Path | None) -> dict[str, int]:
    """The number of faces by the names of files."""
    if file is None:
        return {}
    with file.open(encoding="utf-8", newline="") as text:
        return {Path(row["file"]).name: int(row["faces"]) for row in csv.DictReader(text)}


def compare(paths: Sequence[Path], truth: dict[str, int], draw: Path | None) -> None:
    """Searches each picture in all ways."""
    detectors = {name: (load_detector(settings), settings) for name, settings in all_settings().items()}
    ways: dict[str, Callable[[Image.Image], Image.Image]] = {
        "as it is": lambda image: image,
        "turned by 40": lambda image: turned(image, 40),
        "turned by 90": lambda image: turned(image, 90),
        "480 pixels": lambda image: resized(image, 480),
        "in a panorama": in_panorama,
    }
    found = {(way, name): Found() for way in ways for name in detectors}
    counted = dict.fromkeys(detectors, 0)
    for path in paths:
        try:
            full = read_image(path, long_side=2000, max_megapixels=200).image
        except ImageError as error:
            print(error)
            continue
        known = [face.box for face in search(*detectors["usual"], full)[0]]
        for way, change in ways.items():
            picture = change(full)
            places = [moved(box, full, picture, way) for box in known]
            for name, (detector, settings) in detectors.items():
                faces, seconds = search(detector, settings, picture)
                count(found[way, name], faces, places, seconds)
                if way == "as it is":
                    counted[name] += min(len(faces), truth.get(path.name, 0))
                if draw is not None and name == "--thorough":
                    draw_others(draw / f"{path.stem} {way}.jpg", picture, faces, places)
    report(found, counted, sum(truth.get(path.name, 0) for path in paths))


def all_settings() -> dict[str, Settings]:
    """As the command makes them."""
    flags = {name: {k: v for k, v in searched_at(effort).items() if v is not None} for name, effort in EFFORTS.items()}
    return {name: Settings(device="cpu", **given) for name, given in flags.items()}


def search(detector: FaceDetector, settings: Settings, full: Image.Image) -> tuple[list[Detection], float]:
    """The faces that are shown, in pixels of the picture given, and the seconds of the processor."""
    picture, detailed = (
        resized(full, side) for side in (settings.long_side, detailed_side(full.size, settings.long_side))
    )
    start = time.process_time()
    faces = [
        face.scaled(full.width / picture.width, full.height / picture.height) for face in detector.detect([picture])[0]
    ]
    if is_long(full.size, settings.long_side):
        photo = DecodedPhoto(detailed, *full.size, "JPEG", Capture())
        faces = [face.detection for face in found_in_pieces(photo, faces, detector, settings.long_side)]
    return [face for face in faces if face.confidence >= SURE], time.process_time() - start


def count(counts: Found, faces: Sequence[Detection], places: Sequence[Box], seconds: float) -> None:
    """Adds one picture."""
    counts.of += len(places)
    counts.again += sum(any(is_same(face.box, place) for face in faces) for place in places)
    counts.others += sum(not any(is_same(face.box, place) for place in places) for face in faces)
    counts.seconds += seconds
    counts.photos += 1


def is_same(one: Box, other: Box) -> bool:
    """Both show one face: they overlap, or one lies in the other."""
    return one.iou(other) >= SAME or one.shared(other) >= 0.6 * min(one.area, other.area)


def resized(image: Image.Image, long_side: int) -> Image.Image:
    """Never larger than it is."""
    scale = min(1.0, long_side / max(image.size))
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), reducing_gap=2.0)


def turned(image: Image.Image, degrees: float) -> Image.Image:
    """Counterclockwise, on grey."""
    return image.rotate(degrees, Image.Resampling.BILINEAR, expand=True, fillcolor=(128, 128, 128))


def in_panorama(image: Image.Image) -> Image.Image:
    """Between what was blurred, along its longer side, so that it begins in the middle of a piece."""
    width, height = image.size
    size = (4 * width, height) if width >= height else (width, 4 * height)
    long = image.resize((64, 64)).filter(ImageFilter.GaussianBlur(16)).resize(size)
    long.paste(image, before_in_panorama(size))
    return long


def before_in_panorama(size: tuple[int, int]) -> tuple[int, int]:
    """Where in a panorama of this size the photo begins."""
    return (round(0.4 * size[0]), 0) if size[0] >= size[1] else (0, round(0.4 * size[1]))


def moved(box: Box, full: Image.Image, picture: Image.Image, way: str) -> Box:
    """Where the face lies in the changed picture; its box keeps its sides."""
    if way == "in a panorama":
        return box.moved(*before_in_panorama(picture.size))
    if not way.startswith("turned"):
        return box.scaled(picture.width / full.width, picture.height / full.height)
    angle = radians(float(way.rpartition(" ")[2]))
    right, down = (box.left + box.right - full.width) / 2, (box.top + box.bottom - full.height) / 2
    x = picture.width / 2 + right * cos(angle) + down * sin(angle)
    y = picture.height / 2 - right * sin(angle) + down * cos(angle)
    return Box(x - box.width / 2, y - box.height / 2, x + box.width / 2, y + box.height / 2)


def draw_others(path: Path, picture: Image.Image, faces: Sequence[Detection], places: Sequence[Box]) -> None:
    """A picture with what is none of the faces that are known, if there is any."""
    others = [face for face in faces if not any(is_same(face.box, place) for place in places)]
    if not others:
        return
    drawn = picture.convert("RGB")
    pen = ImageDraw.Draw(drawn)
    for face in others:
        pen.rectangle((face.box.left, face.box.top, face.box.right, face.box.bottom), outline="red", width=5)
    drawn.thumbnail((900, 900))
    path.parent.mkdir(parents=True, exist_ok=True)
    drawn.save(path)


def report(found: dict[tuple[str, str], Found], counted: dict[str, int], faces: int) -> None:
    """The table."""
    print(f"{'picture':14} {'search':12} {'found again':>14} {'others':>7} {'s a photo':>10}")
    for (way, name), counts in found.items():
        again = f"{counts.again} of {counts.of}"
        print(f"{way:14} {name:12} {again:>14} {counts.others:7} {counts.seconds / max(1, counts.photos):10.2f}")
    if faces:
        print("of", faces, "faces that people counted:", ", ".join(f"{name} {some}" for name, some in counted.items()))


if __name__ == "__main__":
    main()

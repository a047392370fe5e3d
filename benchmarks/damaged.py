"""What `gallery index` makes of thousands of damaged pictures.

`python -m benchmarks.damaged [--photos FOLDER] [--count N] [--seed N]` takes pictures from FOLDER (a drawn one with a
face otherwise) in every format, cuts their files and flips bytes of them, N in all (5,000), and has the program index
them by its networks in two processes. Prints how many were read and how many told as failed with which reasons, the
time, the most memory that all its processes held, and the exit code. Its own is 1 where something was printed that is
no report, where a picture has no fate, or where the good pictures among them weren't read.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from PIL import Image
from pillow_heif import register_heif_opener

from benchmarks.memory import watched
from gallery.images.decode import read_image
from gallery.images.scan import scan
from gallery.query.query import Query
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.photos import astronaut

FORMATS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "jpg": ("JPEG", {"quality": 90}),
    "progressive.jpg": ("JPEG", {"progressive": True}),
    "png": ("PNG", {}),
    "webp": ("WEBP", {}),
    "lzw.tif": ("TIFF", {"compression": "tiff_lzw"}),
    "jpeg.tif": ("TIFF", {"compression": "jpeg"}),
    "tif": ("TIFF", {}),
    "bmp": ("BMP", {}),
    "gif": ("GIF", {}),
    "heic": ("HEIF", {}),
    "avif": ("AVIF", {}),
}
"""By the ends of their names: Pillow's name, and how to save."""
SIDE: Final = 240
HEAD: Final = 600
"""Bytes at the beginning, where most numbers are: half the flips hit these."""
SOURCES: Final = 12


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.damaged", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="pictures to damage")
    parser.add_argument("--count", type=int, default=5000, metavar="N", help="5,000 by default")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    options = parser.parse_args()
    register_heif_opener()
    with TemporaryDirectory() as folder:
        library, database = Path(folder) / "Photos", Path(folder) / "gallery.db"
        good = make(library, pictures(options.photos), options.count, random.Random(options.seed))
        print(f"{options.count} damaged pictures, and {good} good ones, in {len(FORMATS)} formats", flush=True)
        told = indexed(library, database)
        return report(library, database, told)


def pictures(folder: Path | None) -> list[Image.Image]:
    """Some that aren't large."""
    if folder is None:
        return [astronaut().resize((SIDE, SIDE))]
    found = [Path(file.path) for file in scan([folder])]
    limit = Settings().max_megapixels
    chosen = random.Random(0).sample(found, min(SOURCES, len(found)))
    return [read_image(path, long_side=SIDE, max_megapixels=limit).image for path in chosen]


def make(library: Path, sources: list[Image.Image], count: int, dice: random.Random) -> int:
    """Writes the pictures: each as it should be, in each format, and so many damaged ones. How many good ones."""
    (library / "good").mkdir(parents=True)
    made: dict[str, list[bytes]] = {}
    for end, (form, how) in FORMATS.items():
        for number, picture in enumerate(sources):
            content = io.BytesIO()
            exif = Image.Exif()
            exif[0x112], exif[0x10F], exif[0x132] = 1 + number % 8, "Camera", "2023:01:02 03:04:05"
            picture.save(content, form, **how, **({} if form in ("BMP", "GIF") else {"exif": exif.tobytes()}))
            made.setdefault(end, []).append(content.getvalue())
            (library / "good" / f"{number}.{end}").write_bytes(content.getvalue())
    for number in range(count):
        end = dice.choice(list(FORMATS))
        place = library / f"{number % 40:02}"
        place.mkdir(exist_ok=True)
        (place / f"{number:05}.{end}").write_bytes(damaged(dice.choice(made[end]), dice))
    return len(FORMATS) * len(sources)


def damaged(content: bytes, dice: random.Random) -> bytes:
    """With bytes of it flipped, a piece taken out or filled with zeros, its end cut off, or several of these."""
    changed = bytearray(content)
    for _ in range(dice.choice((0, 1, 1, 3, 20, 300))):
        at = dice.randrange(HEAD if dice.random() < 0.5 else len(changed))
        if at < len(changed):
            changed[at] ^= 1 << dice.randrange(8) if dice.random() < 0.5 else dice.randrange(1, 256)
    start, length = dice.randrange(len(changed)), dice.randrange(1, 5000)
    what = dice.random()
    if what < 0.15:
        del changed[start : start + length]
    elif what < 0.3:
        changed[start : start + length] = bytes(len(changed[start : start + length]))
    if what > 0.6:
        del changed[dice.randrange(len(changed)) :]
    return bytes(changed)


def indexed(library: Path, database: Path) -> subprocess.CompletedProcess[str]:
    """The program's run over the folder, of which time and memory are printed."""
    command = [sys.executable, "-m", "gallery", "--db", str(database), "index", "--json", "--workers", "2"]
    start = time.monotonic()
    process = subprocess.Popen(
        [*command, str(library)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
    )
    with watched(process.pid) as samples:
        out, err = process.communicate()
    print(f"{time.monotonic() - start:.0f} s, {max(samples, default=0) / 1e9:.2f} GB at most in all its processes")
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def report(library: Path, database: Path, told: subprocess.CompletedProcess[str]) -> int:
    """Print what came of the pictures; 1 where something is wrong with it."""
    with Store.open(database) as store:
        failures = {failure.path: failure.reason for failure in store.failures()}
        read = {path for photo in store.search(Query(missing=True)) for path in photo.paths}
        wrong = store.check()
    files = {str(path) for path in library.rglob("*.*")}
    faces = json.loads(told.stdout)["faces"]
    print(f"{len(read)} read, {len(failures)} failed, exit code {told.returncode}, {faces} faces")
    kinds = Counter(reason.partition(":")[0].partition("(")[0].strip()[:70] for reason in failures.values())
    for reason, number in kinds.most_common(25):
        print(f"{number:7}  {reason}")
    fateless, both = files - read - failures.keys(), read & failures.keys()
    lost = [path for path in files - read if Path(path).parent.name == "good"]
    noise = [line for line in told.stderr.splitlines() if "Traceback" in line or "Error" in line or "Warning" in line]
    print(f"without a fate: {len(fateless)}, with two: {len(both)}; good ones not read: {len(lost)}; ", end="")
    print(f"lines that are no report: {len(noise)}; faults of the database: {len(wrong)}")
    print("\n".join([*sorted(fateless)[:5], *sorted(lost)[:5], *noise[:5], *wrong[:5]]))
    return 1 if fateless or both or lost or noise or wrong or told.returncode not in (0, 1) else 0


if __name__ == "__main__":
    sys.exit(main())

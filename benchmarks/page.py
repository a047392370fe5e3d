"""How long the page of an album takes to make, and to open in Chromium.

`python -m benchmarks.page [--count N] [--rounds N] [--size WIDTHxHEIGHT]` draws N photos, a thousand by default, with
two faces each, makes their page, makes it again, and opens it from the disk with an empty profile each round. Chromium
and chromedriver must be installed.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from gallery.emotions import EMOTIONS
from gallery.export import Heading
from gallery.export.page import write_page
from gallery.faces import Box
from gallery.records import Capture, FaceRecord, PhotoRecord
from tests.support.browser import CHROMEDRIVER, CHROMIUM, browser

PAINTED = """
    const done = arguments[0];
    // Not the pictures' own places: asking for those makes the browser lay out what it rightly put off.
    const inWindow = [...document.querySelectorAll("#grid li")]
      .filter((item) => item.getBoundingClientRect().top < innerHeight)
      .map((item) => item.querySelector("img"));
    Promise.all(inWindow.map((image) => image.decode())).then(() => {
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const [page] = performance.getEntriesByType("navigation");
        done({thumbnails: inWindow.length, loaded: page.loadEventEnd, painted: performance.now()});
      }));
    });
"""
"""Milliseconds since the page was asked for until its load event and until the thumbnails in the window are painted."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=1000, metavar="N", help="photos in the album; 1000 by default")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="times the page is opened; 5 by default")
    parser.add_argument("--size", default="1600x1200", metavar="WIDTHxHEIGHT", help="of the photos, in pixels")
    options = parser.parse_args()
    if not (CHROMIUM and CHROMEDRIVER):
        sys.exit("chromium and chromedriver aren't installed")
    width, _, height = options.size.partition("x")
    with TemporaryDirectory() as folder:
        photos = draw_album(Path(folder) / "Photos", options.count, (int(width), int(height)))
        page = Path(folder) / "page"
        for what in ("made", "made again, nothing new"):
            start = time.perf_counter()
            for _ in write_page(photos, page, Heading("A thousand photos")):
                pass
            print(f"{what}: {time.perf_counter() - start:.2f} s for {options.count} photos of {options.size}")
        print(f"index.html: {(page / 'index.html').stat().st_size / 1e3:.0f} kB")
        report(open_often(page / "index.html", options.rounds))


def draw_album(folder: Path, count: int, size: tuple[int, int]) -> list[PhotoRecord]:
    """Writes so many JPEGs, no two alike, grainy as a camera's."""
    folder.mkdir(parents=True)
    dice = np.random.default_rng(0)
    grain = dice.normal(0, 4, (size[1], size[0], 3)).astype(np.int16)
    return [_draw(folder / f"IMG_{number:04}.jpg", size, grain, dice, number) for number in range(count)]


def _draw(path: Path, size: tuple[int, int], grain: np.ndarray, dice: np.random.Generator, number: int) -> PhotoRecord:
    coarse = Image.fromarray(dice.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    pixels = np.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=np.int16)
    Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8)).save(path, quality=92)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    capture = Capture(datetime(2023, 1, 1) + timedelta(hours=number), taken_source="exif")
    faces = [_face(size, place, EMOTIONS[int(dice.integers(len(EMOTIONS)))]) for place in (1, 2)]
    return PhotoRecord(str(path), [str(path)], digest, *size, capture, faces)


def _face(size: tuple[int, int], number: int, emotion: str) -> FaceRecord:
    """One of two beside each other, numbered from the left."""
    left = 0.4 * number - 0.2
    box = Box(left, 0.3, left + 0.15, 0.5).scaled(*size)
    scores = {label: float(label == emotion) for label in EMOTIONS}
    return FaceRecord(None, number, box, 0.99, emotion, 0.9, scores, "model")


@dataclass(frozen=True)
class Opening:
    """One opening of the page, in milliseconds; `waited` is the wall clock of the one who asked for it."""

    thumbnails: int
    loaded: float
    painted: float
    waited: float


def open_often(page: Path, rounds: int) -> list[Opening]:
    """Each time in a browser just started, so that nothing is remembered from before."""
    openings = []
    for _ in range(rounds):
        with TemporaryDirectory() as profile, browser(Path(profile)) as window:
            start = time.perf_counter()
            window.open(page)
            found = window.driver.execute_async_script(PAINTED)
            openings.append(Opening(**found, waited=(time.perf_counter() - start) * 1e3))
    return openings


def report(openings: Sequence[Opening]) -> None:
    """Median and worst."""
    print(f"thumbnails in the window of 1280 x 800: {openings[0].thumbnails}")
    for name in ("loaded", "painted", "waited"):
        times = [getattr(opening, name) for opening in openings]
        print(f"{name}: median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms of {len(times)}")


if __name__ == "__main__":
    main()

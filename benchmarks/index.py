"""How many photos per second `gallery index` makes, beside the loop one writes first, on photos of 12 megapixels.

`python -m benchmarks.index [--photos FOLDER] [--count N] [--workers N] [--rounds N]` makes N such JPEGs from FOLDER
(drawn ones with one real face otherwise) and has them indexed by turns, in rounds, so that other work on the machine
disturbs all alike: the ratios count. Each contestant has a process of its own and its networks loaded beforehand.

`python -m benchmarks.index --faces --photos FOLDER` compares the faces found with those of facenet-pytorch instead, on
the pictures as they are.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import numpy as np
from PIL import Image, ImageOps

from benchmarks.memory import watched
from benchmarks.naive import FER_LONG_SIDE, Fer, NaiveLoop, Run, compare_faces
from gallery import Store, index
from gallery.errors import ImageError
from gallery.faces import EmotionClassifier, FaceDetector
from gallery.images.decode import read_image
from gallery.images.scan import scan
from gallery.indexing.processes import MANY
from gallery.settings import Settings
from gallery.system.machine import suitable
from gallery.vision.lazy import networks

SIZE = (4000, 3000)

GRAIN = 4.0
"""Standard deviation of the noise, of 255; an enlarged picture without is smaller than a camera's, and soon decoded."""

SETTINGS = Settings()

Contestant = Callable[[Sequence[Path]], Run]


SPAWN = multiprocessing.get_context("spawn")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="pictures to make the library from")
    parser.add_argument("--count", type=int, default=192, metavar="N", help="photos in the library; 192 by default")
    parser.add_argument("--workers", type=int, default=0, metavar="N", help="processes of ours; 0: as many as suit")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="turns of each; 3 by default")
    parser.add_argument("--faces", action="store_true", help="compare the faces found in FOLDER instead")
    options = parser.parse_args()
    if options.faces and not options.photos:
        parser.error("--faces needs --photos FOLDER")
    if options.count < MANY:
        parser.error(f"--count must be {MANY} or more: for fewer photos ours starts no processes")
    pictures = [Path(file.path) for file in scan([options.photos])] if options.photos else []
    if options.photos and not pictures:
        parser.error(f"no pictures in {options.photos}")
    if options.faces:
        compare_faces(pictures)
        return
    with TemporaryDirectory() as folder:
        race(make_library(Path(folder), options.count, pictures), options.workers, options.rounds)


def make_library(folder: Path, count: int, pictures: Sequence[Path]) -> list[Path]:
    """Writes `count` JPEGs, no two alike."""
    sources: list[Path | None] = [*pictures] or [None]
    random.Random(0).shuffle(sources)
    paths = [folder / f"{number:05}.jpg" for number in range(count)]
    with ProcessPoolExecutor(suitable(), mp_context=SPAWN) as pool:
        list(pool.map(make_photo, paths, range(count), [sources[number % len(sources)] for number in range(count)]))
    size = statistics.mean(path.stat().st_size for path in paths) / 1e6
    origin = f"{len(pictures)} pictures" if pictures else "drawn pictures"
    print(f"{count} JPEGs of {SIZE[0]} x {SIZE[1]} pixels, {size:.1f} MB on average, from {origin}", flush=True)
    return paths


def make_photo(path: Path, seed: int, source: Path | None) -> None:
    """Writes one photo: a part of the source, or faces on a drawn ground, at full size and with grain."""
    dice = np.random.default_rng(seed)
    if source:
        picture = read_image(source, long_side=None, max_megapixels=SETTINGS.max_megapixels).image
        picture = enlarged(picture, dice)
    else:
        picture = drawn(seed)
    grain = dice.standard_normal((picture.height, picture.width, 1), dtype=np.float32) * GRAIN
    pixels = (np.asarray(picture) + grain).clip(0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=90)


def enlarged(picture: Image.Image, dice: np.random.Generator) -> Image.Image:
    """Nearly all of the picture, upright or across as it is itself, mirrored or not."""
    width, height = SIZE if picture.width >= picture.height else (SIZE[1], SIZE[0])
    scale = min(picture.width / width, picture.height / height) * dice.uniform(0.92, 1)
    left = (picture.width - width * scale) * dice.random()
    top = (picture.height - height * scale) * dice.random()
    box = (left, top, left + width * scale, top + height * scale)
    large = picture.resize((width, height), Image.Resampling.BICUBIC, box=box)
    return ImageOps.mirror(large) if dice.random() < 0.5 else large


def drawn(seed: int) -> Image.Image:
    """One to five faces of one person, of 150 pixels or more, on an uneven ground."""
    from tests.support.photos import astronaut, draw_picture

    dice = random.Random(seed)
    head = astronaut().crop((120, 0, 330, 230))
    picture = draw_picture(SIZE, seed)
    for place in dice.sample(range(6), dice.randint(1, 5)):
        height = dice.randint(300, 1400)
        face = head.resize((height * head.width // head.height, height), Image.Resampling.BICUBIC)
        face = ImageOps.mirror(face) if dice.random() < 0.5 else face
        picture.paste(face, (place % 3 * SIZE[0] // 3 + dice.randint(0, 40), place // 3 * SIZE[1] // 2))
    return picture


class Ours:
    """`gallery.index` into a new database, with the shipped networks and default settings."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._detector, self._classifier = networks(SETTINGS)

    def __call__(self, paths: Sequence[Path]) -> Run:
        """Index the photos."""
        with TemporaryDirectory() as folder, Store.open(Path(folder) / "ours.db") as store:
            return indexed(paths, store, self._detector, self._classifier, self._workers)


def indexed(
    paths: Sequence[Path], store: Store, detector: FaceDetector, classifier: EmotionClassifier, workers: int = 0
) -> Run:
    """One go of `gallery.index`. The time is that from the end of the first batch on: before it, processes start."""
    faces: dict[str, int] = {}
    times: list[float] = []
    settings = replace(SETTINGS, workers=workers)
    for photo in index(list(paths), store=store, detector=detector, classifier=classifier, settings=settings):
        if photo.reason:
            raise ImageError(photo.path, photo.reason)
        faces[photo.path] = photo.faces
        times.append(time.perf_counter())
    first = min(SETTINGS.batch_size, len(times) // 2)
    return Run(faces, len(times) - first, times[-1] - times[first - 1])


class Decoding:
    """Photos only decoded, to the size at which ours looks for faces: as fast as anything could be that reads them."""

    def __init__(self, processes: int) -> None:
        everyone = SPAWN.Barrier(processes + 1)
        self._pool = SPAWN.Pool(processes, initializer=everyone.wait)
        everyone.wait()

    def __call__(self, paths: Sequence[Path]) -> Run:
        """Decode the photos."""
        start = time.perf_counter()
        self._pool.map(_decode, paths, chunksize=1)
        return Run({}, len(paths), time.perf_counter() - start)


def _decode(path: Path) -> None:
    read_image(path, long_side=SETTINGS.long_side, max_megapixels=SETTINGS.max_megapixels, quick=True)


class Host:
    """A contestant in a process of its own, which lives until the end of the `with`."""

    def __init__(self, make: Callable[[], Contestant], part: int = 1) -> None:
        self._part = part
        self._executor = ProcessPoolExecutor(1, mp_context=SPAWN)
        self.process: int = self._executor.submit(_begin, make).result()

    def __enter__(self) -> Host:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._executor.shutdown()

    def run(self, paths: Sequence[Path], turn: int = 0) -> Run:
        """One go over the contestant's part of the photos; another part each turn."""
        return self._executor.submit(_run, paths[turn % self._part :: self._part]).result()


class _Begun:
    contestant: Contestant


def _begin(make: Callable[[], Contestant]) -> int:
    _Begun.contestant = make()
    return os.getpid()


def _run(paths: Sequence[Path]) -> Run:
    return _Begun.contestant(paths)


def race(paths: Sequence[Path], workers: int, rounds: int) -> None:
    """Let all contestants run by turns, and print what each has made."""
    runs: dict[str, list[Run]] = {}
    with ExitStack() as stack:
        hosts = {name: stack.enter_context(host) for name, host in contestants(workers)}
        for host in hosts.values():
            host.run(paths[:8])  # whatever the first call alone costs
        for turn in range(rounds):
            for name, host in hosts.items():
                runs.setdefault(name, []).append(host.run(paths, turn))
            rates = ", ".join(f"{name} {done[-1].rate:.2f}" for name, done in runs.items())
            print(f"round {turn + 1}: {rates} photos/s", flush=True)
    report(runs)
    print(memory(paths, workers))


NAIVE, DECODING = "naive loop", "decoding alone"


def contestants(workers: int) -> Iterator[tuple[str, Host]]:
    """By name. Slow ones are given a part of the photos; each part holds those of the naive loop."""
    processes = workers or suitable()
    yield NAIVE, Host(NaiveLoop, part=48)
    yield f"ours, {processes} processes" if processes > 1 else "ours", Host(partial(Ours, workers))
    yield "ours, workers=1", Host(partial(Ours, 1), part=2)
    yield DECODING, Host(partial(Decoding, processes))
    try:
        yield f"fer, Haar, {FER_LONG_SIDE}", Host(Fer, part=12)
    except ImportError as error:
        print(f"fer can't be imported, so it doesn't run ({error})")


def report(runs: dict[str, list[Run]]) -> None:
    """Print a line for each contestant; ratios are medians of those in each round."""
    compared = {path for run in runs[NAIVE] for path in run.faces}
    print(f"{'':24}photos/s  x naive loop (from, to)  of decoding alone  faces in {len(compared)} photos")
    for name, done in runs.items():
        rate = statistics.median(run.rate for run in done)
        times = ratios(done, runs[NAIVE])
        share = statistics.median(ratios(done, runs[DECODING]))
        faces = {path: count for run in done for path, count in run.faces.items() if path in compared}
        spread = f"{statistics.median(times):.1f} ({min(times):.1f}, {max(times):.1f})"
        print(f"{name:24}{rate:8.2f}  {spread:>23}  {share:17.1%}  {sum(faces.values()) if faces else '-':>8}")


def ratios(some: Sequence[Run], others: Sequence[Run]) -> list[float]:
    """How many times as fast the one was as the other, by rounds."""
    return [one.rate / other.rate for one, other in zip(some, others, strict=True)]


def memory(paths: Sequence[Path], workers: int) -> str:
    """What ours and all processes that it starts need at most in another run, with no other contestant there."""
    with Host(partial(Ours, workers)) as host, watched(host.process) as samples:
        host.run(paths)
    if not samples:
        return "peak memory of the process tree: not measured here"
    half = len(samples) // 2
    first, second = (max(part) / 1e9 for part in (samples[: half + 1], samples[half:]))
    return (
        f"peak memory of ours with all its processes: {max(first, second):.2f} GB "
        f"(first half of the run {first:.2f}, second {second:.2f})"
    )


if __name__ == "__main__":
    main()

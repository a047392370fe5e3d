"""What killing `gallery index` at any moment, as a power cut would, leaves behind.

`python -m benchmarks.kills [--photos FOLDER] [--kills N] [--seconds N] [--seed N]` indexes the pictures in FOLDER by
the installed networks, and kills the run after a random time, again and again, until it has killed N times (100) or
SECONDS have gone. Where a run comes to its end before, or after the last kill, the database is compared with that of
one clean run, and the next one begins anew.

`--edited` draws 200 shots instead, of which people have said much, and which other programs then starred, turned and
cropped: what is killed brings the gallery up to date, by the exact networks of the tests.

Prints how many kills there were, the longest time for which a process outlived its parent, and the comparisons. The
exit code is 1 where a database differs, or a process was left after 5 seconds.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.memory import family
from gallery.curation.albums import add_to_album, album_photos, create_album, list_albums, set_album_cover
from gallery.curation.dump import dump_text
from gallery.curation.labels import faces_named, label_faces, reject_faces
from gallery.images.scan import scan
from gallery.indexing.indexer import index
from gallery.store.backup import back_up
from gallery.store.store import Store
from tests.support.databases import content
from tests.support.edits import give_star, write_exif
from tests.support.fakes import FakeClassifier
from tests.support.shots import AnywhereDetector, draw_shot, save

LEFT_SECONDS: Final = 5.0
SHOTS: Final = 200

EXACT: Final = """
import sys
from gallery.indexing.indexer import index
from gallery.settings import Settings
from gallery.store.store import Store
from tests.support.fakes import FakeClassifier
from tests.support.shots import AnywhereDetector

if __name__ == "__main__":
    with Store.open(sys.argv[2]) as store:
        list(index([sys.argv[1]], store=store, detector=AnywhereDetector(), classifier=FakeClassifier(),
                   settings=Settings(batch_size=4, workers=1)))
"""


@dataclass
class Tally:
    """What came of the kills."""

    kills: int = 0
    compared: int = 0
    differing: list[str] = field(default_factory=list)
    longest_left: float = 0.0


@dataclass(frozen=True)
class Trial:
    """A database to begin with (None: none), the command that works on one, and what it has to come to."""

    base: Path | None
    command: Callable[[Path], list[str]]
    folder: Path

    def begun(self, name: str) -> Path:
        """A database of this name in the state to begin with."""
        file = self.folder / f"{name}.db"
        for end in ("", "-wal", "-shm"):
            Path(f"{file}{end}").unlink(missing_ok=True)
        if self.base:
            shutil.copy(self.base, file)
        return file

    def start(self, database: Path) -> subprocess.Popen[bytes]:
        """The program at work."""
        with (self.folder / "errors.txt").open("ab") as errors:
            return subprocess.Popen(
                self.command(database), stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
            )


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="pictures to index by the real networks")
    parser.add_argument("--edited", action="store_true", help="draw shots, and edit them")
    parser.add_argument("--kills", type=int, default=100, metavar="N", help="100 by default")
    parser.add_argument("--seconds", type=float, default=math.inf, metavar="N", help="end after so many")
    parser.add_argument("--seed", type=int, default=7, metavar="N")
    options = parser.parse_args()
    if options.edited == bool(options.photos):
        parser.error("give either --photos FOLDER or --edited")
    with TemporaryDirectory() as place:
        trial = edited(Path(place)) if options.edited else indexing(Path(place), options.photos)
        tally = tried(trial, options.kills, options.seconds, random.Random(options.seed))
        errors = (trial.folder / "errors.txt").read_text(errors="replace")
    print(f"{tally.kills} kills, {tally.compared} databases compared; ", end="")
    print(f"the last process was gone {tally.longest_left:.2f} s after its parent; ", end="")
    print(f"tracebacks: {errors.count('Traceback')}")
    print("\n".join(tally.differing) or "every database has the content of the clean run")
    return 1 if tally.differing or tally.longest_left > LEFT_SECONDS else 0


def indexing(place: Path, photos: Path) -> Trial:
    """Photos that nobody has indexed."""
    library = place / "Photos"
    library.mkdir()
    for number, picture in enumerate(scan([photos])):
        shutil.copy(picture.path, library / f"{number:04}{Path(picture.path).suffix}")
    program = [sys.executable, "-m", "gallery", "--db"]
    return Trial(None, lambda database: [*program, str(database), "index", str(library), "--workers", "2"], place)


def edited(place: Path) -> Trial:
    """Photos that were indexed, and of which much was said, before other programs changed them."""
    library, base = place / "Photos", place / "base.db"
    paths = [save(draw_shot(n), library / f"{n % 9}" / f"{n:03}.jpg") for n in range(SHOTS)]
    with Store.open(base) as store:
        list(index([library], store=store, detector=AnywhereDetector(), classifier=FakeClassifier()))
        say(store, [str(path) for path in paths])
        back_up(store, place / "backup.db")
    (place / "backup.db").replace(base)
    for number, path in enumerate(paths):
        edit(number, path)
    return Trial(base, lambda database: [sys.executable, "-c", EXACT, str(library), str(database)], place)


def say(store: Store, paths: Sequence[str]) -> None:
    """Labels and rejections on every third photo, albums of many, with covers."""
    label_faces(store, faces_named(store, [f"{path}#1" for path in paths[::3]]), "fear")
    reject_faces(store, faces_named(store, [f"{path}#2" for path in paths[1::3]]))
    for number in range(4):
        create_album(store, f"Album {number}", paths[number::4])
        set_album_cover(store, f"Album {number}", paths[number + 40])
    add_to_album(store, "Album 0", paths[1::8])


def edit(number: int, path: Path) -> None:
    """A star, a turn by tag, or a tenth of the picture cut away."""
    if number % 3 == 0:
        give_star(path, number % 5 + 1)
    elif number % 3 == 1:
        write_exif(path, orientation=(3, 6, 8)[number % 9 // 3])
    else:
        save(draw_shot(number).crop((20, 20, 620, 450)), path)


def tried(trial: Trial, kills: int, seconds: float, dice: random.Random) -> Tally:
    """Kill as often as asked for, and compare."""
    start = time.monotonic()
    clean = trial.begun("clean")
    failed = trial.start(clean).wait()
    takes, right = time.monotonic() - start, facts(clean)
    print(f"a clean run takes {takes:.1f} s, and exits with {failed}", flush=True)
    tally, end = Tally(), start + seconds
    while tally.kills < kills and time.monotonic() < end:
        killed, at_work = trial.begun("killed"), True
        while at_work and tally.kills < kills and time.monotonic() < end:
            at_work = kill_after(dice.uniform(0.1, takes), trial.start(killed), tally)
        if at_work:
            trial.start(killed).wait()
        compare(facts(killed), right, tally)
    return tally


def kill_after(seconds: float, process: subprocess.Popen[bytes], tally: Tally) -> bool:
    """Whether it was still at work then."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        children = family(process.pid)[1:]
        process.kill()
    else:
        return False
    assert process.wait() == -signal.SIGKILL
    since = time.monotonic()
    tally.kills += 1
    while any(alive(child) for child in children) and time.monotonic() < since + 2 * LEFT_SECONDS:
        time.sleep(0.01)
    tally.longest_left = max(tally.longest_left, time.monotonic() - since)
    for child in filter(alive, children):
        os.kill(child, signal.SIGKILL)
    return True


def alive(process: int) -> bool:
    """Whether it hasn't ended; one that nobody has waited for has."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def facts(database: Path) -> list[object]:
    """What the database holds, and what people said in it, as it is shown now."""
    with Store.open(database) as store:
        albums = [
            (one.name, one.cover, [photo.path for photo in album_photos(store, one.name)]) for one in list_albums(store)
        ]
        # What indexing itself notes has its time by the clock.
        said = re.sub(r'("(followed|added)_at": )"[^"]*"', r"\1", dump_text(store))
        return [*content(database), albums, said]


def compare(found: list[object], right: list[object], tally: Tally) -> None:
    """Note where they differ by more than another batch makes of the networks' numbers."""
    tally.compared += 1
    parts = ("photos", "faces", "failures", "albums", "words")
    differing = [part for part, one, other in zip(parts, found, right, strict=True) if not alike(one, other)]
    if differing:
        tally.differing.append(f"after {tally.kills} kills: other {', '.join(differing)}")


def alike(one: object, other: object) -> bool:
    """Equal, but for the last digits of numbers."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-3)
    if isinstance(one, dict) and isinstance(other, dict):
        return alike(sorted(one.items()), sorted(other.items()))
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return one == other


if __name__ == "__main__":
    sys.exit(main())

"""How `gallery serve` answers many at once while `gallery index` runs, which is another program and takes all cores.

`python -m benchmarks.serve_load [--photos FOLDER] [--count N] [--clients N] [--seconds N]` serves generated photos
(50,000) to 50 clients, each of which asks for a piece of 200 tiles at a random place once a second for a minute, and
for the timeline again whenever the database has changed, as the page does. Meanwhile JPEGs of 12 megapixels, made from
FOLDER (drawn ones otherwise), are indexed into the same database, anew when they are through. One more client says
what a face shows, twice a second, and looks whether it is shown.

Prints milliseconds: the median, the 95th percentile and the worst; errors; what the server took of the processor; and
before that the same without the run of index, for comparison. With Chromium also how long after a key in review the
page shows what was said, and the server has it, while index runs and nobody else asks. Exits with 1 where a request
failed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from benchmarks.index import make_library
from benchmarks.library import open_or_make
from benchmarks.serve import Page, processor_seconds, serving, timed
from gallery.db import schema
from gallery.images.scan import scan
from gallery.settings import Settings
from gallery.store.store import Store
from gallery.vision.lazy import networks

LIBRARY = 48
"""JPEGs that are indexed again and again: to draw one takes as long as to index it."""
PIECE = 200
EMOTIONS = ("happy", "sad")
KEYS = 30
WATCH = """
    let began = 0;
    window.shown = [];
    window.sent = [];
    addEventListener("keydown", (event) => { began = event.timeStamp; }, true);
    const note = () => { const key = began; requestAnimationFrame(() => shown.push(performance.now() - key)); };
    const wall = { subtree: true, attributes: true, attributeFilter: ["class"] };
    new MutationObserver((all) => all.some((one) => one.target.matches(".doubt.said")) && note())
        .observe(document.querySelector(".faces"), wall);
    const ask = window.fetch;
    window.fetch = async (address, ...more) => {
        const key = began;
        const answer = await ask(address, ...more);
        if (String(address.url ?? address).includes("labels")) sent.push(performance.now() - key);
        return answer;
    };
"""
"""Notes the milliseconds from each key to the frame that shows what was said, and to the answer of the server."""


@dataclass
class Tally:
    """Milliseconds by what was asked for, and errors. Used by several threads."""

    times: dict[str, list[float]] = field(default_factory=lambda: {"tiles": [], "timeline": [], "word": []})
    errors: list[str] = field(default_factory=list)

    def add(self, name: str, ask: Callable[[], Any]) -> None:
        """Notes how long it takes."""
        try:
            self.times[name].append(timed(ask))
        except Exception as error:
            self.errors.append(f"{name}: {error!r}")

    def told(self) -> Iterator[str]:
        """A line for each."""
        for name, times in self.times.items():
            slow = sorted(times)[int(len(times) * 0.95)] if times else 0
            figures = (statistics.median(times), slow, max(times)) if times else (0, 0, 0)
            yield "".join(f"{one:9.1f}" for one in figures) + f"  {name}, {len(times)} times"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serve_load", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="pictures to make what is indexed from")
    parser.add_argument("--count", type=int, default=50_000, metavar="N", help="generated photos; 50,000 by default")
    parser.add_argument("--clients", type=int, default=50, metavar="N", help="50 by default")
    parser.add_argument("--seconds", type=float, default=60, metavar="N", help="60 by default")
    options = parser.parse_args()
    pictures = [Path(file.path) for file in scan([options.photos])] if options.photos else []
    with TemporaryDirectory() as folder:
        database, photos = Path(folder) / "gallery.db", Path(folder) / "photos"
        kept = Path(folder).parent / f"gallery-{options.count}.db"
        open_or_make(kept, options.count).close()
        shutil.copy(kept, database)
        call_current(database)
        photos.mkdir()
        make_library(photos, LIBRARY, pictures)
        with serving(database) as (process, address):
            page = Page(address)
            page.get("/api/timeline")
            first = report("nobody else", process, page, options)
            with indexing(database, photos):
                last = report("index running", process, page, options)
                report_keys(page)
    sys.exit(1 if first.errors or last.errors else 0)


def call_current(database: Path) -> None:
    """Gives the drawn model the name of the installed one, or the first run would have that look at all faces."""
    _, classifier = networks(Settings())
    with Store.open(database) as store, store.write_connection() as connection:
        connection.execute(schema.model.update().values(digest=classifier.model_id))


def report(name: str, process: subprocess.Popen[str], page: Page, options: argparse.Namespace) -> Tally:
    """Prints what many clients see."""
    start, used = time.monotonic(), processor_seconds(process)
    tally = ask_as_many(page, options.clients, options.seconds)
    share = (processor_seconds(process) - used) / (time.monotonic() - start)
    print(f"{options.clients} clients for {options.seconds:.0f} s, {name}: median, 95th percentile, worst")
    print(*tally.told(), f"{share:9.0%}  of a core for the server", sep="\n")
    print(f"{len(tally.errors):9}  errors", *tally.errors[:5], sep="\n", flush=True)
    return tally


def ask_as_many(page: Page, clients: int, seconds: float) -> Tally:
    """All clients at once."""
    tally, end = Tally(), time.monotonic() + seconds
    threads = [threading.Thread(target=look, args=[page, number, end, tally]) for number in range(clients)]
    threads.append(threading.Thread(target=say, args=[page, end, tally]))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def look(page: Page, number: int, end: float, tally: Tally) -> None:
    """One page that is scrolled: a piece each second, and the timeline again where another version was told of."""
    dice, mine = random.Random(number), Page(page.address, page.cookie)
    time.sleep(dice.random())
    timeline = mine.get("/api/timeline")
    while (start := time.monotonic()) < end:
        if mine.version != timeline["version"]:
            tally.add("timeline", lambda: timeline.update(mine.get("/api/timeline")))
        offset = dice.randrange(max(1, timeline["total"] - PIECE))
        path = f"/api/tiles?offset={offset}&limit={PIECE}&version={timeline['version']}"
        tally.add("tiles", partial(mine.get, path))
        time.sleep(max(0.0, start + 1 - time.monotonic()))


def say(page: Page, end: float, tally: Tally) -> None:
    """Faces of the review, one after the other, until the photo shows what was said."""
    mine = Page(page.address, page.cookie)
    faces = mine.get("/api/review?limit=200")["faces"]

    def word(face: dict[str, Any], emotion: str) -> None:
        named = {"photo": face["photo"], "number": face["number"]}
        mine.post("/api/labels", {"faces": [named], "emotion": emotion})
        shown = mine.get(f"/api/photos/{face['photo']}")["faces"][face["number"] - 1]
        assert shown["emotion"] == emotion, shown

    for number, face in enumerate(faces):
        if time.monotonic() >= end:
            return
        tally.add("word", partial(word, face, EMOTIONS[number % 2]))
        time.sleep(0.5)


def report_keys(page: Page) -> None:
    """Prints how long after a key the wall of review shows it, and the server has it."""
    from tests.support.browser import CHROMEDRIVER, CHROMIUM, browser

    if not (CHROMIUM and CHROMEDRIVER):
        print("chromium and chromedriver aren't installed: no keys are pressed")
        return
    parts = urlsplit(page.address)
    site, (name, _, value) = f"{parts.scheme}://{parts.netloc}", page.cookie.partition("=")
    with TemporaryDirectory() as profile, browser(Path(profile)) as window:
        window.driver.get(f"{site}/static/main.js")  # whoever is on no page may keep no cookie
        window.driver.add_cookie({"name": name, "value": value})
        window.driver.get(f"{site}/?view=review")
        window.until(lambda: window.run("return document.activeElement.classList.contains('doubt')"), "a face")
        window.run(WATCH)
        for number in range(KEYS):
            window.press(str(number % 7 + 1))
            time.sleep(0.3)
        time.sleep(5)
        for what, times in window.run("return [['shown', shown], ['at the server', sent]]"):
            figures = (statistics.median(times), sorted(times)[int(len(times) * 0.95)], max(times))
            print("".join(f"{one:9.1f}" for one in figures) + f"  a key in review, {what}, {len(times)} of {KEYS}")


@contextmanager
def indexing(database: Path, photos: Path) -> Iterator[None]:
    """`gallery index` in a program of its own, again and again; entered when it is at work."""
    command = [sys.executable, "-m", "gallery", "--db", str(database), "index", "--force", "--json", str(photos)]
    end, running, rounds = threading.Event(), threading.Event(), []

    def run() -> None:
        while not end.is_set():
            rounds.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            running.set()
            rounds[-1].wait()

    thread = threading.Thread(target=run)
    thread.start()
    running.wait()
    try:
        yield
    finally:
        end.set()
        rounds[-1].send_signal(signal.SIGINT)
        thread.join()
        print(f"{len(rounds)} runs of index, the last one broken off")


if __name__ == "__main__":
    main()

"""How long `gallery serve` takes to answer from a large database.

`python -m benchmarks.serve [PHOTOS] [SECONDS]` starts it on a database of so many generated photos (a million), which
is kept for the next time, and asks as a page does: the first tiles, the order of all, pieces at random places, facets,
one photo, a word, and all pieces one after the other. Then 50 clients ask for a piece once a second for SECONDS (60)
while another program writes as indexing does; `benchmarks.serve_load` has them ask while photos are indexed. Prints
milliseconds: the first time, the median and the worst of those after it; and megabytes of the server.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from benchmarks.library import open_or_make
from gallery.db import schema
from gallery.store.store import Store

RUNS: Final = 21
CLIENTS: Final = 50
PIECE: Final = 500
BATCH_SECONDS: Final = 1.0
"""Between two transactions of an indexing run, of 16 photos each."""


@dataclass
class Page:
    """One window: a connection that is kept, and the cookie."""

    address: str
    cookie: str = ""
    version: str = ""
    """Of the database, as the last answer told it."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        self._connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=120)
        if not self.cookie:
            found = self._ask("GET", "/?" + parts.query)
            self.cookie = str(found.getheader("set-cookie")).partition(";")[0]

    def get(self, path: str) -> Any:
        found = self._ask("GET", path)
        content = found.read()
        assert found.status == 200, content[:300]
        return json.loads(content) if path.startswith("/api") else content

    def post(self, path: str, body: Any) -> Any:
        found = self._ask("POST", path, json.dumps(body))
        content = json.loads(found.read())
        assert found.status == 200, content
        return content

    def _ask(self, method: str, path: str, body: str | None = None) -> http.client.HTTPResponse:
        parts = urlsplit(self.address)
        headers = {"Cookie": self.cookie, "Content-Type": "application/json"}
        if method == "POST":
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        self._connection.request(method, path, body, headers)
        found = self._connection.getresponse()
        self.version = found.getheader("x-gallery-version") or ""
        if found.status == 303:
            found.read()
        return found


def main(photos: str = "1000000", seconds: str = "60") -> None:
    """Print the figures."""
    file = Path(tempfile.gettempdir()) / f"gallery-{photos}.db"
    open_or_make(file, int(photos)).close()
    start = time.perf_counter()
    with serving(file) as (process, address):
        page = Page(address)
        page.get("/")
        print(f"{1000 * (time.perf_counter() - start):9.1f}  ms from the command to the first page")
        print(f"{megabytes(process):9.0f}  MB at the start")
        measure(page)
        print(f"{megabytes(process):9.0f}  MB after that")
        scroll(page)
        print(f"{megabytes(process):9.0f}  MB after that")
        load(page, file, float(seconds))
        print(f"{megabytes(process):9.0f}  MB after that, the most")


@contextmanager
def serving(file: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "gallery", "--db", str(file), "serve", "--no-open", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        start = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.wait()
        print(f"{1000 * (time.perf_counter() - start):9.1f}  ms from Ctrl-C to the end")


def measure(page: Page) -> None:
    """Ask one after the other."""
    dice = random.Random(0)
    first = page.get("/api/tiles?limit=100")["tiles"]
    report(
        "the first page of tiles, of another query each time",
        lambda n: page.get(f"/api/tiles?limit=100&query=width:{n}.."),
    )
    once("the order of all", lambda: page.get("/api/timeline"))
    total = page.get("/api/timeline")["total"]
    report("the timeline once more", lambda _: page.get("/api/timeline"))
    places = [dice.randrange(max(1, total - PIECE)) for _ in range(RUNS)]
    report(f"{PIECE} tiles at any rank", lambda n: page.get(f"/api/tiles?offset={places[n]}&limit={PIECE}"))
    for query in ("emotion:happy", "emotion:disgust or emotion:fear", "faces:3.. -emotion:sad"):
        once(f"the order of {query}", lambda query=query: page.get(f"/api/timeline?query={quote(query)}"))
    once("facets, the first time", lambda: page.get("/api/facets"))
    report("facets of a query", lambda _: page.get("/api/facets?query=emotion:happy"))
    report("one photo", lambda n: page.get(f"/api/photos/{first[n][0]}"))
    once("review, the first time", lambda: page.get("/api/review"))
    report("review", lambda _: page.get("/api/review"))
    once("moods", lambda: page.get("/api/moods"))
    once("the calendar", lambda: page.get("/api/calendar"))
    once("bursts", lambda: page.get("/api/bursts?query=date:2019"))
    faces = page.get("/api/review?limit=60")["faces"]
    names = [{"photo": one["photo"], "number": one["number"]} for one in faces[:RUNS]]
    if len(names) == RUNS:
        report("one word", lambda n: page.post("/api/labels", {"faces": [names[n]], "emotion": "sad"}))
        for _ in names:
            page.post("/api/undo", {})


def scroll(page: Page) -> None:
    """All pieces, from the newest to the oldest, as a page has them that shows everything."""
    total = page.get("/api/timeline")["total"]
    places = range(0, total, PIECE)
    times = [timed(lambda at=at: page.get(f"/api/tiles?offset={at}&limit={PIECE}")) for at in places]
    print(f"{times[0]:9.1f}{statistics.median(times):9.1f}{max(times):9.1f}  each of all pieces of {PIECE}, in order")


def report(name: str, ask: Any) -> None:
    """The first time; of the others median and worst."""
    times = [timed(lambda n=n: ask(n)) for n in range(RUNS)]
    print(f"{times[0]:9.1f}{statistics.median(times[1:]):9.1f}{max(times[1:]):9.1f}  {name}")


def once(name: str, ask: Any) -> None:
    """One line for what is kept then."""
    print(f"{timed(ask):9.1f}{'':18}  {name}")


def timed(ask: Any) -> float:
    start = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - start)


def load(page: Page, file: Path, seconds: float) -> None:
    """Many clients, each asking once a second, while somebody writes."""
    timeline = page.get("/api/timeline")
    end, times, errors = time.monotonic() + seconds, [], []

    def client(number: int) -> None:
        dice, mine = random.Random(number), Page(page.address, page.cookie)
        time.sleep(dice.random())
        while time.monotonic() < end:
            offset = dice.randrange(max(1, timeline["total"] - PIECE))
            path = f"/api/tiles?offset={offset}&limit=200&version={timeline['version']}"
            try:
                times.append(timed(lambda path=path: mine.get(path)))
            except Exception as error:
                errors.append(repr(error))
            time.sleep(max(0.0, 1 - times[-1] / 1000 if times else 1))

    threads = [threading.Thread(target=client, args=[number]) for number in range(CLIENTS)]
    threads.append(threading.Thread(target=write, args=[file, end]))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slow = sorted(times)[int(len(times) * 0.95)]
    print(
        f"{statistics.median(times):9.1f}{slow:9.1f}{max(times):9.1f}  {CLIENTS} clients: median, p95, worst of", end=""
    )
    print(f" {len(times)} pieces of 200 tiles in {seconds:.0f} s while another program writes; {len(errors)} errors")


def write(file: Path, end: float) -> None:
    """As an indexing run does: a batch of small changes every second."""
    with Store.open(file) as store:
        number = 0
        while time.monotonic() < end:
            number += 1
            with store.write_connection() as connection:
                content = schema.content
                change = content.update().where(content.c.id.between(16 * number, 16 * number + 15))
                connection.execute(change.values(detector="drawn again"))
            time.sleep(BATCH_SECONDS)


def processor_seconds(process: subprocess.Popen[str]) -> float:
    """What the server has taken of the processor."""
    user, system = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def megabytes(process: subprocess.Popen[str]) -> float:
    """The most memory that the server had."""
    for line in Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1000
    return 0.0


if __name__ == "__main__":
    main(*sys.argv[1:])

"""How the gallery's page keeps up: scrolling a million photos, the first tiles, a wall of faces said by keys.

`python -m benchmarks.serve_page [--count N] [--screens N] [--keys N]` serves generated photos, so that it is the page
that is measured and no database, to Chromium with an empty profile. The tasks of the page's main thread are those that
the browser's own trace tells of. Chromium and chromedriver must be installed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

import websocket

from tests.support.browser import CHROMEDRIVER, CHROMIUM, Browser, browser
from tests.support.generated_gallery import Generated, served

LARGE_DAY = 70_000

TILES = "return document.querySelectorAll('.tile img[src]').length"

FIRST_TILES = """
    const done = arguments[0];
    const isSeen = (tile) => tile.getBoundingClientRect().top < innerHeight;
    const seen = () => [...document.querySelectorAll(".tile")].filter(isSeen);
    const ready = () => {
      const images = seen().map((tile) => tile.querySelector("img"));
      return images.length > 8 && images.every((image) => image && image.complete && image.naturalWidth);
    };
    const look = () => (ready() ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look));
    look();
"""
"""Milliseconds since the page was asked for until all tiles of the window are there and painted."""

SCROLL = """
    const [step, screens, done] = arguments;
    const grid = document.querySelector("#grid");
    let left = screens * grid.clientHeight;
    const go = () => {
      grid.scrollTop += step;
      left -= step;
      left > 0 ? requestAnimationFrame(go) : setTimeout(done, 400);
    };
    go();
"""
"""Scrolls so many pixels a frame, so many screens far."""

LEAP = """
    const [leaps, done] = arguments;
    const grid = document.querySelector("#grid");
    let place = 0;
    const go = () => {
      grid.scrollTop = (grid.scrollHeight * place) / leaps;
      place += 1;
      place <= leaps ? setTimeout(go, 60) : setTimeout(done, 400);
    };
    go();
"""
"""Leaps from the newest to the oldest, as a handle that is dragged does."""


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serve_page", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "--count", type=int, default=1_000_000, metavar="N", help="photos to scroll; a million by default"
    )
    parser.add_argument("--screens", type=int, default=60, metavar="N", help="how far each way of scrolling goes")
    parser.add_argument("--keys", type=int, default=300, metavar="N", help="faces said in review; 300 by default")
    options = parser.parse_args()
    if not (CHROMIUM and CHROMEDRIVER):
        sys.exit("chromium and chromedriver aren't installed")
    with served(Generated(50_000)) as address:
        first = [first_tiles(address) for _ in range(3)]
        median, worst = statistics.median(first), max(first)
        print(f"50,000 photos: tiles of the window painted, median {median:.0f} ms, worst {worst:.0f} ms")
    generated = Generated(options.count, large_day=LARGE_DAY)
    with served(generated) as address:
        for scale in (1, 2):
            report_scrolling(address, generated, scale, options.screens)
        report_review(address, generated, options.keys)
    with served(Generated(2_000_000)) as address:
        report_reach(address)


@contextmanager
def opened(address: str, *flags: str, scale: int = 1) -> Iterator[Browser]:
    """The page in a window of 1280 by 800."""
    with TemporaryDirectory() as profile, browser(Path(profile), *flags) as window:
        metrics = {"width": 1280, "height": 800, "deviceScaleFactor": scale, "mobile": False}
        window.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        window.driver.set_script_timeout(600)
        window.driver.get(address)
        yield window


def first_tiles(address: str) -> float:
    """Milliseconds from asking for the page to its tiles."""
    with opened(address) as window:
        return float(window.driver.execute_async_script(FIRST_TILES))


def report_scrolling(address: str, generated: Generated, scale: int, screens: int) -> None:
    """The longest task for each way of scrolling."""
    day = generated.day_of(int(generated.firsts.searchsorted(generated.large_day)))
    ways = (
        ("", "by wheel from the newest", SCROLL, 120, screens),
        ("", "fast on from there", SCROLL, 1500, screens * 4),
        ("", "in leaps to the oldest", LEAP, 60),
        (f"?at={day}", f"by wheel through a day of {LARGE_DAY:,}", SCROLL, 120, screens),
        (f"?at={day}", f"fast through a day of {LARGE_DAY:,}", SCROLL, 1500, screens * 4),
    )
    with opened(address, "--remote-allow-origins=*", scale=scale) as window:
        for at, name, script, *given in ways:
            if at and at not in window.driver.current_url:
                window.driver.get(f"{address}/{at}")
            window.until(lambda: window.run(TILES) > 8, "tiles")
            trace = Trace(window)
            window.driver.execute_async_script(script, *given)
            print(f"device scale {scale}, {name}: {told(trace.tasks())}")


class Trace:
    """What the browser's threads do from now on, asked of the browser beside its driver, which loses some of it."""

    def __init__(self, window: Browser) -> None:
        port = window.driver.capabilities["goog:chromeOptions"]["debuggerAddress"]
        with urlopen(f"http://{port}/json/version") as answer:
            address = json.load(answer)["webSocketDebuggerUrl"]
        self._socket = websocket.create_connection(address, timeout=60)
        config = {
            "includedCategories": ["toplevel", "__metadata", "blink.user_timing"],
            "recordMode": "recordAsMuchAsPossible",
        }
        self._send("Tracing.start", {"traceConfig": config, "transferMode": "ReportEvents"})
        while json.loads(self._socket.recv()).get("id") != 1:
            pass
        window.run("performance.mark('scrolled')")

    def _send(self, method: str, given: dict[str, Any]) -> None:
        self._socket.send(json.dumps({"id": 1, "method": method, "params": given}))

    def tasks(self) -> list[tuple[float, float]]:
        """The tasks of the page's main thread: milliseconds by the clock, and of processor."""
        self._send("Tracing.end", {})
        events: list[dict[str, Any]] = []
        while (message := json.loads(self._socket.recv())).get("method") != "Tracing.tracingComplete":
            events += message.get("params", {}).get("value", [])
        self._socket.close()
        page = next((each["pid"], each["tid"]) for each in events if each["name"] == "scrolled")
        ours = [
            each
            for each in events
            if (each["pid"], each["tid"]) == page and each["name"] == "ThreadControllerImpl::RunTask"
        ]
        return [(each.get("dur", 0) / 1000, each.get("tdur", 0) / 1000) for each in ours]


def told(lengths: list[tuple[float, float]]) -> str:
    """The longest, and how many were longer than a frame."""
    if not lengths:
        return "nothing was traced"
    clock, processor = zip(*lengths, strict=True)
    over = sum(length > 16 for length in clock)
    longest = f"longest task {max(clock):.0f} ms by the clock, {max(processor):.0f} ms of processor"
    return f"{longest}; {over} of {len(lengths)} over 16 ms"


def report_review(address: str, generated: Generated, keys: int) -> None:
    """Keys a minute that the wall of faces takes, as fast as the driver gives them; all words arrive."""
    with opened(f"{address}/?view=review") as window:
        window.until(
            lambda: window.run("return document.activeElement.classList.contains('doubt')"), "a face with the focus"
        )
        start = time.perf_counter()
        for number in range(keys):
            window.press(str(number % 7 + 1))
        seconds = time.perf_counter() - start
        window.until(lambda: sum(len(each["faces"]) for each in generated.said) >= keys, "all words at the server")
        behind = time.perf_counter() - start - seconds
        print(f"review: {keys} keys in {seconds:.1f} s, {60 * keys / seconds:.0f} a minute")
        print(f"the last word was sent {behind * 1e3:.0f} ms after the last key")


def report_reach(address: str) -> None:
    """Whether the last of two million is reached by the bar alone."""
    last = "return Math.max(...[...document.querySelectorAll('.tile')].map((tile) => Number(tile.dataset.rank)))"
    with opened(address) as window:
        window.until(lambda: window.run(TILES) > 8, "tiles")
        window.run("document.querySelector('#grid').scrollTop = 1e9")
        window.until(lambda: window.run(last) == 1_999_999, "the oldest photo")
        print("2,000,000 photos: the oldest is reached")


if __name__ == "__main__":
    main()

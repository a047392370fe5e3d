"""The pictures of docs/tour.md: what a browser shows of the tour's gallery."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from gallery.store.store import Store
from tests.support.browser import Browser, browser
from tests.support.gallery_page import listening

QUALITY = 84
PATIENCE_SECONDS = 120
"""Large pictures are made when they are first wanted, on a machine that may be busy."""
DESK, PHONE = (1280, 800), (390, 844)


@dataclass
class Tour:
    """The gallery in a window."""

    window: Browser
    address: str
    shot: Shot

    def go(self, path: str) -> None:
        width, height = self.shot.size
        self.window.visit(self.address + path, width=width, height=height, dark=self.shot.is_dark)

    def until(self, script: str) -> None:
        waiting = WebDriverWait(self.window.driver, PATIENCE_SECONDS, poll_frequency=0.05)
        waiting.until(lambda _: self.window.run(f"return {script}"), script)

    def seen(self, selector: str) -> None:
        """Waits for an element, and for all pictures that are on their way."""
        self.until(f"document.querySelector({selector!r})")
        self.until("[...document.images].every((each) => !each.src || !each.checkVisibility() || each.complete)")


@dataclass(frozen=True)
class Shot:
    """One picture: its name, how a person gets there, and on what they look at it."""

    name: str
    pose: Callable[[Tour], None]
    size: tuple[int, int] = DESK
    is_dark: bool = False


def take_pictures(store: Store, folder: Path) -> None:
    """Writes them as `NAME.webp` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as profile, browser(Path(profile)) as window, listening(store) as address:
        window.visit(address)
        for shot in SHOTS:
            shot.pose(Tour(window, address.partition("/?")[0], shot))
            # What fades in is there, and what moves rests; large pictures are decoded beside the rest.
            window.run("return new Promise((done) => setTimeout(done, 1500))")
            picture = Image.open(io.BytesIO(window.driver.get_screenshot_as_png())).convert("RGB")
            picture.save(folder / f"{shot.name}.webp", quality=QUALITY, method=6)
        window.driver.get("about:blank")


def _wall(tour: Tour) -> None:
    tour.go("/")
    tour.seen(".tile img[src]")
    tour.seen(".chip")


def _search(tour: Tour) -> None:
    _query(tour, "emotion:happy faces:2..")
    tour.window.press("/", Keys.END, " al")
    tour.until("document.querySelectorAll('.completions:not([hidden]) li').length")
    tour.window.press(Keys.ARROW_DOWN)


def _query(tour: Tour, text: str) -> None:
    tour.go("/")
    tour.seen(".tile img[src]")
    tour.window.press("/", text, Keys.ENTER)
    tour.until("document.querySelector('.chip.part')")
    tour.seen(".tile img[src]")


def _faces(tour: Tour) -> None:
    _query(tour, "faces:4 path:Lake")
    tour.window.press(Keys.HOME, Keys.ENTER)
    tour.seen("#photo[open] img")
    tour.window.press("f", Keys.TAB)
    tour.until("document.querySelector('.bars')")


def _review(tour: Tour) -> None:
    tour.go("/?view=review")
    tour.seen(".doubt img")


def _moods(tour: Tour) -> None:
    tour.go("/?view=moods")
    tour.seen(".days button")


def _albums(tour: Tour) -> None:
    tour.go("/?view=albums")
    tour.seen(".covers img[src]")


def _compare(tour: Tour) -> None:
    tour.go("/?view=best")
    tour.seen(".shot img[src]")
    tour.window.press(Keys.ARROW_DOWN, Keys.ENTER)
    tour.until("[...document.querySelectorAll('.panes img')].every((each) => each.src.endsWith('1440'))")
    tour.seen(".panes img")


SHOTS = (
    Shot("wall", _wall),
    Shot("search", _search, is_dark=True),
    Shot("faces", _faces),
    Shot("review", _review),
    Shot("moods", _moods),
    Shot("albums", _albums, is_dark=True),
    Shot("compare", _compare),
    Shot("phone-wall", _wall, PHONE),
    Shot("phone-faces", _faces, PHONE, is_dark=True),
)

"""Browsers keep six connections to a server: pictures that are still being made must never hold all of them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.support.generated_gallery import Generated, served

try:
    from tests.support.browser import CHROMEDRIVER, CHROMIUM, Browser, browser
except ModuleNotFoundError:
    pytest.skip("selenium isn't installed", allow_module_level=True)

if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("chromium and chromedriver aren't installed", allow_module_level=True)


@pytest.fixture
def waiting() -> Iterator[Generated]:
    """A gallery whose thumbnails don't come while the test goes on."""
    generated = Generated(2_000)
    generated.thumbnails_come.clear()
    yield generated
    generated.thumbnails_come.set()


@pytest.fixture
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        opened.driver.set_page_load_timeout(15)
        yield opened


def test_faces_are_said_while_no_thumbnail_comes(window: Browser, waiting: Generated) -> None:
    with served(waiting) as address:
        open_wall(window, address)
        window.press("g")
        window.press("r")
        window.until(lambda: window.run("return document.activeElement.classList.contains('doubt')"), "faces to review")
        window.press("4")
        window.until(lambda: waiting.said, "the word at the server")
        window.driver.get("about:blank")
        waiting.thumbnails_come.set()


def open_wall(window: Browser, address: str) -> None:
    """The wall, its pictures asked for and none of them there. The page isn't waited for: it never is complete."""
    window.driver.execute_cdp_cmd("Page.navigate", {"url": address})
    window.until(
        lambda: window.run("return document.querySelectorAll('.tile img[src]').length") >= 3, "pictures asked for"
    )


def test_a_page_that_is_left_lets_go_of_its_pictures(window: Browser, waiting: Generated) -> None:
    with served(waiting) as address:
        for _ in range(3):
            open_wall(window, address)
            window.driver.execute_script("window.old = true")
            start = time.perf_counter()
            window.driver.execute_cdp_cmd("Page.navigate", {"url": f"{address}/?view=more"})
            window.until(
                lambda: window.run("return !window.old && document.querySelector('.more h2') !== null"), "More"
            )
            assert time.perf_counter() - start < 10
        window.driver.get("about:blank")
        waiting.thumbnails_come.set()

"""The page for everybody: axe-core on every view, narrow windows, things large enough to touch, motion, languages."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.cli_gallery import Gallery, taken
from tests.support.make import face

try:
    from selenium.webdriver.common.keys import Keys

    from tests.support.browser import CHROMEDRIVER, CHROMIUM, Browser, browser
    from tests.support.gallery_page import Page, opened_page
except ModuleNotFoundError:
    pytest.skip("selenium isn't installed", allow_module_level=True)

if not (CHROMIUM and CHROMEDRIVER):
    pytest.skip("chromium and chromedriver aren't installed", allow_module_level=True)

AXE = Path(os.environ.get("AXE_CORE", ""))
VIEWS = {
    "/": "document.querySelectorAll('.tile').length === 7 && document.querySelector('.chip')",
    "/?by=months": "document.querySelectorAll('.tile').length === 7",
    "/?query=album%3A%22Trip%22&order=album": "document.querySelector('.tile') && document.querySelector('.chip')",
    "/?query=path%3Anowhere": "document.querySelector('.empty:not([hidden])')",
    "/?view=review": "document.querySelector('.doubt')",
    "/?view=moods": "document.querySelector('.days button')",
    "/?view=albums": "document.querySelector('.covers a')",
    "/?view=best": "document.querySelector('.shot')",
    "/?view=more": "document.querySelectorAll('.more h2').length === 4",
}
"""The views, and what is there once each has come."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("gallery")
    with pytest.MonkeyPatch.context() as patch, browser(tmp_path_factory.mktemp("profile")) as window:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        # A second shot of the beach, a second later.
        Gallery(folder).add("again.jpg", face("happy", 0.9), seed=1, quality=80, capture=taken("2023-06-14T12:30:01"))
        with opened_page(window, folder) as opened:
            opened.gallery.run("album", "create", "Trip", "path:beach")
            opened.gallery.run("album", "note", "Trip", "By the sea.")
            look_alike(folder)
            yield opened


def look_alike(folder: Path) -> None:
    """The photos of one moment become a burst."""
    with closing(sqlite3.connect(folder / "gallery.db")) as connection, connection:
        connection.execute("UPDATE content SET look = 81985529216486895")


def test_every_view_has_room_at_320_px_and_at_twice_the_size(page: Page) -> None:
    # 640 px at 200 % are 320 px for the page.
    for path, there in VIEWS.items():
        page.go(path, width=320, height=640)
        page.until(there)
        wide = page.window.run("return document.documentElement.scrollWidth")
        assert (path, wide) == (path, 320)


def test_what_is_pressed_is_large_enough_for_a_finger(page: Page) -> None:
    script = """
        const small = [];
        for (const each of document.querySelectorAll('button, a[href], select, input, [role=button]')) {
          const box = each.getBoundingClientRect();
          if (!box.width || each.closest('.tile, .days, .band, .skip, .unseen')) continue;
          if (box.width < 43.5 || box.height < 43.5) small.push(each.outerHTML.slice(0, 90));
        }
        return small
    """
    for path, there in VIEWS.items():
        page.go(path, width=390, height=844)
        page.until(there)
        assert (path, page.window.run(script)) == (path, [])


def test_the_grid_tells_its_rows_and_the_photos_their_place(page: Page) -> None:
    page.go("/")
    page.until(VIEWS["/"])
    grid = page.window.find("#grid")
    rows = int(grid.get_attribute("aria-rowcount") or 0)
    numbers = page.window.run(
        "return [...document.querySelectorAll('#grid [role=row]')].map((row) => Number(row.ariaRowIndex))"
    )
    assert sorted(numbers) == list(range(1, rows + 1))
    label = page.window.find("#r0").get_attribute("aria-label")
    assert label == "again.jpg, Wednesday, June 14, 2023, 1 face: happy, photo 1 of 7"


def test_everything_is_reached_by_tab(page: Page) -> None:
    page.go("/")
    page.until(VIEWS["/"])
    page.window.run("document.body.focus()")
    reached: list[str] = []
    for _ in range(60):
        page.window.press(Keys.TAB)
        name = page.window.run(
            "const e = document.activeElement; return e.id || e.getAttribute('aria-label') || e.innerText.trim()"
        )
        if name in reached[:1]:
            break
        reached.append(name)
    assert reached[0] == "skip"
    for wanted in ("query", "Larger pictures", "Select", "Photos", "More", "grid"):
        assert wanted in reached


@pytest.mark.skipif(not AXE.is_file(), reason="AXE_CORE doesn't name axe-core's axe.min.js")
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 640)])
def test_axe_finds_nothing_to_complain_of(page: Page, width: int, height: int, dark: bool) -> None:
    for path, there in VIEWS.items():
        page.go(path, width=width, height=height, dark=dark)
        page.until(there)
        assert (path, violations(page.window)) == (path, [])


@pytest.mark.skipif(not AXE.is_file(), reason="AXE_CORE doesn't name axe-core's axe.min.js")
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 640)])
def test_axe_finds_nothing_in_what_opens(page: Page, width: int, height: int, dark: bool) -> None:
    page.go("/", width=width, height=height, dark=dark)
    page.until(VIEWS["/"])
    page.window.run("document.querySelector('#r1 a').click()")
    page.until("document.querySelector('.frame.there')")
    assert violations(page.window) == []
    page.window.press("f")
    page.window.press("i")
    assert violations(page.window) == []
    page.window.press(Keys.TAB)
    page.window.run("document.querySelector('.face').focus()")
    assert violations(page.window) == []
    page.go("/", width=width, height=height, dark=dark)
    page.until(VIEWS["/"])
    page.window.press("?")
    assert violations(page.window) == []
    page.window.press(Keys.ESCAPE)
    page.window.find("#grid").send_keys(Keys.ARROW_RIGHT, "x")
    page.until("!document.querySelector('.selected').hidden")
    assert violations(page.window) == []
    page.window.press("a")
    page.until("document.querySelector('#asking').open")
    assert violations(page.window) == []
    page.go("/?query=album%3A%22Trip%22&order=album", width=width, height=height, dark=dark)
    page.until("document.querySelector('.album-head p').innerText !== ''")
    page.window.find(".album-head button").click()
    page.until("document.querySelector('#asking').open")
    assert violations(page.window) == []
    page.window.press(Keys.ESCAPE)
    page.window.find("#grid").send_keys(Keys.ARROW_RIGHT, "x")
    page.until("!document.querySelector('.selected').hidden")
    assert violations(page.window) == []
    page.window.driver.find_elements("css selector", ".selected .part:first-child button")[-1].click()
    page.until("document.querySelector('#asking .forms') !== null")
    assert violations(page.window) == []
    page.go("/?view=best", width=width, height=height, dark=dark)
    page.until(VIEWS["/?view=best"])
    page.window.find(".compare").click()
    page.until("document.querySelector('.comparing').open")
    assert violations(page.window) == []


def violations(window: Browser) -> list[str]:
    """What axe-core finds wrong just now: the rule, and where."""
    window.run(AXE.read_text(encoding="utf-8"))
    found = window.driver.execute_async_script("axe.run(document).then(arguments[0])")
    assert len(found["passes"]) > 10
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]
